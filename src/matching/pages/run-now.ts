import type { Visit } from "../../accounts/index.ts"
import { type Html, html, liveProgress, nothing, notice, type Progress, visible } from "../../http/index.ts"
import type { RunProgress } from "../runs/matches.ts"
import { hasEnded, opened, type Run, waitingFor } from "../runs/model.ts"
import { phaseText, reasonText } from "../runs/words.ts"
import { type MatchPageParts, runPath } from "./parts.ts"
import { typesText } from "./words.ts"

/** What happens now, who has to do something, and what one may do. */
export function nowShown(parts: MatchPageParts, visit: Visit, run: Run, partner: string): Html {
  if (hasEnded(run)) return ended(visit, run, partner)
  const said = visible(nowText(visit, run, partner))
  const ours = waitingFor(run) === "us"
  const head = ours ? notice(said, "warning") : html`<p>${said}</p>`
  return html`${head}${progressing(parts, visit, run)}${visit.may("role:officer") ? acts(visit, run) : nothing}`
}

function nowText({ t }: Visit, run: Run, partner: string): string {
  const ours = waitingFor(run) === "us"
  if (run.paused !== null) return run.paused === "dense" ? t("match.now-dense") : t("match.now-paused")
  switch (run.state) {
    case "drafted":
      return t("match.now-drafted")
    case "proposed":
      return ours ? t("match.now-asked", { partner }) : t("match.now-proposed", { partner })
    case "counted":
      return ours ? t("match.now-decide") : t("match.now-waits", { partner })
    case "opening":
      return t("match.now-opening", { partner })
    default:
      return t("match.now-running", { partner })
  }
}

/** What works is shown how far it is; what waits for the partner only asks for the page again when it answered. */
function progressing({ matches }: MatchPageParts, visit: Visit, run: Run): Html {
  const { t } = visit
  if (run.paused !== null) return nothing
  const events = `${runPath(run)}/events?state=${run.state}`
  const waiting = waitingFor(run)
  if (waiting === "machines") {
    const bar = liveProgress(t, events, t("match.progress"), progressOf(visit, matches.progress(run)))
    return html`${bar}<p class="quiet">${t("match.goes-on")}</p>`
  }
  return waiting === "them"
    ? html`<div data-events="${events}"><p data-lost role="status" hidden>${t("progress.lost")}</p></div>`
    : nothing
}

export function progressOf({ t, format }: Visit, { phase, done, total, secondsLeft, waits }: RunProgress): Progress {
  const far = total === 0 ? "" : t("match.far", { done: format.number(done), total: format.number(total) })
  const left = secondsLeft === null ? "" : t("match.left", { seconds: format.number(secondsLeft) })
  const doing = waits === null ? phaseText(t, phase) : t("match.tries-again", { doing: phaseText(t, phase) })
  return {
    value: total === 0 ? null : done,
    max: total,
    slots: { doing, done: left === "" ? far : `${far} · ${left}` },
  }
}

function acts(visit: Visit, run: Run): Html {
  const { t } = visit
  const path = runPath(run)
  const links: Html[] = []
  const post = (act: string, label: string) => html`<button formaction="${path}/${act}">${label}</button>`
  if (run.state === "proposed" && run.role === "acceptor") {
    links.push(html`<a class="button primary" href="${path}/accept">${t("match.to-answer")}</a>`)
  }
  if (run.state === "counted" && waitingFor(run) === "us" && run.paused === null) {
    links.push(html`<a class="button primary" href="${path}/consent">${t("match.to-decide")}</a>`)
  }
  if (run.paused !== null)
    links.push(html`<button class="primary" formaction="${path}/resume">${t("match.resume")}</button>`)
  else if (waitingFor(run) === "machines") links.push(post("pause", t("match.pause")))
  const form =
    links.length === 0 ? nothing : html`<form method="post" action="${path}"><p class="actions">${links}</p></form>`
  return html`${form}${run.state === "proposed" && run.role === "acceptor" ? refusing(visit, path) : cancelling(visit, path)}`
}

function refusing({ t }: Visit, path: string): Html {
  return html`<details><summary>${t("match.refuse")}</summary><form method="post" action="${path}/refuse"><div class="field"><label for="field-words">${t("match.refuse-words")}</label><p class="hint" id="field-words-hint">${t("match.refuse-hint")}</p><input class="long" id="field-words" name="words" maxlength="500" aria-describedby="field-words-hint"></div><p class="actions"><button>${t("match.refuse-go")}</button></p></form></details>`
}

function cancelling({ t }: Visit, path: string): Html {
  return html`<details><summary>${t("match.cancel")}</summary><form method="post" action="${path}/cancel"><p>${t("match.cancel-what")}</p><p class="actions"><button class="danger">${t("match.cancel-go")}</button></p></form></details>`
}

function ended(visit: Visit, run: Run, partner: string): Html {
  const { t } = visit
  const why = reasonText(t, run)
  const reason = why === null ? nothing : html`<p>${visible(why)}</p>`
  const said = notice(visible(endText(visit, run, partner)), run.state === "done" ? "done" : "warning")
  return html`${said}${reason}`
}

function endText(visit: Visit, run: Run, partner: string): string {
  const { t } = visit
  const us = run.endedBy === "us"
  const both = opened(run)
  switch (run.state) {
    case "refused":
      return us ? t("match.end-refused-us", { partner }) : t("match.end-refused", { partner })
    case "declined":
      return us ? t("match.end-declined-us") : t("match.end-declined", { partner })
    case "cancelled":
      return us ? t("match.end-cancelled-us") : t("match.end-cancelled", { partner })
    case "expired":
      return t("match.end-expired")
    case "broken":
      return us ? t("match.end-broken-us", { partner }) : t("match.end-broken", { partner })
    default:
      return both.length === 0
        ? t("match.end-done")
        : t("match.end-opened", {
            types: typesText(
              visit,
              both.map((type) => ({ type })),
            ),
          })
  }
}
