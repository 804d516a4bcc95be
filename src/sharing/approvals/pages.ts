import { z } from "zod"
import { namesByCommitment, type PageRoute, type Visit } from "../../accounts/index.ts"
import {
  actions,
  emptyState,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  prose,
  type Reply,
  section,
  stateMark,
  table,
  textField,
  tlpLabel,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Hit, listCollections, loadCollection } from "../../library/index.ts"
import {
  type ApprovalRequest,
  type Decider,
  isFor,
  isOpen,
  listDecided,
  listItems,
  listWaiting,
  mayDecide,
  NOTE_MOST,
  purposeWord,
  readTerms,
  redactedWord,
  termSentences,
  withdrawAsking,
} from "../../policy/index.ts"
import { wholeNumber } from "../pages/collections/parts.ts"
import { objectPath, reference } from "../pages/named.ts"
import { type Partners, partnersOf } from "../pages/partners.ts"
import { copyShown } from "../pages/release/copies-shown.ts"
import { programsShown, warnedOf } from "../pages/release/going.ts"
import { counted, partyList, type ReleasePageParts, reasonShown } from "../pages/release/parts.ts"
import { idsOf } from "../release/queries.ts"
import {
  approveAndRelease,
  asTheyStand,
  hasChanged,
  loadOne,
  objectsOf,
  purposeAsked,
  sayNo,
  type TakenOut,
  takenOut,
} from "./deciding.ts"
import { approvalPath, APPROVALS_PATH as PATH, standing } from "./words.ts"

const DECIDED_SHOWN = 100
const ITEMS_SHOWN = 50
const SOON_MS = 800

/** What waits for a second person, and what became of it. */
export function approvalPages(parts: ReleasePageParts): PageRoute[] {
  const officer = { who: "role:officer" } as const
  // Of an urgent release whoever was told decides, officer or not: each page looks whether this one is for its visitor.
  const told = { who: "role:reader" } as const
  const sure = { ...told, stepUp: true } as const
  const one = `${PATH}/:id`
  return [
    { ...officer, method: "GET", path: PATH, handle: (visit) => listPage(parts, visit) },
    { ...told, method: "GET", path: one, handle: (visit) => onePage(parts, visit) },
    { ...sure, method: "POST", path: `${one}/approve`, handle: (visit) => agree(parts, visit) },
    { ...sure, method: "POST", path: `${one}/decline`, handle: (visit) => refuse(parts, visit) },
    { ...officer, method: "POST", path: `${one}/withdraw`, handle: (visit) => takeBack(parts, visit) },
  ]
}

async function listPage({ store }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { t, now } = visit
  const decider = deciderOf(visit)
  const [asked, over] = await Promise.all([listWaiting(store), listDecided(store, DECIDED_SHOWN)])
  const standing = await asTheyStand(store, asked, now)
  const waiting = standing.filter(({ state }) => state === "waiting")
  const decided = [...standing.filter(({ state }) => state !== "waiting"), ...over]
  const [titles, people] = await Promise.all([titlesOf(store), namesByCommitment(store)])
  const known = { titles, people }
  const mine = waiting.filter((one) => mayDecide(one, decider, now))
  const others = waiting.filter((one) => !mine.includes(one))
  const part = (title: string, rows: readonly ApprovalRequest[], none: string, id: string) =>
    section(title, rows.length === 0 ? html`<p class="quiet">${none}</p>` : list(visit, title, rows, known), id)
  const body = html`<p>${t("approval.what")}</p>${part(t("approval.for-you"), mine, t("approval.none-for-you"), "for-you")}
${part(t("approval.for-others"), others, t("approval.none-for-others"), "for-others")}
${decided.length === 0 ? nothing : part(t("approval.decided"), decided, "", "decided")}`
  return visit.page({ title: t("nav.approvals"), place: "approvals", body })
}

type Known = { titles: ReadonlyMap<string, string>; people: ReadonlyMap<string, string> }

