import { act } from "../../src/agreements/acts/acting.ts"
import { startDraft } from "../../src/agreements/drafts.ts"
import { type AgreementText, textHash } from "../../src/agreements/model.ts"
import type { Tabler } from "../../src/agreements/tabled/audience.ts"
import { keepSaying } from "../../src/agreements/tabled/home.ts"
import { type ItemId, itemBytes, newItemId, type Says } from "../../src/agreements/tabled/item.ts"
import { Shelf } from "../../src/agreements/tabled/shelf.ts"
import { type TablingParts, tableDraft, tableSayings } from "../../src/agreements/tabled/tabling.ts"
import type { Instant } from "../../src/kernel/time.ts"
import { addShared, loadCollection, type Prepared, publishShared } from "../../src/library/index.ts"
import { insertPeer, loadOwnParty, type PartyId } from "../../src/parties/index.ts"
import { type InProcess, openInProcess, prepared } from "./node-in-process.ts"
import { mirror } from "./shared-things.ts"
import { PLAIN_TERMS } from "./terms.ts"

export const HARBOUR = "identity--3f2504e0-4f89-41d3-9a0c-0305e82c3301" as PartyId
export const BALTIC = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId

type Named = { party: PartyId; name: string }

/** An arrangement on indicators between two teams, in two languages; `names` stands behind every text. */
export function sampleText([one, other]: readonly [Named, Named], names = ""): AgreementText {
  const said = (en: string, hant: string) => ({ en: `${en}${names}`, "zh-Hant": `${hant}${names}` })
  return {
    ...{ v: 1, nature: "arrangement", languages: ["en", "zh-Hant"] },
    title: said("Arrangement on sharing indicators of ransomware", "勒索軟體指標共享安排"),
    parties: [
      { ...one, role: "negotiator", binder: "Director General", instrument: "" },
      { ...other, role: "negotiator", binder: "Head of the national team", instrument: "Exchange of letters" },
    ],
    articles: [
      {
        ...{ id: "0000000a", heading: said("Purpose", "目的") },
        clauses: [
          {
            ...{ id: "000000a1", terms: null },
            text: said("The parties help each other to defend against ransomware.", "各參與方就防禦勒索軟體相互協助。"),
          },
        ],
      },
      {
        ...{ id: "0000000b", heading: said("Use and retention", "使用與保存") },
        clauses: [
          {
            ...{ id: "000000b1", terms: { purposes: ["defence"], personal: { is: "forbid" } } },
            text: said(
              "Indicators may be used for defence only.\nNo personal data are shared beyond network identifiers.",
              "指標僅得用於防禦。\n除網路識別碼外，不共享個人資料。",
            ),
          },
          {
            ...{ id: "000000b2", terms: { retention: 90 } },
            text: said(
              "They are erased after 90 days, unless a case is opened.",
              "除非已開立案件，指標於九十日後刪除。",
            ),
          },
        ],
      },
    ],
  }
}

const OFFICER: Tabler = { by: "commitment", actor: { is: "person", officer: true, by: "commitment" } }

/** Drafts, one of them lacking much, and a negotiation with a partner in which there is something of everything. */
export async function addAgreements(node: InProcess, partner: Named, names: string) {
  const { store, clock } = node
  const own = await loadOwnParty(store)
  const text = sampleText([{ party: own.id, name: own.name }, partner], names)
  const [first] = text.articles
  const lacking = {
    ...text,
    title: {},
    parties: text.parties.slice(0, 1),
    articles: first === undefined ? [] : [{ ...first, clauses: [] }],
  }
  await startDraft(store, lacking, null)
  const parts = { store, clock, shelf: new Shelf(), prepare: preparedHere }
  const negotiation = await tableDraft(parts, await startDraft(store, text, null), OFFICER)
  const next = { ...text, articles: text.articles.map(shorter) }
  const from = { negotiation, base: textHash(text) }
  clock.forward(1_000_000)
  await tableDraft(parts, await startDraft(store, next, null, from), OFFICER)
  await sayAs(node, partner.party, negotiation, partnerSays(textHash(next), names))
  const says: Says[] = [
    { is: "position", on: textHash(next), clause: "000000a1", position: "accept", text: "" },
    { is: "comment", on: textHash(next), part: "000000b1", text: `Addresses and ports${names}` },
  ]
  const ids = await Promise.all(says.map((one) => keep(parts, negotiation, one)))
  clock.forward(1_000_000)
  await tableSayings(parts, negotiation, ids, OFFICER)
  const signing = { negotiation, version: textHash(text), by: `Olga Officer${names}` }
  await act({ ...parts, signer: node.signer }, { ...signing, act: { is: "sign", reservations: [] } }, OFFICER)
  const waits: Says = { is: "comment", on: textHash(next), part: null, text: `Ask the ministry first${names}` }
  const saying = await keep(parts, negotiation, waits)
  const comment = (await parts.shelf.negotiation(store, negotiation)).comments.find(({ party }) => party === own.id)
  const versions = { agreementFirst: textHash(text), agreementNext: textHash(next) }
  const agreementDraft = await startDraft(store, text, null)
  return { negotiation, saying, comment: comment?.id ?? "", ...versions, agreementDraft }
}

const keep = (parts: TablingParts, negotiation: string, says: Says) =>
  keepSaying(parts.store, parts.shelf, { negotiation, says, before: null }, null)

function shorter(article: AgreementText["articles"][number]): AgreementText["articles"][number] {
  const clauses = article.clauses.map((one) => ({
    ...one,
    text: { ...one.text, en: (one.text.en ?? "").replace("90 days", "60 days") },
  }))
  return { ...article, clauses }
}

function partnerSays(on: string, names: string): Says[] {
  const words = { en: `for defence and research only${names}`, "zh-Hant": `僅供防禦與研究${names}` }
  return [
    { is: "position", on, clause: "000000a1", position: "accept", text: "" },
    { is: "position", on, clause: "000000b1", position: "reserve", text: `Not for our courts${names}` },
    { is: "position", on, clause: "000000b2", position: "object", text: `Our law wants 90 days${names}` },
    { is: "alternative", on, clause: "000000b1", text: words, reason: `Our university takes part${names}` },
    { is: "comment", on, part: "000000b1", text: `Which identifiers?${names}` },
  ]
}

/** As if a partner had tabled this at its own node, and this one had fetched it. */
export async function sayAs(
  node: InProcess,
  party: PartyId,
  negotiation: ItemId,
  says: readonly Says[],
): Promise<void> {
  const there = await openInProcess({ clock: node.clock })
  try {
    const us = HARBOUR
    await there.store.write((tx) =>
      insertPeer(tx, { party: us, name: "Us", endpoint: "https://us.invalid", state: "active", theirs: "active" }),
    )
    const wish = {
      title: "Arrangement on sharing indicators of ransomware",
      alias: null,
      audience: [us],
      terms: PLAIN_TERMS,
    }
    const id = await addShared(there.store, wish, null)
    const start = Math.floor(node.clock.now() / 1000) * 1000
    for (const [i, one] of says.entries()) {
      const item = { id: newItemId(), negotiation, party, at: (start + i * 1000) as Instant, says: one }
      const [object] = prepared(itemBytes(item, "green").toString("utf8"))
      await there.store.write(async (tx) => publishShared(tx, await loadCollection(tx, id), object as Prepared))
    }
    await mirror(there, await loadCollection(there.store, id), us, node, party)
  } finally {
    await there.close()
  }
}

/** Bodies read in the thread of the test. */
export const preparedHere: TablingParts["prepare"] = async (bodies) =>
  bodies.map((body) => prepared(body.toString("utf8"))[0] ?? null)
