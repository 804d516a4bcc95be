import { z } from "zod"
import { officers, type PageRoute, type Visit } from "../../../accounts/index.ts"
import {
  actions,
  choiceField,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
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
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { audienceOf, type Collection, loadCollection } from "../../../library/index.ts"
import { isActive, listPeers, loadPeer, type PartyId, type Peer } from "../../../parties/index.ts"
import { DEFAULT_TERMS, reasonText, type Terms, unknownInstrument } from "../../../policy/index.ts"
import { againstParties, narrowAudience, shareCollection, widenAudience } from "../../release/audiences.ts"
import { countServed } from "../../release/queries.ts"
import { partnersOf } from "../partners.ts"
import { namesFor, type ReleasePageParts, reasonShown } from "./parts.ts"
import { TermsForm, termFields, termsIn } from "./terms-form.ts"

type Sent = { given: Given; faults: Faults }

/** Who reads what: a new shared collection, one party more, one party less. */
export function audiencePages(parts: ReleasePageParts): PageRoute[] {
  const officer = { who: "role:officer" } as const
  const sure = { ...officer, stepUp: true } as const
  const [add, remove] = ["/share/collections/:id/audience/add", "/share/collections/:id/audience/remove"]
  return [
    { ...officer, method: "GET", path: "/share/new-shared", handle: (visit) => newPage(parts, visit) },
    { ...officer, method: "POST", path: "/share/new-shared", handle: (visit) => make(parts, visit) },
    { ...sure, method: "GET", path: add, handle: (visit) => addPage(parts, visit) },
    { ...sure, method: "POST", path: add, handle: (visit) => widen(parts, visit) },
    { ...officer, method: "GET", path: remove, handle: (visit) => removePage(parts, visit) },
    { ...officer, method: "POST", path: remove, handle: (visit) => takeOut(parts, visit) },
  ]
}

/** Partners with whom something can be shared now; the others with what speaks against it. */
async function partnerBoxes(parts: ReleasePageParts, visit: Visit, { given, faults }: Sent): Promise<Html> {
  const { t } = visit
  const [peers, partners] = await Promise.all([listPeers(parts.store), partnersOf(parts.store)])
  const chosen = given["party[]"] ?? []
  const boxes = await Promise.all(
    peers.map(async ({ party, name }, i) => {
      const reasons = await againstParties(parts.store, [party], DEFAULT_TERMS, visit.now)
      const id = i === 0 ? "field-party[]" : `field-party-${i}`
      const why = reasons.map((reason) => html`<span class="hint">${reasonShown(visit, reason, partners)}</span>`)
      const state = html`${chosen.includes(party) ? html` checked` : nothing}${reasons.length > 0 ? html` disabled` : nothing}`
      return html`<div class="choice"><input type="checkbox" id="${id}" name="party[]" value="${party}"${state}><label for="${id}">${visible(name)}</label>${why}</div>`
    }),
  )
  const fault = faults["party[]"]
  const wrong = fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`
  return html`<fieldset class="field${fault === undefined ? "" : " faulty"}"><legend>${t("shared.readers")}</legend><p class="hint">${t("shared.readers-hint")}</p>${wrong}${boxes}</fieldset>`
}

async function newPage(parts: ReleasePageParts, visit: Visit, sent: Sent = noForm, wrong = 400): Promise<Reply> {
  const { t } = visit
  const out = { href: "/share/collections", label: t("shared.back") }
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: wrong }
  const rest = { title: t("shared.make"), place: "collections", ...status }
  if ((await listPeers(parts.store)).length === 0) {
    const partners = { href: "/share/partners", label: t("shared.to-partners") }
    return visit.page({ ...rest, body: emptyState(t("shared.no-partners"), partners) })
  }
  const shown = { t, ...sent }
  const fields = html`${inputField(shown, { name: "title", label: t("collections.title"), hint: t("shared.title-hint"), required: true, most: 200 })}
${inputField(shown, { name: "alias", label: t("collections.alias-optional"), hint: t("collections.alias-hint"), most: 100, spellcheck: false })}
${await partnerBoxes(parts, visit, sent)}${termFields(visit, shown)}`
  const body = html`${errorSummary(t, sent.faults)}<div class="decision"><p>${t("shared.what")}</p><ul><li>${t("shared.what-same")}</li><li>${t("shared.what-release")}</li><li>${t("shared.what-narrow")}</li></ul>
<form method="post" action="/share/new-shared">${fields}${actions(t("shared.make-it"), out)}</form></div>`
  return visit.page({ ...rest, body })
}

const Party = z
  .string()
  .max(60)
  .refine((text) => text.startsWith("identity--"))
  .transform((text) => text as PartyId)

const NewShared = TermsForm.extend({
  title: z.string().trim().min(1).max(200),
  alias: z
    .string()
    .trim()
    .max(100)
    .regex(/^[\p{L}\p{N}._-]*$/u, "collections.alias-signs")
    .transform((alias) => (alias === "" ? null : alias)),
  "party[]": z.array(Party).min(1, "shared.choose-one").max(500).default([]),
})

async function make(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewShared)
  if (!form.ok) return newPage(parts, visit, form)
  const { given } = form
  const { title, alias, "party[]": parties } = form.value
  const terms = termsIn(form.value)
  if (terms === null) {
    const missing = form.value.personal === "allow" && form.value.safeguard === ""
    const field = missing ? "safeguard" : "types"
    return newPage(parts, visit, { given, faults: { [field]: { key: missing ? "form.missing" : "form.invalid" } } })
  }
  const unknown = await unknownInstrument(parts.store, terms)
  if (unknown !== null) {
    const fault = { key: "agreement.no-instrument", values: { id: unknown } }
    const field = terms.audience.bound?.includes(unknown) === true ? "bound[]" : "instrument"
    return newPage(parts, visit, { given, faults: { [field]: fault } })
  }
  try {
    const decided = { by: visit.person().commitment, now: visit.now }
    const id = await shareCollection(parts.store, { title, alias, parties, terms }, decided)
    return visit.redirect(`/share/collections/${id}`)
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
    const { code, details } = error
    if (code === "collection.exists") {
      return newPage(parts, visit, { given, faults: { alias: { key: "collections.alias-taken" } } }, 409)
    }
    if (code === "collection.alias") {
      return newPage(parts, visit, { given, faults: { alias: { key: "error.collection.alias" } } })
    }
    if (code === "collection.no-audience") {
      return newPage(parts, visit, { given, faults: { "party[]": { key: "shared.choose-one" } } })
    }
    if (!code.startsWith("audience.")) throw error
    if (code === "audience.outside-terms") {
      const why = await outsideWords(parts, visit, parties, terms)
      return newPage(parts, visit, { given, faults: { "party[]": { key: "shared.readers-outside", values: { why } } } })
    }
    return newPage(parts, visit, { given, faults: { "party[]": { key: `error.${code}`, values: details } } })
  }
}

/** Everything that speaks against them, so that nobody mends one thing only to meet the next. */
async function outsideWords(
  { store }: ReleasePageParts,
  visit: Visit,
  parties: readonly PartyId[],
  terms: Terms,
): Promise<string> {
  const [reasons, partners] = await Promise.all([againstParties(store, parties, terms, visit.now), partnersOf(store)])
  const names = namesFor(visit, partners)
  return visibleText(reasons.map((one) => reasonText(visit.t, one, names)).join(" "))
}

async function sharedOf({ store }: ReleasePageParts, visit: Visit): Promise<Collection> {
  const collection = await loadCollection(store, visit.ask.params.id ?? "")
  if (collection.kind !== "shared") throw new ComityError("not-found", "collection.not-shared")
  return collection
}

async function addPage(parts: ReleasePageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t, format } = visit
  const collection = await sharedOf(parts, visit)
  const home = `/share/collections/${collection.id}`
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const title = t("shared.add-title", { title: visibleText(collection.title) })
  const out = { href: `${home}#audience`, label: t("shared.back-to-one") }
  const rest = { title, place: "collections", ...status }
  const [others, partners] = await Promise.all([notYetReading(parts, collection), partnersOf(parts.store)])
  if (others.length === 0 || collection.closedAt !== null) {
    return visit.page({ ...rest, body: emptyState(t("shared.nobody-else"), out) })
  }
  const choices = others.map(({ party, name }) => ({ value: party, label: visible(name) }))
  const field = choiceField({ t, ...sent }, { name: "party", label: t("shared.party"), choices, required: true })
  const present = (await audienceOf(parts.store, collection)).map(({ party }) => partners.get(party) ?? party)
  const serves = await countServed(parts.store, collection.key)
  const two = (await officers(parts.store)).size >= 2
  const follows = html`<ul><li>${t("shared.add-closes")}</li><li>${t("shared.add-anew", { count: format.number(serves) })}</li>${two ? html`<li>${t("shared.add-second")}</li>` : nothing}<li>${t("shared.add-alias")}</li><li>${t("shared.add-final")}</li></ul>`
  const now = section(t("shared.reads-now"), html`<p>${visible(format.list(present))}</p>`)
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${now}${section(t("shared.follows"), follows)}
<form method="post" action="${home}/audience/add">${field}${actions(t("shared.add-go"), out)}</form></div>`
  return visit.page({ ...rest, body })
}

async function notYetReading({ store }: ReleasePageParts, collection: Collection): Promise<Peer[]> {
  const present = new Set((await audienceOf(store, collection)).map(({ party }) => party))
  return (await listPeers(store)).filter((peer) => isActive(peer) && !present.has(peer.party))
}

const OneParty = z.object({ party: Party })

async function widen(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(OneParty)
  if (!form.ok) return addPage(parts, visit, form)
  const { id } = await sharedOf(parts, visit)
  const wish = { collection: id, party: form.value.party }
  const decided = { by: visit.person().commitment, officer: visit.may("role:officer") }
  try {
    const { release } = await widenAudience(parts.store, parts.releases, wish, decided)
    return visit.redirect(`/share/releases/${release.id}`)
  } catch (error) {
    if (!(error instanceof ComityError) || !error.code.startsWith("audience.")) throw error
    const fault = { key: `error.${error.code}`, values: error.details }
    return addPage(parts, visit, { given: form.given, faults: { party: fault } })
  }
}

async function removePage(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const collection = await sharedOf(parts, visit)
  const { name, party } = await loadPeer(parts.store, visit.ask.query.get("party") ?? "")
  const home = `/share/collections/${collection.id}`
  const follows = html`<ul><li>${t("shared.remove-nothing-new")}</li><li>${t("shared.remove-keeps")}</li><li>${t("shared.remove-recall")}</li><li>${t("shared.remove-back")}</li></ul>`
  const body = html`<div class="decision">${notice(html`${visible(name)} · ${visible(collection.title)}`, "warning")}${section(t("shared.follows"), follows)}
<form method="post" action="${home}/audience/remove"><input type="hidden" name="party" value="${party}">${actions(t("shared.remove-go"), { href: `${home}#audience`, label: t("shared.back-to-one") }, "danger")}</form></div>`
  return visit.page({ title: t("shared.remove-title", { name: visibleText(name) }), place: "collections", body })
}

async function takeOut(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(OneParty)
  const { id } = await sharedOf(parts, visit)
  if (!form.ok) return visit.redirect(`/share/collections/${id}`)
  await narrowAudience(parts.store, { collection: id, party: form.value.party }, visit.person().commitment)
  return visit.redirect(`/share/collections/${id}`)
}
