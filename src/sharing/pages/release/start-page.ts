import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  actions,
  checkField,
  choiceField,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  selectField,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import type { Hit } from "../../../library/index.ts"
import { PURPOSES, purposeWord, readTerms } from "../../../policy/index.ts"
import { withReferences } from "../../release/references.ts"
import { objectLink, objectPath, typeWord } from "../named.ts"
import { type Partners, partnersOf } from "../partners.ts"
import { counted, type OpenShared, openShared, type ReleasePageParts } from "./parts.ts"
import { type Chosen, chosenBy } from "./selection.ts"

const NAMED_MOST = 20
/** References of more objects are followed by command alone: it takes a while. */
const FOLLOWED_MOST = 1000
const SOON_MS = 800

const Start = z.object({
  chosen: z.string().max(100_000),
  "to[]": z.array(z.string().max(60)).max(50).default([]),
  references: z.literal("yes").optional(),
  again: z.literal("yes").optional(),
  unmarked: z.enum(["stay", "green", "clear"]).default("stay"),
  purpose: z.enum(["", ...PURPOSES]).default(""),
})

/** What is to be shared, and into which collections: nothing is decided yet. */
export async function startPage(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { query } = visit.ask
  const chosen = await chosenBy(parts, query)
  const unshared = query.get("unshared")
  const preset = [...query.getAll("to"), ...(unshared === null ? [] : [unshared])]
  return form(parts, visit, { chosen, preset, again: query.get("again") === "yes", ...noForm })
}

type Form = { chosen: Chosen; preset: readonly string[]; again: boolean; given: Given; faults: Faults }

async function form(parts: ReleasePageParts, visit: Visit, given: Form): Promise<Reply> {
  const { t } = visit
  const { chosen, faults } = given
  const status = Object.keys(faults).length === 0 ? {} : { status: 400 }
  const title = t("release.start-title")
  const rest = { title, place: "library", ...status }
  if (chosen.keys.length === 0) {
    const body = emptyState(t("release.nothing-chosen"), { href: "/share/library", label: t("library.open") })
    return visit.page({ ...rest, body })
  }
  const [shared, partners] = await Promise.all([openShared(parts.store, visit.format.compare), partnersOf(parts.store)])
  const hits = await parts.search.names(chosen.ids.slice(0, NAMED_MOST))
  const what = section(t("release.what"), whatShown(visit, chosen, [...hits.values()]))
  if (shared.length === 0) {
    const make = { href: "/share/new-shared", label: t("shared.make") }
    return visit.page({
      ...rest,
      body: html`<div class="decision">${what}${emptyState(t("release.no-shared"), make)}</div>`,
    })
  }
  const fields = html`<input type="hidden" name="chosen" value="${String(chosen.query)}">${targets(visit, shared, partners, given)}
${options(visit, given)}${purposeField(visit, shared, given)}`
  const out = { href: backTo(chosen), label: t("release.back") }
  const body = html`${errorSummary(t, faults)}<div class="decision">${what}<form method="post" action="/share/release">${fields}
<p>${t("release.decides-nothing")}</p>${actions(t("release.look"), out)}</form></div>`
  return visit.page({ ...rest, body })
}

function whatShown(visit: Visit, { keys, ids }: Chosen, hits: readonly Hit[]): Html {
  const { t, format } = visit
  const count = counted(visit, keys.length, t("release.objects-one"), (count) => t("release.objects", { count }))
  const items = hits.map(
    (hit) =>
      html`<li>${objectLink(t, hit)} <span class="quiet small">${typeWord(t, hit.type)}</span> ${hit.marking === null ? html`<span class="quiet small">${t("library.no-marking")}</span>` : tlpLabel(hit.marking)}</li>`,
  )
  const more = ids.length > hits.length && hits.length === NAMED_MOST ? ids.length - NAMED_MOST : 0
  const rest =
    more > 0 ? html`<li class="quiet small">${t("object.and-more", { count: format.number(more) })}</li>` : nothing
  return html`<p><strong>${count}</strong></p>${items.length === 0 ? nothing : html`<ul class="plain-list">${items}${rest}</ul>`}`
}

