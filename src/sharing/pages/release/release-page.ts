import type { Visit } from "../../../accounts/index.ts"
import {
  endEvent,
  eventsReply,
  facts,
  type Html,
  html,
  liveProgress,
  nothing,
  notice,
  type Progress,
  progressEvent,
  type Reply,
  section,
  stateMark,
  table,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import { listCollections, loadCollection, placesOf } from "../../../library/index.ts"
import { purposeWord, readTerms } from "../../../policy/index.ts"
import type { Reader } from "../../../store/index.ts"
import { purposeOf } from "../../release/facts.ts"
import { nothingYet, partiesOf, type Release, type TargetOutcome } from "../../release/model.ts"
import { idsOf, readPart } from "../../release/queries.ts"
import type { ReleaseProgress } from "../../release/releases.ts"
import { loadRelease } from "../../release/releasing.ts"
import { reference } from "../named.ts"
import { type Partners, partnersOf } from "../partners.ts"
import { copiesShown } from "./copies-shown.ts"
import { fewOfficers, heldShown, programsShown, redactedShown, reviewsShown, warnedShown } from "./going.ts"
import { counted, partyList, type ReleasePageParts, reasonShown, releasePath } from "./parts.ts"
import { needIn, urgentForm } from "./urgent.ts"

const WITHHELD_SHOWN = 50
const SOON_MS = 800

/** One release: what it would do, how far it is, or what became of it. */
export async function releasePage(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const release = await loadRelease(parts.store, visit.ask.params.id ?? "")
  if (release.state === "looking" || release.state === "running") return progressPage(parts, visit, release)
  return release.state === "decided" ? decisionPage(parts, visit, release) : resultPage(parts, visit, release)
}

function progressPage({ releases }: ReleasePageParts, visit: Visit, release: Release): Reply {
  const { t } = visit
  const looking = release.state === "looking"
  const title = looking ? t("release.looking-title") : t("release.running-title")
  const progress = liveProgress(t, `${releasePath(release)}/events`, title, shown(visit, releases.progress(release)))
  const goes = looking ? t("release.looking-what") : t("release.goes-on")
  const body = html`<div class="decision">${progress}<p>${goes}</p>${cancelForm(release, looking ? t("release.give-up") : t("release.stop"))}</div>`
  return visit.page({ title, place: "library", scripts: ["progress.js"], body })
}

function shown({ t, format }: Visit, { done, total, secondsLeft }: ReleaseProgress): Progress {
  const left = secondsLeft === null ? "" : t("release.left", { seconds: format.number(secondsLeft) })
  const far = t("release.progress", { done: format.number(done), total: format.number(total) })
  return { value: done, max: total, slots: { done: far, left } }
}

function cancelForm(release: Release, label: string): Html {
  return html`<form method="post" action="${releasePath(release)}/cancel"><p><button>${label}</button></p></form>`
}

export async function releaseEvents({ store, releases }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const release = await loadRelease(store, visit.ask.params.id ?? "")
  return eventsReply(async function* (gone) {
    for await (const progress of releases.watch(release.id, gone)) yield progressEvent(shown(visit, progress))
    if (!gone.aborted) yield endEvent(releasePath(release))
  })
}

/** Decides: each object is decided anew where it goes out, so what changed meanwhile counts. */
export async function startRelease(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { releases } = parts
  const id = visit.ask.params.id ?? ""
  const urgent = await needIn(parts, visit)
  await releases.start(id, { by: visit.person().commitment, officer: visit.may("role:officer"), urgent })
  await releases.settledSoon(id, SOON_MS)
  return visit.redirect(`/share/releases/${encodeURIComponent(id)}`)
}

export async function cancelRelease({ store, releases }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const release = await loadRelease(store, visit.ask.params.id ?? "")
  await releases.cancel(release.id)
  return visit.redirect(release.state === "running" ? releasePath(release) : "/share/library")
}

async function decisionPage(parts: ReleasePageParts, visit: Visit, release: Release): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const partners = await partnersOf(store)
  const going = release.outcome.reduce((sum, { released }) => sum + released, 0)
  const held = release.outcome.reduce((sum, outcome) => sum + outcome.held, 0)
  const targets = release.targets.filter((_, i) => goesOrWaits(release, i))
  const parties = partiesOf(going + held > 0 ? targets : release.targets)
  const collections = targets.map(({ collection }) => collection)
  const who = section(
    t("release.who"),
    html`<p>${counted(visit, parties.length, t("release.who-count-one"), (count) => t("release.who-count", { count }))}</p>${await partyList(visit, store, partners, parties)}${await programsShown(parts, visit, collections)}`,
  )
  const body = html`<div class="decision">${await goesShown(parts, visit, release)}${await countsShown(parts, visit, release)}${await purposeShown(parts, visit, release)}${going + held > 0 ? who : nothing}
${redactedShown(visit, release, await copiesShown(parts, visit, release))}${await warnedShown(parts, visit, release)}${await heldShown(parts, visit, release, partners)}
${fewOfficers(visit, release)}${await stays(parts, visit, release, partners)}${going > 0 ? section(t("release.final"), finalWords(visit)) : nothing}
${decide(visit, release, { going, held, parties: parties.length })}${await urgentForm(parts, visit, release)}</div>`
  return visit.page({ title: t("release.decision-title"), place: "library", body })
}

