import { z } from "zod"
import { namesByCommitment, type Visit } from "../../../accounts/index.ts"
import {
  copyable,
  emptyState,
  errorSummary,
  type Fault,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  type Shown,
  section,
  table,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { loadPeer } from "../../../parties/index.ts"
import { declineToTell, listKnowings, loadKnowing, wishToKnow } from "../../asking/knowing.ts"
import { KNOWING_ITEMS_MOST, type Knowing } from "../../asking/model.ts"
import { answersTo, loadQuestion } from "../../asking/questioning.ts"
import { tellKnown, wouldTell } from "../../asking/telling.ts"
import { plainItem, shownItem } from "../../items/canonical.ts"
import type { Knowledge } from "../../runs/model.ts"
import { faultOf, HOME, lines, type MatchPageParts } from "../parts.ts"
import { knowledgeShown } from "../results-shown.ts"
import { typeWord } from "../words.ts"
import { KNOWING, knowingPath, questionPath } from "./places.ts"
import { knowingState } from "./question-page.ts"
import { tickField } from "./ticks.ts"

type Sent = Omit<Shown, "t">
const PLACE = "match"

/** "What do you know of these?": which items that partner will see by being asked. */
export async function knowPage(parts: MatchPageParts, visit: Visit, sent?: Sent): Promise<Reply> {
  const { t, format } = visit
  const { store } = parts
  const question = await loadQuestion(store, visit.ask.params.id ?? "")
  const peer = await loadPeer(store, sent?.given.party?.[0] ?? visit.ask.query.get("party") ?? "")
  const answers = await answersTo(store, question)
  const found = answers.filter((one) => one.found.some((party) => party === peer.party))
  if (found.length === 0) return visit.redirect(questionPath(question))
  const choices = found.map(({ seq, type, item }, i) => ({
    ...{ value: String(seq), checked: i < KNOWING_ITEMS_MOST },
    label: html`<span class="mono">${visible(shownItem(item))}</span> <span class="quiet small">${typeWord(t, type)}</span>`,
  }))
  const most = t("match-know.rows-hint", { most: format.number(KNOWING_ITEMS_MOST) })
  const shown = { t, given: sent?.given ?? {}, faults: sent?.faults ?? {} }
  const ticks = tickField(shown, { name: "row[]", label: t("match-know.rows"), hint: most, choices })
  const effect = lines([t("match-know.shows"), t("match-know.decides"), t("match-know.not-others")])
  const label = visible(t("match-know.go", { partner: peer.name }))
  const form = html`<form method="post" action="${questionPath(question)}/know"><input type="hidden" name="party" value="${peer.party}">${ticks}<p class="actions"><button class="primary">${label}</button><a href="${questionPath(question)}">${t("match-question.back")}</a></p></form>`
  const intro = html`<p>${visible(t("match-know.page", { partner: peer.name }))}</p>`
  const final = section(t("match.final"), lines([t("match-know.final"), t("match-know.final-log")]))
  const body = html`${errorSummary(t, shown.faults)}<div class="decision">${intro}${section(t("match-know.effect"), effect)}${final}${form}</div>`
  const status = sent === undefined ? {} : { status: 400 }
  return visit.page({ title: t("match-know.title"), place: PLACE, ...status, body })
}

const Wished = z.object({
  party: z.string().max(60),
  "row[]": z
    .preprocess((value) => (value === undefined ? [] : value), z.array(z.string().regex(/^\d{1,6}$/)))
    .pipe(z.array(z.string()).min(1, "match-know.choose").max(KNOWING_ITEMS_MOST, "match-know.too-many")),
})

export async function askToKnow(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  const form = await visit.form(Wished)
  if (!form.ok) return knowPage(parts, visit, form)
  const { party } = form.value
  const items = form.value["row[]"].map(Number)
  try {
    await wishToKnow(parts.store, { question: id, party, items }, visit.person().commitment)
  } catch (error) {
    return knowPage(parts, visit, { given: form.given, faults: { "": faultOf(visit, error) } })
  }
  return visit.redirect(`${questionPath(await loadQuestion(parts.store, id))}#told`)
}

/** What partners ask to know, and what we asked them. */
export async function knowingsPage({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const all = await listKnowings(store)
  const waits = all.filter(({ side, state }) => side === "theirs" && state === "waiting")
  const rest = all.filter((one) => !waits.includes(one))
  const first = section(
    t("match-know.waits"),
    knowingTable(visit, t("match-know.waits"), waits, t("match-know.none-wait")),
    "waits",
  )
  const others = section(
    t("match-know.others"),
    knowingTable(visit, t("match-know.others"), rest, t("match-knowing.none")),
    "others",
  )
  const body = html`<p>${t("match-know.list-what")}</p>${first}${others}<p class="actions"><a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({ title: t("match-know.list"), place: PLACE, body })
}

function knowingTable(visit: Visit, caption: string, rows: readonly Knowing[], none: string): Html {
  const { t, format } = visit
  return table<Knowing>({
    ...{ caption, rows, empty: html`<p class="quiet">${none}</p>` },
    columns: [
      {
        label: t("match.partner"),
        kind: "name",
        cell: (one) => html`<a href="${knowingPath(one)}">${visible(one.name)}</a>`,
      },
      { label: t("match-know.side"), cell: ({ side }) => sideText(visit, side) },
      { label: t("match-question.state"), cell: (one) => knowingState(visit, one) },
      { label: t("match-ask.count"), kind: "number", cell: ({ items }) => format.number(items.length) },
      { label: t("match.when"), kind: "quiet", wide: true, cell: ({ createdAt }) => format.time(createdAt) },
    ],
  })
}

function sideText({ t }: Visit, side: Knowing["side"]): string {
  return side === "ours" ? t("match-knowing.ours") : t("match-knowing.theirs")
}

type Would = { known: readonly (Knowledge | null)[] } | { fault: Fault } | null

/** One of them; where it waits for us, with what would be told. */
export async function knowingPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const { store } = parts
  const knowing = await loadKnowing(store, visit.ask.params.id ?? "")
  const people = await namesByCommitment(store)
  const waits = knowing.side === "theirs" && knowing.state === "waiting"
  const would = waits ? await tryToTell(parts, visit, knowing.id) : null
  const by = knowing.by === null ? null : visible(people.get(knowing.by) ?? t("approval.by-unknown"))
  const about = facts([
    [t("match.partner"), html`<a href="/share/partners/${knowing.party}">${visible(knowing.name)}</a>`],
    [t("match-know.side"), sideText(visit, knowing.side)],
    [t("match-question.state"), knowingState(visit, knowing)],
    [t("match-question.at"), format.time(knowing.createdAt)],
    [t("match-know.decided"), knowing.decidedAt === null ? null : format.time(knowing.decidedAt)],
    [knowing.side === "ours" ? t("match-question.by") : t("match-know.decided-by"), by],
    [
      t("match-know.question"),
      knowing.question === null
        ? null
        : html`<a href="${questionPath({ id: knowing.question })}">${t("match-question.title")}</a>`,
    ],
  ])
  const items = itemsShown(visit, knowing, would)
  const decide = waits ? deciding(visit, knowing, would) : nothing
  const intro = waits ? html`<p>${visible(t("match-know.theirs-what", { partner: knowing.name }))}</p>` : nothing
  const body = html`<div class="decision">${intro}${about}${items}${decide}<p class="actions"><a href="${KNOWING}">${t("match-know.back")}</a></p></div>`
  return visit.page({ title: t("match-know.one"), place: PLACE, body })
}

/** The key may be over by now: then nothing can be told any more. */
async function tryToTell({ store, knownHere }: MatchPageParts, visit: Visit, id: string): Promise<Would> {
  try {
    return { known: await wouldTell({ store, knownHere }, id) }
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
    return { fault: faultOf(visit, error) }
  }
}

function itemsShown(visit: Visit, { side, state, name, items }: Knowing, would: Would): Html {
  const { t } = visit
  const ours = side === "theirs"
  const waits = state === "waiting"
  if (items.length === 0) return emptyState(t("match-question.no-items"))
  const rows = items.map(({ type, item, known }, i) => {
    const told = would !== null && "known" in would ? (would.known[i] ?? null) : known
    const nothingYet = html`<span class="quiet">–</span>`
    const cell = (waits && would === null) || state === "declined" ? nothingYet : knowledgeShown(visit, told, ours)
    return html`<tr><th scope="row">${copyable(t, visible(shownItem(item)), plainItem(item).value)}<div class="quiet small">${typeWord(t, type)}</div></th><td>${cell}</td></tr>`
  })
  const label = ours
    ? waits
      ? t("match-know.would")
      : t("match-know.was-told")
    : t("match.they-know", { partner: name })
  const head = html`<tr><th scope="col">${t("match.item")}</th><th scope="col">${visible(label)}</th></tr>`
  return section(
    t("match-know.items"),
    html`<table class="differences common-items"><caption class="unseen">${t("match-know.items")}</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`,
    "items",
  )
}

function deciding(visit: Visit, knowing: Knowing, would: Would): Html {
  const { t } = visit
  const path = knowingPath(knowing)
  if (!visit.may("role:officer")) return html`<p>${t("match-know.officer-decides")}</p>`
  const over = would !== null && "fault" in would ? would.fault : null
  const tell =
    over === null
      ? html`${section(t("match.final"), lines([t("match-know.tell-final"), t("match-know.tell-policy"), t("match-know.final-log")]))}<form method="post" action="${path}/tell"><p class="actions"><button class="primary">${visible(t("match-know.tell", { partner: knowing.name }))}</button></p></form>`
      : notice(t(over.key, over.values), "warning")
  return html`${tell}<form method="post" action="${path}/withhold"><p>${t("match-know.withhold-what")}</p><p class="actions"><button>${t("match-know.withhold")}</button></p></form>`
}

const decisions = {
  tell: ({ store, knownHere }: MatchPageParts, id: string, by: string) => tellKnown({ store, knownHere }, id, by),
  withhold: ({ store }: MatchPageParts, id: string, by: string) => declineToTell(store, id, by),
} as const

export async function decideKnowing(parts: MatchPageParts, visit: Visit, name: keyof typeof decisions): Promise<Reply> {
  const knowing = await loadKnowing(parts.store, visit.ask.params.id ?? "")
  await decisions[name](parts, knowing.id, visit.person().commitment)
  return visit.redirect(knowingPath(knowing))
}
