import type { Fault, Faults } from "../http/index.ts"
import { isPlace } from "../kernel/places.ts"
import { DAY, type Instant } from "../kernel/time.ts"
import { dataCategories, measures } from "../law/index.ts"
import { coreOf, type Fields, type Item, itemRows, offenceRows, pathIn, type RequestCore } from "./core.ts"
import { measureOf, OWN_FIELDS, type RenderedForm, rowsOf, STATUSES, sectionsOf } from "./forms.ts"
import {
  type IdentifierType,
  identifierFault,
  identifierTypes,
  isEmail,
  isPort,
  isShared,
  isTelephone,
} from "./identifiers.ts"
import { hasTimeOfDay, isDay, isZone, readEnd, readTime } from "./times.ts"

/** Longer periods need a reason: an address serves many people in a day; of an account one asks for a case's time. */
const ADDRESS_DAYS = 1
const PERIOD_DAYS = 90

/** Measures that ask for data; the others name no identifier. */
const ABOUT_DATA: ReadonlySet<string> = new Set(["preserve", "disclose", "produce", "intercept"])

type Found = Record<string, Fault>

/**
 * What would have the request sent back, by field: identifier, period, scope, legal basis, data category, provider,
 * and what the form itself demands. Empty means ready to be sent. `now` is the time of the look: no period may end
 * after it.
 */
export function faultsOf(form: RenderedForm, fields: Fields, now: Instant): Faults {
  const core = coreOf(fields, measureOf(form))
  const found: Found = {}
  demanded(form, core, found)
  typed(form, core, found)
  if (!isPlace(core.whom.place)) found["whom.place"] ??= { key: "request-fault.missing" }
  if (core.basis === "") found.basis = { key: "request-fault.basis" }
  if (!isLanguage(core.language)) found.language = { key: "request-fault.language" }
  offences(fields, found)
  statusFaults(form, core, found)
  if (form === "budapest-29" && !core.intent) found.intent = { key: "request-fault.intent" }
  if (core.urgency.level === "urgent" && core.urgency.reason === "") {
    found["urgency.reason"] = { key: "request-fault.urgency" }
  }
  if (!measures.some((one) => one === core.measure)) found.measure = { key: "request-fault.missing" }
  if (asksForData(form, core)) data(form, core, fields, now, found)
  return inFieldOrder(form, found)
}

/** A code as ISO 639 has it, with its script where one language has two. */
export function isLanguage(code: string): boolean {
  return /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?$/.test(code)
}

function asksForData(form: RenderedForm, core: RequestCore): boolean {
  const { preserve, stored, realtime } = core.modules
  return form !== "mla" || ABOUT_DATA.has(core.measure) || preserve || stored || realtime
}

/** What stands empty though the form says "yes", and what is typed as a day, a telephone or an address. */
function demanded(form: RenderedForm, core: RequestCore, found: Found): void {
  for (const { core: path, required } of rowsOf(form)) {
    if (!/^yes\b/.test(required)) continue
    if (path === "who") {
      for (const part of ["organisation", "person", "address", "email"] as const) {
        if (core.who[part] === "") found[`who.${part}`] = { key: "request-fault.missing" }
      }
    } else if (pathIn(core, path) === "") found[path] = { key: "request-fault.missing" }
  }
  const data = asksForData(form, core)
  for (const path of OWN_FIELDS[form]) {
    const dataOnly = path === "link" || path.startsWith("provider.")
    if (pathIn(core, path) === "" && (data || !dataOnly)) found[path] = { key: "request-fault.missing" }
  }
}

function typed(form: RenderedForm, core: RequestCore, found: Found): void {
  const paths = new Set([...rowsOf(form).map(({ core: path }) => path), ...OWN_FIELDS[form]])
  const check = (path: string, isGood: (text: string) => boolean, key: string) => {
    const value = pathIn(core, path)
    const shown = paths.has(path) || paths.has(path.split(".")[0] ?? "")
    if (shown && typeof value === "string" && value !== "" && !isGood(value)) found[path] = { key }
  }
  for (const path of ["date", "prior.mla.date", "prior.preservation.date"]) check(path, isDay, "request-fault.date")
  for (const whose of ["who", "confirm", "investigating"]) {
    check(`${whose}.email`, isEmail, "request-fault.email")
    for (const part of ["telephone", "mobile", "fax"]) check(`${whose}.${part}`, isTelephone, "request-fault.telephone")
  }
  check("who.zone", isZone, "request-fault.zone")
}

function offences(fields: Fields, found: Found): void {
  const rows = offenceRows(fields)
  if (rows.length === 0) found["offences.0.name"] = { key: "request-fault.offence" }
  for (const { row, offence } of rows) {
    if (offence.name === "") found[`offences.${row}.name`] = { key: "request-fault.offence" }
    if (offence.law === "") found[`offences.${row}.law`] = { key: "request-fault.offence-law" }
  }
}