/** For what it goes, by the person's choice or else by the terms of each collection. */
async function purposeShown({ store }: ReleasePageParts, { t, format }: Visit, release: Release): Promise<Html> {
  const all = await Promise.all(
    release.targets.map(async ({ collection }) => {
      const { terms } = await loadCollection(store, collection)
      return purposeOf(release, terms === null ? null : readTerms(terms.text))
    }),
  )
  const words = [...new Set(all)].map((one) => purposeWord(t, one))
  return html`<p>${t("release.for-purpose", { purposes: format.list(words) })}</p>`
}

function goesOrWaits({ outcome }: Release, at: number): boolean {
  const { released, held } = outcome[at] ?? nothingYet
  return released + held > 0
}

const GOING_SHOWN = 20

/** The objects by name where they are few: nobody should have to remember what was chosen. */
async function goesShown({ store, search }: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  const { t } = visit
  if (release.source !== null || release.total / release.targets.length > GOING_SHOWN) return nothing
  const going: string[] = []
  for (const { key, id } of await idsOf(store, await readPart(store, release.key, 0))) {
    if (await goesAnywhere(store, release, key, id)) going.push(id)
  }
  const names = await search.names(going)
  const items = going.map((id) => {
    const hit = names.get(id)
    const label = hit === undefined || hit.marking === null ? nothing : tlpLabel(hit.marking)
    return html`<li>${reference(t, id, hit)} ${label}</li>`
  })
  return items.length === 0 ? nothing : html`<ul class="plain-list">${items}</ul>`
}

async function goesAnywhere(reader: Reader, release: Release, key: number, id: string): Promise<boolean> {
  for (const [at, { collection }] of release.targets.entries()) {
    if (release.outcome[at]?.withheld.some((one) => one.id === id)) continue
    const places = await placesOf(reader, (await loadCollection(reader, collection)).key, id)
    if (!places.some(({ object }) => object === key)) return true
  }
  return false
}

function finalWords({ t }: Visit): Html {
  return html`<ul><li>${t("release.final-read")}</li><li>${t("release.final-recall")}</li><li>${t("release.final-log")}</li></ul>`
}

type Amounts = { going: number; held: number; parties: number }

function decide(visit: Visit, release: Release, { going, held, parties }: Amounts): Html {
  const { t } = visit
  if (going === 0 && held === 0) {
    return html`${notice(t("release.none-goes"), "warning")}${cancelForm(release, t("release.give-up"))}`
  }
  const label = goLabel(visit, { going, held, parties })
  const cancel = html`<button formaction="${releasePath(release)}/cancel">${t("release.give-up")}</button>`
  return html`<form method="post" action="${releasePath(release)}/start"><p class="actions"><button class="primary">${label}</button>${cancel}</p></form>`
}

function goLabel(visit: Visit, { going, held, parties }: Amounts): string {
  const { t, format } = visit
  const [objects, number] = [format.number(going), format.number(parties)]
  if (going === 0) return counted(visit, held, t("release.ask-one"), (count) => t("release.ask", { count }))
  const one = parties === 1
  const go =
    going === 1
      ? one
        ? t("release.go-one-one")
        : t("release.go-one", { parties: number })
      : one
        ? t("release.go-to-one", { objects })
        : t("release.go", { objects, parties: number })
  return held === 0 ? go : t("release.go-and-ask", { go, held: format.number(held) })
}

type Row = { title: string; id: string; outcome: TargetOutcome }

/** By collection: what goes or went, what is there already, what stays. */
async function countsShown({ store }: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  const { t, format } = visit
  const titles = new Map((await listCollections(store)).map(({ id, title }) => [String(id), title]))
  const rows: Row[] = release.targets.map(({ collection }, i) => ({
    ...{ title: titles.get(collection) ?? collection, id: collection },
    outcome: release.outcome[i] ?? nothingYet,
  }))
  const goes = release.state === "decided" ? t("release.would-go") : t("release.went")
  const marked = rows.some(({ outcome }) => outcome.marked > 0)
  const held = rows.some(({ outcome }) => outcome.held > 0)
  const along = rows.some(({ outcome }) => outcome.along > 0)
  const number = (label: string, of: (outcome: TargetOutcome) => number) =>
    ({ label, kind: "number", cell: ({ outcome }: Row) => format.number(of(outcome)) }) as const
  return table<Row>({
    caption: t("release.what"),
    rows,
    empty: nothing,
    columns: [
      {
        label: t("library.collection"),
        kind: "name",
        cell: ({ title, id }) => html`<a href="/share/collections/${id}">${visible(title)}</a>`,
      },
      number(goes, ({ released }) => released),
      ...(along ? [number(t("release.along"), (outcome) => outcome.along)] : []),
      ...(marked ? [number(t("release.newly-marked"), (outcome) => outcome.marked)] : []),
      ...(held ? [number(t("release.held"), (outcome) => outcome.held)] : []),
      number(t("release.there-already"), ({ already }) => already),
      number(t("release.stays"), ({ refused }) => refused),
    ],
  })
}