function targets(
  visit: Visit,
  shared: readonly OpenShared[],
  partners: Partners,
  { preset, given, faults }: Form,
): Html {
  const { t, format } = visit
  const sent = Object.keys(given).length > 0
  const chosen = sent
    ? (given["to[]"] ?? [])
    : shared.length === 1
      ? shared.map(({ collection }) => collection.id)
      : preset
  const boxes = shared.map(({ collection, audience }, i) => {
    const id = i === 0 ? "field-to[]" : `field-to-${i}`
    const names = audience.map((party) => partners.get(party) ?? party)
    const readers =
      names.length === 0 ? t("release.read-by-nobody") : t("release.read-by", { names: format.list(names) })
    const checked = chosen.includes(collection.id) ? html` checked` : nothing
    return html`<div class="choice"><input type="checkbox" id="${id}" name="to[]" value="${collection.id}"${checked} aria-describedby="${id}-hint"><label for="${id}">${visible(collection.title)}</label><span class="hint" id="${id}-hint">${visible(readers)}</span></div>`
  })
  const fault = faults["to[]"]
  const wrong = fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`
  return html`<fieldset class="field${fault === undefined ? "" : " faulty"}"><legend>${t("release.into")}</legend>${wrong}${boxes}</fieldset>`
}

function options(visit: Visit, { chosen, again, given, faults }: Form): Html {
  const { t } = visit
  const shown = { t, given, faults }
  const follow =
    chosen.keys.length > FOLLOWED_MOST
      ? nothing
      : checkField(shown, { name: "references", label: t("release.references"), hint: t("release.references-hint") })
  const unmarked = choiceField(shown, {
    ...{ name: "unmarked", label: t("release.unmarked"), hint: t("release.unmarked-hint"), value: "stay" },
    choices: [
      { value: "stay", label: t("release.unmarked-stay") },
      { value: "green", label: tlpLabel("green"), hint: t("intake.tlp-green") },
      { value: "clear", label: tlpLabel("clear"), hint: t("intake.tlp-clear") },
    ],
  })
  const recalled = again
    ? html`${notice(t("release.again-warning"), "warning")}${checkField(shown, { name: "again", label: t("release.again"), checked: false })}`
    : nothing
  return html`${follow}${unmarked}${recalled}`
}

/** Only where there is a choice: where terms name one purpose, it goes for that. */
function purposeField({ t }: Visit, shared: readonly OpenShared[], { given, faults }: Form): Html {
  const named = new Set(
    shared.flatMap(({ collection: { terms } }) => (terms === null ? [] : (readTerms(terms.text)?.purposes ?? []))),
  )
  if (named.size < 2) return nothing
  const choices = PURPOSES.filter((one) => named.has(one)).map((one) => ({ value: one, label: purposeWord(t, one) }))
  return selectField(
    { t, given, faults },
    {
      ...{ name: "purpose", label: t("release.purpose"), hint: t("release.purpose-hint"), value: "" },
      choices: [{ value: "", label: t("release.purpose-first") }, ...choices],
    },
  )
}

/** The page that one came from. */
function backTo({ query, ids }: Chosen): string {
  const [only] = ids
  if (ids.length === 1 && only !== undefined) return objectPath(only)
  const found = query.get("found")
  if (found !== null) return `/share/library?${found}`
  const match = query.get("match")
  const single = match?.startsWith("question--") === true ? "ask" : "runs"
  if (match !== null) return `/find/match/${single}/${encodeURIComponent(match)}`
  const collection = query.get("collection") ?? query.get("unshared")
  return collection === null ? "/share/library" : `/share/collections/${encodeURIComponent(collection)}`
}

/** Looks at what would become of each, and shows it before anything goes out. */
export async function beginRelease(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const sent = await visit.form(Start)
  const { given } = sent
  const query = new URLSearchParams(given.chosen?.[0] ?? "")
  const chosen = await chosenBy(parts, query)
  const again = (given.again ?? []).includes("yes")
  if (!sent.ok) return form(parts, visit, { chosen, preset: [], again, given, faults: sent.faults })
  const { "to[]": collections, references, unmarked, purpose } = sent.value
  if (collections.length === 0) {
    return form(parts, visit, { chosen, preset: [], again, given, faults: { "to[]": { key: "release.choose-one" } } })
  }
  const follow = references === "yes" && chosen.keys.length <= FOLLOWED_MOST
  const { commitment: by } = visit.person()
  try {
    const id = await parts.releases.prepare({
      ...{ collections, objects: follow ? await withReferences(parts.store, chosen.keys) : chosen.keys },
      ...{ unmarked: unmarked === "stay" ? null : unmarked, again, by, officer: visit.may("role:officer") },
      purpose: purpose === "" ? null : purpose,
    })
    await parts.releases.settledSoon(id, SOON_MS)
    return visit.redirect(`/share/releases/${id}`)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "release.nothing") throw error
    return form(parts, visit, { chosen, preset: [], again, given, faults: { "": { key: "error.release.nothing" } } })
  }
}
