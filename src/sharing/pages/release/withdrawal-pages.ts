import { z } from "zod"
import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  actions,
  choiceField,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  section,
  textField,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { type Collection, listCollections, ownHolding } from "../../../library/index.ts"
import { ceilingOf } from "../../../policy/index.ts"
import { compareTlp, TLP_LEVELS, type Tlp } from "../../../stix/index.ts"
import { readStandings } from "../../release/queries.ts"
import { type Reach, type Reached, reachOf } from "../../release/reaching.ts"
import { isTabled, requireNotTabled } from "../../release/tabled.ts"
import { erase, mark, REASON_MOST, recall } from "../../release/withdrawing.ts"
import { objectPath, reference } from "../named.ts"
import { type Partners, partnerShown, partnersOf } from "../partners.ts"
import { counted, type ReleasePageParts } from "./parts.ts"

type Sent = { given: Given; faults: Faults }

const PATH = "/share/objects/:id"

/** What officers take back: a recall, a stricter mark, an erasure. Each says whom it reaches before the button. */
export function withdrawalPages(parts: ReleasePageParts): PageRoute[] {
  const one = (
    name: string,
    show: (visit: Visit, id: string) => Promise<Reply>,
    take: (visit: Visit, id: string) => Promise<Reply>,
  ): PageRoute[] => {
    const row = { path: `${PATH}/${name}`, who: "role:officer", stepUp: true } as const
    return [
      { ...row, method: "GET", handle: (visit) => show(visit, visit.ask.params.id ?? "") },
      { ...row, method: "POST", handle: (visit) => take(visit, visit.ask.params.id ?? "") },
    ]
  }
  return [
    ...one(
      "recall",
      (visit, id) => recallPage(parts, visit, id),
      (visit, id) => takeBack(parts, visit, id),
    ),
    ...one(
      "mark",
      (visit, id) => markPage(parts, visit, id),
      (visit, id) => putUnder(parts, visit, id),
    ),
    ...one(
      "erase",
      (visit, id) => erasePage(parts, visit, id),
      (visit, id) => eraseFrom(parts, visit, id),
    ),
  ]
}

async function about({ search }: ReleasePageParts, { t }: Visit, id: string): Promise<Html> {
  const hit = (await search.names([id])).get(id)
  const label = hit === undefined || hit.marking === null ? nothing : tlpLabel(hit.marking)
  return html`<p>${reference(t, id, hit)} ${label}</p>`
}

/** Those who have it, by name, and who of them left. */
function reachedList({ t }: Visit, partners: Partners, reached: readonly Reached[]): Html {
  const items = reached.map(
    ({ party, left }) =>
      html`<li>${partnerShown(partners, party)}${left ? html` <span class="quiet small">${t("recall.has-left")}</span>` : nothing}</li>`,
  )
  return html`<ul class="plain-list">${items}</ul>`
}

async function recallPage(parts: ReleasePageParts, visit: Visit, id: string, sent: Sent = noForm): Promise<Reply> {
  const { t, format } = visit
  requireNotTabled(id)
  const [reach, partners] = await Promise.all([reachOf(parts.store, id), partnersOf(parts.store)])
  const home = objectPath(id)
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const rest = { title: t("recall.title"), place: "library", ...status }
  if (reach.entries === 0) {
    const body = emptyState(t("error.recall.nothing"), { href: home, label: t("object.back") })
    return visit.page({ ...rest, body })
  }
  const { reached, collections } = reach
  const who =
    reached.length === 0
      ? html`<p>${t("recall.nobody-yet")}</p>`
      : html`<p>${counted(visit, reached.length, t("recall.reaches-one"), (count) => t("recall.reaches", { count }))}</p>${reachedList(visit, partners, reached)}`
  const from = html`<p class="quiet">${t("recall.from", { collections: format.list(collections.map(({ title }) => title)) })}</p>`
  const promise = html`<ul><li>${t("recall.promise-told")}</li><li>${t("recall.promise-gone")}</li><li>${t("recall.promise-not")}</li><li>${t("recall.promise-ever")}</li></ul>`
  const field = textField(
    { t, ...sent },
    {
      ...{ name: "reason", label: t("recall.reason"), hint: t("recall.reason-hint"), required: true },
      rows: 3,
      most: REASON_MOST,
    },
  )
  const label =
    reached.length === 0
      ? t("recall.go-nobody")
      : counted(visit, reached.length, t("recall.go-one"), (parties) => t("recall.go", { parties }))
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${await about(parts, visit, id)}
${section(t("recall.whom"), html`${who}${from}`)}${section(t("recall.promises"), promise)}
<form method="post" action="${home}/recall">${field}${actions(label, { href: home, label: t("recall.out") }, "danger")}</form></div>`
  return visit.page({ ...rest, body })
}

const Reason = z.object({ reason: z.string().trim().min(1).max(REASON_MOST) })

async function takeBack(parts: ReleasePageParts, visit: Visit, id: string): Promise<Reply> {
  const form = await visit.form(Reason)
  if (!form.ok) return recallPage(parts, visit, id, form)
  await recall(parts.store, { id, reason: form.value.reason }, visit.person().commitment)
  return visit.redirect(objectPath(id))
}

/** Throws `not-found object.not-held`, `refused mark.received`, `refused object.tabled`. */
async function stricterThan(parts: ReleasePageParts, id: string): Promise<Tlp[]> {
  requireNotTabled(id)
  const standings = await readStandings(parts.store, id)
  if (standings.length === 0) throw new ComityError("not-found", "object.not-held")
  if (standings.some(({ origin }) => origin !== "own")) throw new ComityError("refused", "mark.received")
  return TLP_LEVELS.filter((level) =>
    standings.some(({ marking }) => marking === null || compareTlp(marking, level) < 0),
  )
}

async function markPage(parts: ReleasePageParts, visit: Visit, id: string, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const home = objectPath(id)
  const levels = await stricterThan(parts, id)
  const [reach, partners] = await Promise.all([reachOf(parts.store, id), partnersOf(parts.store)])
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const rest = { title: t("mark.title"), place: "library", ...status }
  if (levels.length === 0) {
    const body = emptyState(t("mark.strictest"), { href: home, label: t("object.back") })
    return visit.page({ ...rest, body })
  }
  const choices = levels.map((level) => ({ value: level, label: tlpLabel(level), ...meaning(visit, level, reach) }))
  const field = choiceField({ t, ...sent }, { name: "level", label: t("mark.level"), choices, required: true })
  const told =
    reach.reached.length === 0
      ? nothing
      : section(t("mark.whom"), html`<p>${t("mark.told")}</p>${reachedList(visit, partners, reach.reached)}`)
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${await about(parts, visit, id)}${told}
<form method="post" action="${home}/mark">${field}<ul><li>${t("mark.only-stricter")}</li><li>${t("mark.above")}</li></ul>
${actions(t("mark.go"), { href: home, label: t("mark.out") })}</form></div>`
  return visit.page({ ...rest, body })
}

