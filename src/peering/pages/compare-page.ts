import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  checkField,
  errorSummary,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { digitsAloud, isWordOfList, listPeers, loadPeer, ownParty, type Peer, wordsAloud } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { compare, fingerprints, type Heard, WORDS_ASKED } from "../joining/comparing.ts"
import { countDiffered } from "../joining/queries.ts"
import { deliver } from "../outbox.ts"
import { type PartnerParts, type Shown, statusOf } from "./parts.ts"

const PLACE = "partners"
const NUMBERS = Array.from({ length: 12 }, (_, i) => i + 1)
const fieldOf = (number: number) => `word-${number}`

/** Two people on the telephone: each reads its own words out and types some of the other's. */
export async function comparePage(parts: PartnerParts, visit: Visit, sent: Shown = noForm): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const peer = await loadPeer(store, visit.ask.params.party ?? "")
  const home = `/share/partners/${peer.party}`
  if (peer.state !== "invited") return visit.redirect(home)
  const { ours } = await fingerprints(store, peer)
  const name = visibleText(peer.name)
  const body = html`${errorSummary(t, sent.faults)}${await warnings(store, visit, peer)}<p>${t("partner.compare-what", { name })}</p>
${section(t("partner.step-read"), html`<p>${t("partner.step-read-how")}</p>${wordsAloud(ours)}<p class="quiet">${t("partner.as-digits")}</p>${digitsAloud(ours)}`)}
${section(t("partner.step-hear"), html`<p>${t("partner.step-hear-how", { name })}</p>${byWords(visit, home, sent)}${byDigits(visit, home, sent)}`)}`
  return visit.page({ title: t("partner.compare", { name }), place: PLACE, body, status: statusOf(sent) })
}

function byWords({ t }: Visit, home: string, sent: Shown): Html {
  const shown = { t, ...sent }
  const fields = askedIn(sent).map((number) =>
    inputField(shown, {
      ...{ name: fieldOf(number), label: t("partner.word", { number }), required: true, size: "short", most: 20 },
      ...{ autocomplete: "off", spellcheck: false },
    }),
  )
  return html`<form method="post" action="${home}/compare" class="decision"><div class="words-heard">${fields}</div>${onward(shown, home)}</form>`
}

/** For people to whom English words say nothing. */
function byDigits({ t }: Visit, home: string, sent: Shown): Html {
  const shown = { t, ...sent }
  const open = sent.given.digits === undefined ? nothing : html` open`
  return html`<details${open}><summary>${t("partner.by-digits")}</summary><form method="post" action="${home}/compare" class="decision">
${inputField(shown, { name: "digits", label: t("partner.digits"), hint: t("partner.digits-hint"), required: true, size: "long", most: 80, inputmode: "numeric", autocomplete: "off" })}${onward(shown, home)}</form></details>`
}

function onward(shown: Shown & Pick<Visit, "t">, home: string): Html {
  const { t } = shown
  const card = { name: "card", label: t("partner.give-card"), hint: t("partner.give-card-hint"), checked: true }
  return html`${checkField(shown, card)}<p>${t("partner.compare-follows")}</p>${actions(t("partner.compare-go"), { href: home, label: t("partner.later") })}`
}

/** Other words each time, unless somebody typed some already: nobody shall know beforehand which are asked for. */
function askedIn({ given }: Shown): number[] {
  const typed = NUMBERS.filter((number) => given[fieldOf(number)] !== undefined)
  if (typed.length >= WORDS_ASKED) return typed
  const left = [...NUMBERS]
  const drawn = Array.from(
    { length: WORDS_ASKED },
    () => left.splice(random(4).readUInt32BE() % left.length, 1)[0] ?? 1,
  )
  return drawn.toSorted((a, b) => a - b)
}

/** Failed comparisons, and a name that somebody else has too. */
async function warnings(reader: Reader, { t }: Visit, peer: Peer): Promise<Html> {
  const failed = await countDiffered(reader, peer.key)
  const fold = (name: string) => name.normalize("NFKC").toLowerCase()
  const others = [...(await listPeers(reader)).filter(({ key }) => key !== peer.key), await ownParty(reader)]
  const taken = others.some((other) => other !== null && fold(other.name) === fold(peer.name))
  return html`${failed === 0 ? nothing : notice(t("partner.failed-before", { count: failed }), "warning")}${taken ? notice(t("partner.same-name"), "warning") : nothing}`
}

const word = z.string().trim().min(1).max(20).refine(isWordOfList, "partner.no-such-word")
const words = Object.fromEntries(NUMBERS.map((number) => [fieldOf(number), word.optional()]))
const Typed = z.object({
  ...words,
  digits: z
    .string()
    .regex(/^[\d\s.-]+$/, "partner.digits-only")
    .optional(),
  card: z.literal("yes").optional(),
})

export async function comparedHere(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const party = visit.ask.params.party ?? ""
  const form = await visit.form(Typed)
  if (!form.ok) return comparePage(parts, visit, form)
  const { digits, card, ...typed } = form.value
  const some = NUMBERS.flatMap((number) => {
    const said = (typed as Readonly<Record<string, string | undefined>>)[fieldOf(number)]
    return said === undefined ? [] : [[number, said] as const]
  })
  if (digits === undefined && some.length < WORDS_ASKED) return comparePage(parts, visit)
  const heard: Heard = digits === undefined ? { some: new Map(some) } : { digits }
  try {
    const by = visit.person().commitment
    const peer = await compare(parts.peering, party, { ...heard, givesCard: card === "yes" }, by)
    void deliver(parts.peering, parts.couriers, peer.key)
    return visit.redirect(`/share/partners/${party}?done=compared`)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "peer.fingerprint-differs") throw error
    return differs(visit, await loadPeer(parts.store, party))
  }
}

/** What was heard is not the fingerprint of the key that came: the way ends here until people know why. */
function differs(visit: Visit, { party, name }: Peer): Reply {
  const { t } = visit
  const home = `/share/partners/${party}`
  const body = html`${notice(t("partner.differs"), "warning")}<p><strong>${visible(name)}</strong></p>
<ul><li>${t("partner.differs-safe")}</li><li>${t("partner.differs-why")}</li><li>${t("partner.differs-now")}</li></ul>
<p class="actions"><a class="button" href="${home}/compare">${t("partner.differs-again")}</a> <a class="button" href="${home}/leave">${t("partner.differs-end")}</a></p>`
  return visit.page({ title: t("partner.differs-title"), place: PLACE, body, status: 409 })
}