async function titlesOf(reader: ReleasePageParts["store"]): Promise<Map<string, string>> {
  return new Map((await listCollections(reader)).map(({ id, title }) => [id, title]))
}

function list(visit: Visit, caption: string, rows: readonly ApprovalRequest[], { titles, people }: Known): Html {
  const { t, format, now } = visit
  return table<ApprovalRequest>({
    caption,
    rows,
    empty: emptyState(t("approval.none-for-you")),
    columns: [
      {
        label: t("release.what"),
        kind: "name",
        cell: (one) =>
          html`<a href="${approvalPath(one)}">${counted(visit, one.objects, t("release.objects-one"), (count) => t("release.objects", { count }))}</a>`,
      },
      {
        label: t("shared.state"),
        cell: (one) => {
          const { state, word } = standing(t, one, now)
          return stateMark(state, word)
        },
      },
      { label: t("library.collection"), cell: ({ collection }) => visible(titles.get(collection) ?? collection) },
      { label: t("approval.asked-by"), cell: ({ askedBy }) => personShown(visit, askedBy, people) },
      { label: t("approval.asked-at"), kind: "quiet", wide: true, cell: ({ askedAt }) => format.time(askedAt) },
      { label: t("approval.until"), kind: "quiet", cell: ({ expiresAt }) => format.time(expiresAt) },
    ],
  })
}

/** A person by name as long as the account is there; a command or a standing rule where it was nobody. */
function personShown({ t }: Visit, commitment: string | null, people: ReadonlyMap<string, string>): Html {
  if (commitment === null) return html`${t("approval.by-node")}`
  const name = people.get(commitment)
  return name === undefined ? html`${t("approval.by-unknown")}` : visible(name)
}

type Sent = { given: Given; faults: Faults }

function deciderOf(visit: Visit): Decider {
  return { person: visit.person().commitment, officer: visit.may("role:officer") }
}

