import { z } from "zod"
import { namesByCommitment, type Visit } from "../../accounts/index.ts"
import {
  facts,
  type Html,
  html,
  nothing,
  notice,
  prose,
  type Reply,
  type State,
  section,
  stateMark,
  textField,
  visible,
} from "../../http/index.ts"
import type { Instant } from "../../kernel/time.ts"
import { articleText, purposeWord, safeguardText } from "../../policy/index.ts"
import {
  approvalsOfRun,
  approveMatch,
  MATCH_NOTE_MOST,
  objectToMatch,
  type Wanted,
  wantedIn,
  withdrawMatch,
} from "../restricted/approving.ts"
import type { MatchApproval } from "../restricted/model.ts"
import type { Run } from "../runs/model.ts"
import { loadRun } from "../runs/standing.ts"
import { LISTS, type MatchPageParts, runPath } from "./parts.ts"
import { typesText, typeWord } from "./words.ts"

type People = ReadonlyMap<string, string>

/** What one officer wants in a run that names people, and what another one may say to it; nothing in all other runs. */
export async function secondPersonShown({ store }: MatchPageParts, visit: Visit, run: Run): Promise<Html> {
  const { t } = visit
  const approvals = await approvalsOfRun(store, run)
  if (approvals.length === 0) return nothing
  const people = await namesByCommitment(store)
  const each = approvals.map((one) => oneShown(visit, run, one, people))
  return section(t("match.second-title"), html`<p class="hint">${t("match.second-what")}</p>${each}`, "second")
}

function oneShown(visit: Visit, run: Run, approval: MatchApproval, people: People): Html {
  const { t, format } = visit
  const wanted = wantedIn(approval)
  const { state, word } = standing(visit, run, approval)
  const person = (one: string | null) => (one === null ? null : visible(people.get(one) ?? t("approval.by-unknown")))
  const about = facts([
    [t("match.types"), visible(typesText(visit, wanted.types))],
    [t("match.list"), html`<a href="${LISTS}/${wanted.list}">${t("match.our-list")}</a>`],
    [t("match.second-permitted"), permittedShown(visit, wanted)],
    [t("match.second-sets"), setsShown(wanted)],
    [t("approval.asked-by"), person(approval.askedBy)],
    [t("approval.asked-at"), format.time(approval.askedAt)],
    [t("approval.until"), format.time(approval.expiresAt)],
    [t("approval.decided-by"), person(approval.decidedBy)],
    [t("approval.note"), approval.note === null ? null : prose(approval.note)],
    [t("approval.digest"), html`<span class="mono small hash">${approval.digest}</span>`],
  ])
  const decide =
    isOpen(approval, run, visit.now) && visit.may("role:officer") ? decision(visit, run, approval) : nothing
  return html`<h3>${actWord(visit, approval)} ${stateMark(state, word)}</h3>${about}${decide}`
}

/** What the agreement says of each type, word for word, as both sides signed it. */
function permittedShown({ t }: Visit, { permitted }: Wanted): Html | null {
  if (permitted.length === 0) return null
  const rows = permitted.map(({ article, type, purpose, basis, safeguard }) => {
    const words = { type: typeWord(t, type), purpose: purposeWord(t, purpose) }
    const row = { ...words, basis: safeguardText(t, basis), safeguard: safeguardText(t, safeguard) }
    const sentence = t("terms.matching-row", row)
    const said =
      article === null ? sentence : t("release.why.by-article", { sentence, article: articleText(t, article) })
    return html`<li>${visible(said)}</li>`
  })
  return html`<ul class="plain-list">${rows}</ul>`
}

function setsShown({ sets }: Wanted): Html | null {
  return sets === null || sets.own === null ? null : html`<span class="mono small hash">${sets.own}</span>`
}

function actWord({ t }: Visit, { act }: MatchApproval): string {
  const words = {
    propose: t("match.second-propose"),
    accept: t("match.second-accept"),
    consent: t("match.second-consent"),
  }
  return words[act]
}

function isOpen({ state, expiresAt }: MatchApproval, { endedAt }: Run, now: Instant): boolean {
  return state === "waiting" && endedAt === null && now < expiresAt
}

function standing({ t, now }: Visit, run: Run, approval: MatchApproval): { state: State; word: string } {
  const { state } = approval
  const late = state === "waiting" && !isOpen(approval, run, now)
  const words: Readonly<Record<MatchApproval["state"], { state: State; word: string }>> = {
    waiting: { state: "conditional", word: t("approval.is-waiting") },
    approved: { state: "open", word: t("approval.is-approved") },
    declined: { state: "closed", word: t("approval.is-declined") },
    withdrawn: { state: "closed", word: t("approval.is-withdrawn") },
    expired: { state: "closed", word: t("approval.is-expired") },
    void: { state: "closed", word: t("approval.is-void") },
  }
  return words[late ? "expired" : state]
}

function decision(visit: Visit, run: Run, { id, askedBy, digest, expiresAt }: MatchApproval): Html {
  const { t, format } = visit
  const path = `${runPath(run)}/approvals/${id}`
  if (askedBy === visit.person().commitment) {
    return html`${notice(t("approval.not-you"))}<form method="post" action="${path}/withdraw"><p class="actions"><button>${t("approval.withdraw")}</button></p></form>`
  }
  const field = { name: "note", label: t("approval.no-why"), hint: t("approval.no-why-hint"), required: true }
  const note = textField({ t, given: {}, faults: {} }, { ...field, rows: 2, most: MATCH_NOTE_MOST })
  return html`<p>${t("match.second-bound", { until: format.timeText(expiresAt) })}</p><form method="post" action="${path}/agree"><input type="hidden" name="digest" value="${digest}"><p class="actions"><button class="primary">${t("match.second-agree")}</button></p></form>
<details><summary>${t("approval.decline")}</summary><form method="post" action="${path}/object">${note}<p class="actions"><button class="danger">${t("approval.decline-go")}</button></p></form></details>`
}

const Yes = z.object({ digest: z.string().max(100).default("") })
const No = z.object({
  note: z
    .string()
    .max(2 * MATCH_NOTE_MOST)
    .default(""),
})

const answers = {
  async agree({ runs }: MatchPageParts, visit: Visit, id: string) {
    const form = await visit.form(Yes)
    await approveMatch(runs, id, { by: visit.person().commitment, digest: form.ok ? form.value.digest : "" })
  },
  async object({ runs }: MatchPageParts, visit: Visit, id: string) {
    const form = await visit.form(No)
    await objectToMatch(runs, id, { by: visit.person().commitment, note: form.ok ? form.value.note : "" })
  },
  withdraw: ({ runs }: MatchPageParts, visit: Visit, id: string) => withdrawMatch(runs, id, visit.person().commitment),
} as const

/** What another officer, or the one who asked, says to it. */
export async function answerAsking(parts: MatchPageParts, visit: Visit, name: keyof typeof answers): Promise<Reply> {
  const run = await loadRun(parts.store, visit.ask.params.id ?? "")
  await answers[name](parts, visit, visit.ask.params.approval ?? "")
  return visit.redirect(runPath(run))
}
