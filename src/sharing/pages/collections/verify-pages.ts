import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  endEvent,
  eventsReply,
  facts,
  type Html,
  html,
  liveProgress,
  notice,
  type PageWho,
  type Progress,
  progressEvent,
  type Reply,
  stateMark,
  type Translate,
} from "../../../http/index.ts"
import type { LogReport } from "../../../library/index.ts"
import type { Verdict, Verification, Verifications } from "./verification.ts"

/** The log that a page speaks of: its name for the scan, what people call it, and the page it belongs to. */
export type Subject = { name: string; title: string; home: string; place: string }

/** `path` is where the pages stand (`/share/collections/:id`); `subject` finds the log or throws `not-found`. */
export type VerifyRoutes = { path: string; who: PageWho; subject(visit: Visit): Promise<Subject> }

/** "Verify now": begin, look, follow, stop. */
export function verifyPages(verifications: Verifications, { path, who, subject }: VerifyRoutes): PageRoute[] {
  return [
    {
      ...{ method: "POST", path: `${path}/verify`, who },
      handle: async (visit) => {
        const { name, home } = await subject(visit)
        verifications.begin(name)
        return visit.redirect(`${home}/verify`)
      },
    },
    {
      ...{ method: "GET", path: `${path}/verify`, who },
      handle: async (visit) => page(visit, verifications, await subject(visit)),
    },
    {
      ...{ method: "GET", path: `${path}/verify/events`, who },
      handle: async (visit) => events(visit, verifications, await subject(visit)),
    },
    {
      ...{ method: "POST", path: `${path}/verify/stop`, who },
      handle: async (visit) => {
        const { name, home } = await subject(visit)
        verifications.cancel(name)
        return visit.redirect(`${home}/verify`)
      },
    },
  ]
}

function page(visit: Visit, verifications: Verifications, subject: Subject): Reply {
  const { t } = visit
  const state = verifications.state(subject.name)
  const running = state?.is === "running" || state?.is === "waiting"
  const again = running ? null : verifyForm(visit, subject, t(state === null ? "verify.begin" : "verify.again"))
  return visit.page({
    title: t("verify.title", { log: subject.title }),
    place: subject.place,
    scripts: running ? ["progress.js"] : [],
    body: html`<p>${t("verify.what")}</p>
${running ? underWay(visit, state, subject) : outcome(visit, state)}<div class="actions">${again}<a href="${subject.home}">${t("verify.back", { log: subject.title })}</a></div>`,
  })
}

/** The button that begins; it stands on other pages too. */
export function verifyForm({ t }: Visit, { home }: Pick<Subject, "home">, label?: string): Html {
  return html`<form method="post" action="${home}/verify"><button>${label ?? t("verify.begin")}</button></form>`
}

function underWay(visit: Visit, state: Verification, { home, title }: Subject): Html {
  const { t } = visit
  return html`${liveProgress(t, `${home}/verify/events`, t("verify.title", { log: title }), progressOf(visit, state))}
<p class="quiet">${t("verify.goes-on")}</p><form method="post" action="${home}/verify/stop"><p><button>${t("verify.stop")}</button></p></form>`
}

function progressOf({ t, format }: Visit, state: Verification): Progress {
  if (state.is !== "running" || state.of === 0) {
    const slots = { done: t(state.is === "waiting" ? "verify.waiting" : "verify.starting"), left: "" }
    return { value: null, max: 1, slots }
  }
  const { done, of, milliseconds } = state
  const seconds = Math.max(1, Math.round(((milliseconds / done) * (of - done)) / 1000))
  const slots = {
    done: t("verify.progress", { done: format.number(done), of: format.number(of) }),
    left: t("verify.left", { seconds: format.number(seconds) }),
  }
  return { value: done, max: of, slots }
}

function events(visit: Visit, verifications: Verifications, { name }: Subject): Reply {
  return eventsReply(async function* (gone) {
    for await (const state of verifications.follow(name, gone)) {
      if (state?.is === "running" || state?.is === "waiting") yield progressEvent(progressOf(visit, state))
    }
    yield endEvent()
  })
}

function outcome(visit: Visit, state: Verification | null): Html {
  const { t, format } = visit
  if (state?.is === "verified") return verdictShown(visit, state.verdict)
  if (state?.is === "stopped") return notice(t("verify.stopped", { at: format.timeText(state.at) }), "warning")
  if (state?.is === "failed") return notice(t("verify.failed", { at: format.timeText(state.at) }), "warning")
  return html`<p>${t("verify.never")}</p>`
}

function verdictShown({ t, format }: Visit, { at, report }: Verdict): Html {
  const good = report.problems.length === 0
  const size = format.number(report.size)
  return html`${notice(good ? t("verify.good", { size }) : t("verify.bad", { size }), good ? "done" : "warning")}
${facts([
  [t("verify.at"), format.time(at)],
  [t("verify.entries"), size],
  [t("verify.erased"), format.number(report.erased)],
  [t("verify.withheld"), report.withheld === 0 ? null : format.number(report.withheld)],
  [t("verify.expired"), report.expired === 0 ? null : format.number(report.expired)],
  [t("verify.signed"), report.signed === report.size || !good ? null : format.number(report.signed)],
  [t("verify.root"), html`<span class="mono">${report.root}</span>`],
  [t("verify.problems"), good ? format.number(0) : problems(t, report)],
])}${good ? null : html`<p>${t("verify.what-now")}</p>`}`
}

function problems(t: Translate, { problems }: LogReport): Html {
  return html`<ul>${problems.map(({ seq, code }) => html`<li>${t(`log.problem.${code}`, { seq: seq ?? "" }).trim()}</li>`)}</ul>`
}

/** The last result in a few words, for a list or the facts beside a log. */
export function verdictMark({ t, format }: Visit, verdict: Verdict | null): Html {
  if (verdict === null) return stateMark("unknown", t("verify.not-since-start"))
  const { at, report } = verdict
  if (report.problems.length > 0) return stateMark("closed", t("verify.mark-bad", { at: format.timeText(at) }))
  return stateMark("open", t("verify.mark-good", { at: format.timeText(at) }))
}