/** Said only of what is shared. */
function meaning({ t }: Visit, level: Tlp, { collections }: Reach): { hint?: string } {
  if (collections.length === 0) return {}
  const withdrawn = collections.some(({ terms }) => compareTlp(level, ceilingOf(terms)) > 0)
  return { hint: withdrawn ? t("mark.withdraws") : t("mark.stays") }
}

const Level = z.object({ level: z.enum(["clear", "green", "amber", "amber+strict", "red"]) })

async function putUnder(parts: ReleasePageParts, visit: Visit, id: string): Promise<Reply> {
  const form = await visit.form(Level)
  if (!form.ok) return markPage(parts, visit, id, form)
  await mark(parts.store, { id, marking: form.value.level }, visit.person().commitment)
  return visit.redirect(objectPath(id))
}

async function erasePage(parts: ReleasePageParts, visit: Visit, id: string, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const home = objectPath(id)
  const holding = (await holdersOf(parts, id)).toSorted((a, b) => visit.format.compare(a.title, b.title))
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const rest = { title: t("erase.title"), place: "library", ...status }
  if (holding.length === 0) {
    const body = emptyState(t("erase.nowhere"), { href: "/share/library", label: t("library.back") })
    return visit.page({ ...rest, body })
  }
  const choices = holding.map(({ id: value, title, kind }) => ({
    ...{ value, label: visible(title) },
    hint: kind === "inbox" ? t("erase.from-inbox") : t("erase.from-shared"),
  }))
  const [only] = holding
  const value = holding.length === 1 && only !== undefined ? { value: only.id } : {}
  const field = choiceField(
    { t, ...sent },
    { name: "collection", label: t("erase.which"), choices, required: true, ...value },
  )
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${await about(parts, visit, id)}
<ul><li>${t("erase.what-goes")}</li><li>${t("erase.what-stays")}</li><li>${t("erase.told")}</li><li>${t("erase.not-recall")}</li></ul>
<form method="post" action="${home}/erase">${field}${actions(t("erase.go"), { href: home, label: t("erase.out") }, "danger")}</form></div>`
  return visit.page({ ...rest, body })
}

/** Our collections that hold it, also without serving it; not those in which it was tabled. */
async function holdersOf({ store }: ReleasePageParts, id: string): Promise<Collection[]> {
  const keys = new Set(await ownHolding(store, id))
  return (await listCollections(store)).filter(
    ({ key, kind }) => keys.has(key) && !(kind === "shared" && isTabled({ id })),
  )
}

const Where = z.object({ collection: z.string().max(60) })

async function eraseFrom(parts: ReleasePageParts, visit: Visit, id: string): Promise<Reply> {
  const form = await visit.form(Where)
  if (!form.ok) return erasePage(parts, visit, id, form)
  await erase(parts.store, { id, collection: form.value.collection }, visit.person().commitment)
  const left = await holdersOf(parts, id)
  return visit.redirect(
    left.length > 0 ? objectPath(id) : `/share/collections/${encodeURIComponent(form.value.collection)}`,
  )
}
