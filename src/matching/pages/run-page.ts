import type { Visit } from "../../accounts/index.ts"
import {
  endEvent,
  eventsReply,
  facts,
  type Html,
  html,
  nothing,
  progressEvent,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { purposeWord } from "../../policy/index.ts"
import { findList } from "../lists/lists.ts"
import { hasEnded, type Run } from "../runs/model.ts"
import { saidIn, selectWords, type Words } from "../runs/queries.ts"
import { loadRun } from "../runs/standing.ts"
import { agreementsHere, HOME, listPath, type MatchPageParts, partnersOf, runPath } from "./parts.ts"
import { explained } from "./picture.ts"
import { resultsShown } from "./results-shown.ts"
import { countsTable, figuresOf } from "./run-counts.ts"
import { nowShown, progressOf } from "./run-now.ts"
import { stepsTable } from "./run-record.ts"
import { secondPersonShown } from "./second-person.ts"
import { learnersText, nameOf, stateShown } from "./words.ts"

/** One match: what happens now and whose turn it is, what was counted, what is common, and what was signed. */
export async function runPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const run = await loadRun(store, visit.ask.params.id ?? "")
  const [partners, words] = await Promise.all([partnersOf(store), selectWords(store, run.key)])
  const partner = nameOf(partners, run.party)
  const title = t("match.run-title", { partner })
  const shown = { ...figuresOf(visit, run), learners: run.learners, role: run.role }
  const results = await resultsShown(parts, visit, run, partner)
  const means = hasEnded(run) ? nothing : html`${explained(t, shown)}`
  const steps = section(
    t("match.steps"),
    html`${stepsTable(visit, words)}<p><a href="${runPath(run)}/record">${t("match.to-record")}</a></p>`,
    "steps",
  )
  const over = hasEnded(run)
  const second = await secondPersonShown(parts, visit, run)
  const about = html`<aside aria-label="${t("match.about")}">${await aboutRun(parts, visit, run, partner)}</aside>`
  const body = html`<div class="columns"><div>${nowShown(parts, visit, run, partner)}${refusalShown(visit, words)}${countsTable(visit, run)}${setShown(visit, words)}${second}${over ? nothing : means}</div>${about}</div>${results}${steps}<p class="actions"><a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({
    title: visibleText(title),
    heading: visible(title),
    place: "match",
    state: stateShown(t, run),
    scripts: ["progress.js"],
    body,
  })
}

/** What somebody wrote who refused, for the people on the other side. */
function refusalShown({ t }: Visit, words: Words): Html {
  const said = saidIn(words.theirs, "refuse") ?? saidIn(words.own, "refuse")
  if (said === null || said.reason === "") return nothing
  return html`<p>${t("match.refuse-words")}: ${visible(said.reason)}</p>`
}

/** Whether the partner's list is the one to which it committed before: of a changed one it is told by how much. */
function setShown({ t, format }: Visit, words: Words): Html {
  const said = saidIn(words.theirs, "commit")
  if (said === null) return nothing
  const { added, removed } = said.set
  if (added === null || removed === null) return html`<p class="hint">${t("match.set-first")}</p>`
  if (added + removed === 0) return html`<p class="hint">${t("match.set-same")}</p>`
  const changed = t("match.set-changed", { added: format.number(added), removed: format.number(removed) })
  return html`<p class="hint">${changed}</p>`
}

async function aboutRun({ store }: MatchPageParts, visit: Visit, run: Run, partner: string): Promise<Html> {
  const { t, format } = visit
  const agreement =
    run.agreement === null ? null : (await agreementsHere(store)).find((one) => one.agreement === run.agreement)
  const agreed = run.agreement === null ? t("match.agreement-none") : visible(agreement?.title ?? run.agreement)
  return facts([
    [t("match.partner"), html`<a href="/share/partners/${run.party}">${visible(partner)}</a>`],
    [t("match.proposed-by"), run.role === "proposer" ? t("match.by-us") : visible(partner)],
    [t("match.list"), await listShown(store, run)],
    [t("match.purpose"), purposeWord(t, run.purpose)],
    [t("match.basis"), visible(run.basis)],
    [t("match.agreement"), agreed],
    [t("match.learners"), learnersText(t, run.learners, run.role, partner)],
    [t("match.begun"), format.time(run.createdAt)],
    [run.endedAt === null ? t("match.expires") : t("match.ended"), format.time(run.endedAt ?? run.expiresAt)],
    [
      t("match.erased"),
      run.erasedAt === null
        ? hasEnded(run)
          ? t("match.erased-soon")
          : t("match.erased-later")
        : format.time(run.erasedAt),
    ],
  ])
}

async function listShown(store: MatchPageParts["store"], { list }: Run): Promise<Html | null> {
  if (list === null) return null
  const found = await findList(store, list).catch(() => null)
  return found === null
    ? html`<span class="mono small">${list}</span>`
    : html`<a href="${listPath(found)}">${visible(found.name)}</a>`
}

/** How far it is, until it stands elsewhere than the page says. */
export async function runEvents({ store, matches }: MatchPageParts, visit: Visit): Promise<Reply> {
  const run = await loadRun(store, visit.ask.params.id ?? "")
  const state = visit.ask.query.get("state") ?? run.state
  return eventsReply(async function* (gone) {
    for await (const progress of matches.watch(run.id, gone)) {
      if (progress.state !== state) break
      const now = await loadRun(store, run.id)
      if (now.paused !== run.paused) break
      yield progressEvent(progressOf(visit, progress))
    }
    if (!gone.aborted) yield endEvent(runPath(run))
  })
}