/** What stays and why: by reason how many, then the first of them by name. */
async function stays(parts: ReleasePageParts, visit: Visit, release: Release, partners: Partners): Promise<Html> {
  const { t, format } = visit
  if (release.outcome.every(({ refused }) => refused === 0)) return nothing
  const titles = new Map((await listCollections(parts.store)).map(({ id, title }) => [String(id), title]))
  const groups = release.outcome.map((outcome, i) => {
    if (outcome.refused === 0) return nothing
    const items = outcome.grounds.map(
      (ground) =>
        html`<li>${stateMark("closed", format.number(ground.count))} ${reasonShown(visit, ground, partners)}</li>`,
    )
    const title = titles.get(release.targets[i]?.collection ?? "") ?? ""
    const head = release.targets.length > 1 ? html`<h3>${visible(title)}</h3>` : nothing
    return html`${head}<ul class="plain-list">${items}</ul>`
  })
  const recalled = release.outcome.some(({ grounds }) => grounds.some(({ code }) => code === "object.recalled"))
  return section(
    t("release.stays-title"),
    html`${groups}${await withheldShown(parts, visit, release)}${recalled ? againLink(visit, release) : nothing}`,
    "stays",
  )
}

async function withheldShown({ search }: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  const { t, format } = visit
  const all = [...new Set(release.outcome.flatMap(({ withheld }) => withheld.map(({ id }) => id)))]
  const ids = all.slice(0, WITHHELD_SHOWN)
  const names = await search.names(ids)
  const items = ids.map((id) => html`<li>${reference(t, id, names.get(id))}</li>`)
  const refused = Math.max(...release.outcome.map(({ refused }) => refused))
  const more = refused - ids.length
  const rest =
    more > 0 ? html`<li class="quiet small">${t("object.and-more", { count: format.number(more) })}</li>` : nothing
  return html`<details><summary>${t("release.which-stay")}</summary><ul class="plain-list">${items}${rest}</ul></details>`
}

/** The recalled ones alone, to be let out again on purpose. */
function againLink({ t }: Visit, release: Release): Html {
  const recalled = release.outcome.flatMap(({ grounds, withheld }) => {
    const at = grounds.findIndex(({ code }) => code === "object.recalled")
    return withheld.filter(({ grounds: of }) => of.includes(at)).map(({ id }) => id)
  })
  const query = new URLSearchParams([...new Set(recalled)].slice(0, WITHHELD_SHOWN).map((id) => ["object", id]))
  for (const { collection } of release.targets) query.append("to", collection)
  query.append("again", "yes")
  return html`<p><a href="/share/release?${String(query)}">${t("release.again-link")}</a></p>`
}

async function resultPage(parts: ReleasePageParts, visit: Visit, release: Release): Promise<Reply> {
  const { t, format } = visit
  const partners = await partnersOf(parts.store)
  const went = release.outcome.reduce((sum, { released }) => sum + released, 0)
  const { createdAt, finishedAt, targets } = release
  const waits = release.outcome.some(({ held }) => held > 0)
  const said = {
    done:
      went === 0 && waits
        ? notice(t("release.only-asked"))
        : notice(counted(visit, went, t("release.done-one"), (count) => t("release.done", { count }))),
    cancelled: notice(t("release.cancelled", { count: format.number(went) }), "warning"),
    failed: html`${notice(t("release.failed", { count: format.number(went) }), "warning")}<p>${t(`error.${failureOf(release)}`)}</p>`,
  }
  const head = release.state === "cancelled" ? said.cancelled : release.state === "failed" ? said.failed : said.done
  const digests = release.outcome.flatMap(({ digest }) =>
    digest === "" ? [] : [html`<div class="mono small">${digest}</div>`],
  )
  const body = html`<div class="decision">${head}${await countsShown(parts, visit, release)}${redactedShown(visit, release, nothing)}${await heldShown(parts, visit, release, partners)}${await reviewsShown(parts, visit, release)}${await stays(parts, visit, release, partners)}
${section(t("release.who"), await partyList(visit, parts.store, partners, partiesOf(targets)))}${facts([
  [t("release.begun"), format.time(createdAt)],
  [t("release.ended"), finishedAt === null ? null : format.time(finishedAt)],
  [t("release.digest"), digests],
])}<p class="actions"><a class="button" href="/share/library">${t("library.back")}</a><a href="/share/releases">${t("release.all")}</a></p></div>`
  return visit.page({ title: t("release.result-title"), place: "library", body })
}

const FAILURES: readonly string[] = ["release.audience", "collection.unknown", "store.full"]

function failureOf({ failure }: Release): string {
  return failure !== null && FAILURES.includes(failure) ? failure : "internal"
}