async function onePage(parts: ReleasePageParts, visit: Visit, sent: Sent = noForm, status?: number): Promise<Reply> {
  const { t, now } = visit
  const { store } = parts
  const approval = await loadOne(store, visit.ask.params.id)
  if (!visit.may("role:officer") && !isFor(approval, deciderOf(visit)))
    throw new ComityError("not-found", "approval.unknown")
  const [partners, titles, people] = await Promise.all([partnersOf(store), titlesOf(store), namesByCommitment(store)])
  const { collection, audience } = approval
  const changed = await hasChanged(store, approval, now)
  const { state, word } = standing(t, changed ? { ...approval, state: "void" } : approval, now)
  const title = approval.kind === "ask" ? t("approval.title") : t("approval.urgent-title")
  const parties = counted(visit, audience.length, t("release.who-count-one"), (count) =>
    t("release.who-count", { count }),
  )
  const where = html`<p>${t("approval.into")} <a href="/share/collections/${collection}">${visible(titles.get(collection) ?? collection)}</a></p>`
  const purpose = purposeWord(t, await purposeAsked(store, approval))
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${section(t("release.what"), html`${await whatShown(parts, visit, approval)}<p>${t("release.for-purpose", { purposes: purpose })}</p>`, "what")}
${section(t("release.who"), html`${where}<p>${parties}</p>${await partyList(visit, store, partners, audience)}${await programsShown(parts, visit, [collection])}`, "who")}
${await warnedOf(parts, visit, { keys: await objectsOf(store, approval), total: approval.objects, not: new Set() })}
${await termsShown(store, visit, approval, partners)}
${whyShown(visit, approval, partners)}
${factsShown(visit, approval, people)}${changed ? notice(t("error.approval.void"), "warning") : decisionShown(visit, approval, sent)}
<p class="actions"><a href="${PATH}">${t("approval.all")}</a></p></div>`
  return visit.page({
    title,
    place: "approvals",
    state: stateMark(state, word),
    body,
    ...(status === undefined ? {} : { status }),
  })
}

/** What readers may do with it, in words: the terms as they were when it was asked. */
async function termsShown(
  reader: ReleasePageParts["store"],
  visit: Visit,
  { collection, terms: hash }: ApprovalRequest,
  partners: Partners,
): Promise<Html> {
  const { t, format, instrument } = visit
  const { terms } = await loadCollection(reader, collection)
  const read = terms === null || terms.hash !== hash ? null : readTerms(terms.text)
  if (read === null) return nothing
  const names = { ...format, instrument, party: (id: string) => partners.get(id) ?? id }
  const items = termSentences(t, read, names).map(({ text }) => html`<li>${visible(text)}</li>`)
  return html`<details><summary>${t("approval.terms")}</summary><ul>${items}</ul></details>`
}

/** Why a second person is needed; of an urgent release, why it could not wait for one. */
function whyShown(visit: Visit, { grounds, reason }: ApprovalRequest, partners: Partners): Html {
  const { t, format } = visit
  if (reason !== null) return section(t("approval.need"), prose(reason), "why")
  const items = grounds.map(
    (ground) => html`<li>${format.number(ground.count)} × ${reasonShown(visit, ground, partners)}</li>`,
  )
  return section(t("approval.why"), html`<ul class="plain-list">${items}</ul>`, "why")
}

/** Each object with a link to exactly the bytes that are meant; where a copy goes, the copy, and which original stays here. */
async function whatShown({ store, search }: ReleasePageParts, visit: Visit, approval: ApprovalRequest): Promise<Html> {
  const { t } = visit
  const after = wholeNumber(visit.ask.query.get("after")) ?? -1
  const items = await listItems(store, approval.key, after, ITEMS_SHOWN + 1)
  const shown = items.slice(0, ITEMS_SHOWN)
  const found = await idsOf(
    store,
    shown.map(({ object }) => object),
  )
  const ids = new Map(found.map(({ key, id }) => [key, id]))
  const names = await search.names([...ids.values()])
  const keys = shown.map(({ object }) => object)
  const without = await takenOut(store, approval, { keys, time: visit.now })
  const rows = shown.map(({ object: key }) => {
    const item = { key, id: ids.get(key), taken: without.get(key) ?? null }
    return html`<li>${itemShown(visit, item, names)}</li>`
  })
  const last = shown.at(-1)
  const more =
    items.length > ITEMS_SHOWN && last !== undefined
      ? html`<p><a href="${approvalPath(approval)}?after=${last.object}#what">${t("approval.more")}</a></p>`
      : nothing
  const count = counted(visit, approval.objects, t("release.objects-one"), (number) =>
    t("release.objects", { count: number }),
  )
  return html`<p><strong>${count}</strong></p><ul class="plain-list">${rows}</ul>${more}`
}

function itemShown(
  visit: Visit,
  { key, id, taken }: { key: number; id: string | undefined; taken: TakenOut | null },
  names: ReadonlyMap<string, Hit>,
): Html {
  const { t } = visit
  if (id === undefined) return html`<span class="quiet">${t("approval.erased")}</span>`
  const hit = names.get(id)
  const label = hit?.marking == null ? nothing : tlpLabel(hit.marking)
  return html`${reference(t, id, hit)} ${label} <a class="small" href="${objectPath(id)}/source?version=${key}">${taken === null || taken.without.length === 0 ? t("approval.bytes") : t("approval.original")}</a>${taken === null ? nothing : withoutShown(visit, taken)}`
}

function withoutShown(visit: Visit, { without, copy }: TakenOut): Html {
  const { t, format } = visit
  if (without.length === 0) return nothing
  const words = [...new Set(without.map(({ what }) => redactedWord(t, what)))]
  return html`<div class="small">${t("approval.without", { what: format.list(words) })}</div>${copy === null ? nothing : copyShown(visit, { lines: copy }, null)}`
}

function factsShown(visit: Visit, approval: ApprovalRequest, people: Known["people"]): Html {
  const { t, format } = visit
  const { askedBy, askedAt, expiresAt, digest, decidedBy, decidedAt, note, told, went, release } = approval
  const by = decidedAt === null || decidedBy === null ? null : personShown(visit, decidedBy, people)
  return facts([
    [t("approval.asked-by"), personShown(visit, askedBy, people)],
    [t("approval.asked-at"), format.time(askedAt)],
    [t("approval.told"), told === null ? null : personShown(visit, told, people)],
    [t("approval.until"), format.time(expiresAt)],
    [t("approval.decided-by"), by],
    [t("approval.decided-at"), decidedAt === null ? null : format.time(decidedAt)],
    [t("approval.note"), note === null ? null : prose(note)],
    [t("approval.release"), html`<a href="/share/releases/${went ?? release}">${t("approval.to-release")}</a>`],
    [t("approval.digest"), html`<span class="mono small">${digest}</span>`],
  ])
}

function decisionShown(visit: Visit, approval: ApprovalRequest, sent: Sent): Html {
  const { t, format, now } = visit
  const { commitment } = visit.person()
  if (!isOpen(approval, now)) return nothing
  const path = approvalPath(approval)
  if (approval.askedBy === commitment) {
    const back = html`<form method="post" action="${path}/withdraw"><p class="actions"><button>${t("approval.withdraw")}</button></p></form>`
    return approval.kind === "ask"
      ? html`${notice(t("approval.not-you"))}${back}`
      : notice(t("approval.not-your-review"))
  }
  const urgent = approval.kind === "urgent"
  const label = urgent
    ? t("approval.confirm")
    : counted(visit, approval.objects, t("approval.go-one"), (objects) => t("approval.go", { objects }))
  const note = textField(
    { t, ...sent },
    {
      ...{ name: "note", label: t("approval.no-why"), hint: t("approval.no-why-hint"), required: true },
      ...{ rows: 2, most: NOTE_MOST },
    },
  )
  const bound = urgent ? t("approval.review-what") : t("approval.bound", { until: format.timeText(approval.expiresAt) })
  return html`<p>${bound}</p><form method="post" action="${path}/approve"><input type="hidden" name="digest" value="${approval.digest ?? ""}"><p class="actions"><button class="primary">${label}</button></p></form>
<details${Object.keys(sent.faults).length > 0 ? html` open` : nothing}><summary>${urgent ? t("approval.object-to") : t("approval.decline")}</summary><form method="post" action="${path}/decline">${note}${actions(urgent ? t("approval.object-go") : t("approval.decline-go"), { href: PATH, label: t("approval.all") }, "danger")}</form></details>`
}

const Yes = z.object({ digest: z.string().min(1).max(100) })
const No = z.object({ note: z.string().trim().min(1).max(NOTE_MOST) })

async function agree(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  const form = await visit.form(Yes)
  if (!form.ok) return onePage(parts, visit, form, 400)
  const yes = { by: deciderOf(visit), digest: form.value.digest }
  const release = await approveAndRelease({ ...parts, clock: { now: () => visit.now } }, id, yes)
  if (release === null) return visit.redirect(`${PATH}/${encodeURIComponent(id)}`)
  await parts.releases.settledSoon(release.id, SOON_MS)
  return visit.redirect(`/share/releases/${release.id}`)
}

async function refuse(parts: ReleasePageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  const form = await visit.form(No)
  if (!form.ok) return onePage(parts, visit, form, 400)
  await sayNo(parts.store, id, { by: deciderOf(visit), note: form.value.note })
  return visit.redirect(`${PATH}/${encodeURIComponent(id)}`)
}

async function takeBack({ store }: ReleasePageParts, visit: Visit): Promise<Reply> {
  const { id } = await loadOne(store, visit.ask.params.id)
  await withdrawAsking(store, id, visit.person().commitment)
  return visit.redirect(PATH)
}
