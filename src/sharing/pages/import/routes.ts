import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  endEvent,
  eventsReply,
  html,
  liveProgress,
  type Progress,
  progressEvent,
  type Reply,
  type ServerEvent,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { type Import, isEnded, type Progress as Standing } from "../../intake/model.ts"
import { MappingForm, mappingFaults, mappingOf, mappingPage } from "./mapping-page.ts"
import { cancelForm, collectionOf, headline, type ImportParts, importOfVisit, importPath, stateOf } from "./parts.ts"
import { previewPage, StartForm } from "./preview-page.ts"
import { receiveForm } from "./receiving.ts"
import { resultPage } from "./result-page.ts"
import { NOTHING_SENT, startPage } from "./start-page.ts"

/** Importing, from the choice of a file to what became of each object in it. */
export function importRoutes(parts: ImportParts): PageRoute[] {
  const who = "role:analyst"
  return [
    { method: "GET", path: "/share/import", who, handle: (visit) => startPage(parts, visit) },
    { method: "POST", path: "/share/import", who, handle: (visit) => receive(parts, visit) },
    { method: "GET", path: "/share/imports/:id", who, handle: (visit) => show(parts, visit) },
    { method: "GET", path: "/share/imports/:id/events", who, handle: (visit) => follow(parts, visit) },
    { method: "POST", path: "/share/imports/:id/mapping", who, handle: (visit) => map(parts, visit) },
    { method: "POST", path: "/share/imports/:id/start", who, handle: (visit) => start(parts, visit) },
    { method: "POST", path: "/share/imports/:id/cancel", who, handle: (visit) => cancel(parts, visit) },
  ]
}

async function receive(parts: ImportParts, visit: Visit): Promise<Reply> {
  const received = await receiveForm(parts.imports, visit)
  if (received.is === "empty") return startPage(parts, visit, NOTHING_SENT, received.fields)
  return visit.redirect(`/share/imports/${received.id}`)
}

async function show(parts: ImportParts, visit: Visit): Promise<Reply> {
  const one = await importOfVisit(parts, visit)
  const collection = await collectionOf(parts, one)
  if (isEnded(one)) return resultPage(visit, one, collection)
  const columns = one.state === "mapping" || (one.format === "csv" && visit.ask.query.get("step") === "columns")
  if (columns) return mappingPage(visit, one, collection)
  if (one.state === "previewed") return previewPage(visit, one, collection)
  const { t } = visit
  const events = `${importPath(one)}/events`
  const progress = liveProgress(t, events, t("intake.progress"), shown(visit, parts.imports.progress(one)))
  const title = one.state === "previewing" ? t("intake.reading-title") : t("intake.running-title")
  const stop = one.state === "previewing" ? t("intake.give-up") : t("intake.stop")
  const body = html`<div class="decision">${headline(visit, one, collection)}${progress}<p>${t("intake.goes-on")}</p>${cancelForm(one, stop)}</div>`
  return visit.page({ title, state: stateOf(t, one), place: "import", scripts: ["progress.js"], body })
}

function shown({ t, format }: Visit, { state, done, total, perSecond, secondsLeft }: Standing): Progress {
  const count = format.number(done)
  const far =
    total === null
      ? t("intake.done-of-unknown", { count })
      : t("intake.done-of", { count, total: format.number(total) })
  const pace =
    secondsLeft === null
      ? perSecond === 0
        ? ""
        : t("intake.pace", { perSecond: format.number(perSecond) })
      : t("intake.pace-left", { perSecond: format.number(perSecond), seconds: format.number(secondsLeft) })
  const slots = { done: state === "waiting" ? t("intake.in-line") : far, pace }
  return { value: total === null ? null : done, max: total ?? 1, slots }
}

async function follow(parts: ImportParts, visit: Visit): Promise<Reply> {
  const one = await importOfVisit(parts, visit)
  return eventsReply((gone) => progressEvents(parts, visit, one, gone))
}

async function* progressEvents(
  { imports }: ImportParts,
  visit: Visit,
  one: Import,
  gone: AbortSignal,
): AsyncGenerator<ServerEvent> {
  for await (const progress of imports.watch(one.id, gone)) yield progressEvent(shown(visit, progress))
  if (!gone.aborted) yield endEvent(importPath(one))
}

async function map(parts: ImportParts, visit: Visit): Promise<Reply> {
  const one = await importOfVisit(parts, visit)
  const form = await visit.form(MappingForm)
  if (!form.ok) return mappingPage(visit, one, await collectionOf(parts, one), form.given, form.faults)
  const { encoding, go } = form.value
  const mapping = mappingOf(form.value)
  if (go === "look") await parts.imports.relook(one.id, encoding, { ...mapping, roles: [] })
  else if (go === "text") await parts.imports.map(one.id, { encoding, mapping: null }, "text")
  else {
    const faults = mappingFaults(mapping)
    if (Object.keys(faults).length > 0) {
      return mappingPage(visit, one, await collectionOf(parts, one), form.given, faults)
    }
    await parts.imports.map(one.id, { encoding, mapping }, "csv")
  }
  return visit.redirect(importPath(one))
}

async function start(parts: ImportParts, visit: Visit): Promise<Reply> {
  const one = await importOfVisit(parts, visit)
  const form = await visit.form(StartForm)
  if (!form.ok) return previewPage(visit, one, await collectionOf(parts, one), form.given, form.faults)
  const { tlp = null, skipSpecial, "out[]": leftOut } = form.value
  try {
    await parts.imports.start(one.id, { tlp, skipSpecial: skipSpecial === "yes", leftOut })
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "intake.mark-missing") throw error
    const faults = { tlp: { key: "intake.mark-missing" } }
    return previewPage(visit, one, await collectionOf(parts, one), form.given, faults)
  }
  return visit.redirect(importPath(one))
}

async function cancel(parts: ImportParts, visit: Visit): Promise<Reply> {
  const one = await importOfVisit(parts, visit)
  await parts.imports.cancel(one.id)
  return visit.redirect(isEnded(one) || one.state !== "running" ? "/share/import" : importPath(one))
}