/** The other side looks for the earlier file by its ticket, and without one opens a second. */
function statusFaults(form: RenderedForm, { status, earlier, prior }: RequestCore, found: Found): void {
  const allowed = STATUSES[form]
  if (allowed.length === 0) return
  if (!allowed.includes(status)) {
    found.status = { key: "request-fault.missing" }
    return
  }
  const key = "request-fault.ticket"
  if (status === "extension" && earlier === "") found.earlier = { key }
  if (status === "follow-up-mla" && prior.mla.ticket === "") found["prior.mla.ticket"] = { key }
  if (status === "follow-up-preservation" && prior.preservation.ticket === "") {
    found["prior.preservation.ticket"] = { key }
  }
}

function data(form: RenderedForm, core: RequestCore, fields: Fields, now: Instant, found: Found): void {
  const rows = itemRows(fields)
  if (rows.length === 0) found["items.0.value"] = { key: "request-fault.no-identifier" }
  for (const { row, item } of rows) {
    const at = (part: string) => `items.${row}.${part}`
    identity(item, at, found)
    period(item, at, now, found)
    const fault = categoryFault(form, item.category)
    if (fault !== null) found[at("category")] = { key: fault }
  }
  const traffic = rows.some(({ item }) => item.category === "traffic")
  if (core.partial && form === "budapest-29" && !traffic) found.partial = { key: "request-fault.partial-traffic" }
  if (core.modules.realtime && form === "mla" && !traffic) {
    found["modules.realtime"] = { key: "request-fault.partial-traffic" }
  }
  if (core.provider.name === "") found["provider.name"] = { key: "request-fault.provider" }
  if (!core.provider.confirmed) found["provider.confirmed"] = { key: "request-fault.controller" }
}

type At = (part: string) => string

function identity(item: Item, at: At, found: Found): void {
  const type = identifierTypes.find((one) => one === item.type)
  if (type === undefined) {
    found[at("type")] = { key: "request-fault.missing" }
    return
  }
  if (item.value === "") found[at("value")] = { key: "request-fault.no-identifier" }
  else {
    const fault = identifierFault(type, item.value)
    if (fault !== null) found[at("value")] = { key: fault }
  }
  if (isAddress(type)) portFault(item, at, found)
}

function isAddress(type: IdentifierType): boolean {
  return type === "ipv4" || type === "ipv6"
}

function portFault({ port, shared, value }: Item, at: At, found: Found): void {
  if (port !== "" && !isPort(port)) found[at("port")] = { key: "request-fault.port-form" }
  else if (port === "" && (shared || isShared(value))) found[at("port")] = { key: "request-fault.port" }
}

/** Closed, over, and no longer than needs no reason; of an address to the minute, since it changes hands. */
function period(item: Item, at: At, now: Instant, found: Found): void {
  const { from, to, zone, reason, type } = item
  const address = type === "ipv4" || type === "ipv6"
  for (const [part, text] of [["from", from] as const, ["to", to] as const]) {
    if (text === "") found[at(part)] = { key: "request-fault.period-open" }
    else if (address && !hasTimeOfDay(text)) found[at(part)] = { key: "request-fault.instant" }
  }
  if (from === "" || to === "") return
  const [start, end] = [readTime(from, zone), readEnd(to, zone)]
  if (!isZone(zone) && (start === null || end === null)) {
    found[at("zone")] = { key: "request-fault.zone" }
    return
  }
  if (start === null) found[at("from")] ??= { key: "request-fault.time" }
  if (end === null) found[at("to")] ??= { key: "request-fault.time" }
  if (start === null || end === null) return
  if (start > end) found[at("to")] = { key: "request-fault.period-backwards" }
  else if (end > now) found[at("to")] = { key: "request-fault.period-future" }
  const days = address ? ADDRESS_DAYS : PERIOD_DAYS
  if (end - start > days * DAY && reason === "") {
    found[at("reason")] = { key: "request-fault.period-wide", values: { days } }
  }
}

/** Article 31 as this form uses it asks for stored subscriber information; preservation is of stored data of any kind. */
function categoryFault(form: RenderedForm, category: string): string | null {
  if (!dataCategories.some((one) => one === category)) return "request-fault.missing"
  if (form === "budapest-31" && category !== "subscriber") return "request-fault.category-subscriber"
  return category === "none" ? "request-fault.category-none" : null
}

/** As the fields stand on the page, so that the summary reads from top to bottom. */
function inFieldOrder(form: RenderedForm, found: Found): Faults {
  const rows = sectionsOf(rowsOf(form)).flatMap((part) => part.rows)
  const paths = [...rows.map(({ core }) => core), ...OWN_FIELDS[form]]
  const order = (field: string) => {
    const at = paths.findIndex((path) => path !== "" && (field === path || field.startsWith(`${path}.`)))
    return at < 0 ? paths.length : at
  }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => order(a) - order(b)))
}
