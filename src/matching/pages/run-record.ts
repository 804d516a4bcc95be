import type { Visit } from "../../accounts/index.ts"
import {
  emptyState,
  facts,
  type Html,
  html,
  nothing,
  prose,
  type Reply,
  section,
  table,
  visible,
} from "../../http/index.ts"
import { parseInstant } from "../../kernel/time.ts"
import { keptStatement, ROUNDS, type Step, textHash } from "../runs/message.ts"
import type { Run } from "../runs/model.ts"
import { selectWords, type Words } from "../runs/queries.ts"
import { loadRun, roundsOf, transcriptBefore } from "../runs/standing.ts"
import { type MatchPageParts, partnersOf, runPath } from "./parts.ts"
import { nameOf } from "./words.ts"

/** All that is ever said, in the order in which it is. */
const STEPS: readonly Step[] = [
  "propose",
  "accept",
  "refuse",
  ...ROUNDS.flatMap((one): Step[] => (one === "consent" ? ["consent", "decline"] : [one])),
  "cancel",
  "broken",
]

/** What each side said and when: how far both are. */
export function stepsTable(visit: Visit, words: Words): Html {
  const { t } = visit
  const said = STEPS.filter((step) => words.own[step] !== undefined || words.theirs[step] !== undefined)
  return table<Step>({
    caption: t("match.steps"),
    rows: said,
    empty: emptyState(t("match.no-steps")),
    columns: [
      { label: t("match.step"), kind: "name", cell: (step) => stepText(visit, step) },
      { label: t("match.we"), cell: (step) => timeShown(visit, words.own[step]) },
      { label: t("match.they"), cell: (step) => timeShown(visit, words.theirs[step]) },
    ],
  })
}

function stepText({ t }: Visit, step: Step): string {
  const words: Readonly<Record<Step, string>> = {
    propose: t("match.step-propose"),
    accept: t("match.step-accept"),
    refuse: t("match.step-refuse"),
    commit: t("match.step-commit"),
    tags: t("match.step-tags"),
    count: t("match.step-count"),
    consent: t("match.step-consent"),
    decline: t("match.step-decline"),
    open: t("match.step-open"),
    labels: t("match.step-labels"),
    close: t("match.step-close"),
    cancel: t("match.step-cancel"),
    broken: t("match.step-broken"),
  }
  return words[step]
}

/** As the one who signed it says; whoever reads it knows that clocks differ. */
function timeShown({ format }: Visit, note: string | undefined): Html {
  const at = note === undefined ? null : parseInstant(keptStatement(note).at)
  return at === null ? html`<span class="quiet">–</span>` : html`<span class="wrap">${format.time(at)}</span>`
}

/** What was signed, word for word, so that a third person can check it. */
export async function recordPage({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const run = await loadRun(store, visit.ask.params.id ?? "")
  const [words, partners] = await Promise.all([selectWords(store, run.key), partnersOf(store)])
  const partner = nameOf(partners, run.party)
  const each = STEPS.flatMap((step) => [
    noteShown(visit, stepText(visit, step), t("match.we"), words.own[step]),
    noteShown(visit, stepText(visit, step), visible(partner), words.theirs[step]),
  ])
  const transcript = lastTranscript(run, words)
  const said = facts([
    [t("match.run-id"), html`<span class="mono hash">${run.id}</span>`],
    [t("match.transcript"), transcript === null ? null : html`<span class="mono hash">${transcript}</span>`],
  ])
  const body = html`<div class="decision"><p>${t("match.record-what")}</p>${said}${stepsTable(visit, words)}${section(t("match.signed"), html`${each}`)}<p class="actions"><a href="${runPath(run)}">${t("match.back-to-run")}</a></p></div>`
  return visit.page({ title: t("match.record"), place: "match", body })
}

function noteShown({ t }: Visit, step: string, who: Html | string, note: string | undefined): Html {
  if (note === undefined) return nothing
  return html`<details class="recipe"><summary>${step} · ${who}</summary><p class="mono small hash">${textHash(note)}</p><div class="snippet"><pre tabindex="0">${prose(note)}</pre><div class="actions"><button type="button" class="needs-script copy" data-copy="${note}">${t("copy.this")}</button></div></div></details>`
}

/** Over all rounds that both sides finished; null before there is one. */
function lastTranscript(run: Run, words: Words): string | null {
  const rounds = roundsOf(run)
  let last: string | null = null
  for (const round of rounds) {
    try {
      last = transcriptBefore(words, run.role, round, rounds)
    } catch {
      break // a word of that round is missing: it was not finished
    }
  }
  return last
}
