import { startDraft } from "../../src/agreements/drafts.ts"
import type { AgreementText } from "../../src/agreements/model.ts"
import { ownParty, type PartyId } from "../../src/parties/index.ts"
import type { InProcess } from "./node-in-process.ts"

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
            ...{ id: "000000b1", terms: null },
            text: said(
              "Indicators may be used for defence only.\nNo personal data are shared beyond network identifiers.",
              "指標僅得用於防禦。\n除網路識別碼外，不共享個人資料。",
            ),
          },
          {
            ...{ id: "000000b2", terms: null },
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

/** A draft that lacks nothing, and one that lacks much. */
export async function addAgreements({ store }: InProcess, partner: Named, names: string) {
  const own = await ownParty(store)
  if (own === null) throw new Error("no party runs this node")
  const text = sampleText([{ party: own.id, name: own.name }, partner], names)
  const [first] = text.articles
  const lacking = {
    ...text,
    title: {},
    parties: text.parties.slice(0, 1),
    articles: first === undefined ? [] : [{ ...first, clauses: [] }],
  }
  await startDraft(store, lacking, null)
  return { agreementDraft: await startDraft(store, text, null) }
}
