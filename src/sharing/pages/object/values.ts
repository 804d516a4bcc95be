import { copyable, facts, type Html, html, type Piece, prose, visible, visibleText } from "../../../http/index.ts"
import type { Json } from "../../../kernel/canonical.ts"
import { parseInstant } from "../../../kernel/time.ts"
import { defang, defangedName, defangedText, type JsonObject, typeOfId } from "../../../stix/index.ts"
import { reference } from "../named.ts"
import { confidenceShown } from "./confidence.ts"
import { patternShown } from "./pattern.ts"
import { beginning, ITEMS_MOST, isObject, itemList, type Showing, TEXT_MOST, takeRoom, theRest } from "./showing.ts"
import { labelOf } from "./words.ts"

/** How a property is drawn where its name says more than its value does. */
export type How =
  | "bytes"
  | "code"
  | "confidence"
  | "count"
  | "country"
  | "language"
  | "pattern"
  | "phases"
  | "prose"
  | "references"
  | "value"

const HOW: Readonly<Record<string, How>> = {
  abstract: "prose",
  body: "prose",
  command_line: "code",
  confidence: "confidence",
  content: "prose",
  count: "count",
  country: "country",
  cpe: "code",
  cwd: "code",
  description: "prose",
  dst_byte_count: "bytes",
  dst_packets: "count",
  explanation: "prose",
  external_references: "references",
  key: "code",
  kill_chain_phases: "phases",
  lang: "language",
  number_observed: "count",
  objective: "prose",
  path: "code",
  pattern: "pattern",
  payload_bin: "code",
  serial_number: "code",
  size: "bytes",
  src_byte_count: "bytes",
  src_packets: "count",
  subject_public_key_modulus: "code",
  swid: "code",
  url: "value",
  value: "value",
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,40})?Z$/
const DEPTH_MOST = 8
const LONG = 120
const HASH_OR_HEX = /(?:^|_)hex$|^imphash$|^pdfid\d$|^(?:MD5|SHA-?\d|SHA3|SSDEEP|TLSH|ssdeep)/i

/** One property as a person reads it. `type` is the object's, since the same name may mean different things. */
export function shown(showing: Showing, type: string, name: string, value: Json, depth = 0): Piece {
  const { t, room } = showing
  const size = typeof value === "string" ? Math.min(value.length, TEXT_MOST) : 1
  if (!takeRoom(room, size)) return html`<span class="quiet small">${t("object.no-room")}</span>`
  return (
    byName(showing, type, name, value, HOW[name]) ??
    byValue(showing, type, name, value, depth) ??
    html`<code>${visible(JSON.stringify(value))}</code>`
  )
}

function byName(showing: Showing, type: string, name: string, value: Json, how: How | undefined): Piece {
  const { t, format } = showing
  if (typeof value === "string") {
    if (how === "prose") return proseShown(showing, value)
    if (how === "code" || HASH_OR_HEX.test(name)) return codeShown(showing, value)
    if (how === "value") return valueShown(showing, name === "url" ? "url" : type, value)
    if (how === "pattern") return patternShown(showing, value)
    if (how === "country")
      return html`${visible(format.place(value.toUpperCase()))} <span class="quiet">(${visible(value)})</span>`
    if (how === "language") return html`${languageShown(showing, value)} <span class="quiet">(${visible(value)})</span>`
  }
  if (typeof value === "number") {
    if (how === "confidence") return confidenceShown(t, value)
    if (how === "count") return format.number(value)
    if (how === "bytes") return html`${format.bytes(value)} <span class="quiet">(${format.number(value)})</span>`
  }
  if (how === "phases") return listShown(showing, value, (phase) => phaseShown(showing, phase))
  if (how === "references") return listShown(showing, value, (item) => referenceShown(showing, item))
  return null
}

function byValue(showing: Showing, type: string, name: string, value: Json, depth: number): Piece {
  const { t } = showing
  if (typeof value === "string") return textShown(showing, name, value)
  if (typeof value === "number") return String(value)
  if (typeof value === "boolean") return t(value ? "object.yes" : "object.no")
  if (value === null || depth >= DEPTH_MOST) return null
  if (Array.isArray(value)) return arrayShown(showing, type, name, value, depth)
  return objectShown(showing, type, value, depth)
}

function textShown(showing: Showing, name: string, value: string): Piece {
  const { t, names } = showing
  if (/_refs?$/.test(name) && typeOfId(value) !== null) return reference(t, value, names.get(value))
  if (TIME.test(value)) return timeShown(showing, value)
  return value.length > LONG || value.includes("\n") ? proseShown(showing, value) : visible(value)
}

/** What the standard calls a timestamp, and how long ago that was. */
export function timeShown({ format, now }: Pick<Showing, "format" | "now">, value: string): Piece {
  const instant = parseInstant(value)
  if (instant === null) return visible(value)
  return html`${format.time(instant)} <span class="quiet small">${format.ago(instant, now)}</span>`
}

/** The time alone. */
export function stampShown({ format }: Pick<Showing, "format">, value: string): Piece {
  const instant = parseInstant(value)
  return instant === null ? visible(value) : format.time(instant)
}

function proseShown(showing: Showing, value: string): Html {
  const rest = value.length > TEXT_MOST ? theRest(showing, "characters", value.length - TEXT_MOST) : null
  return html`${prose(beginning(value))}${rest}`
}

/** What programs read: copied as it is. */
function codeShown(showing: Showing, value: string): Html {
  if (value.length > TEXT_MOST)
    return html`<code>${visible(beginning(value))}</code> ${theRest(showing, "characters", value.length - TEXT_MOST)}`
  return copyable(showing.t, visible(value), value)
}

/** An address, name or link: defanged to the eye, copied as it is. */
function valueShown(showing: Showing, type: string, value: string): Html {
  if (value.length > TEXT_MOST) return codeShown(showing, value)
  return copyable(showing.t, visible(defangedName(type, value)), value)
}

function languageShown({ format }: Showing, tag: string): string {
  try {
    return format.languageName(tag)
  } catch {
    return visibleText(tag) // no language tag at all
  }
}

function listShown(showing: Showing, value: Json, item: (value: JsonObject) => Piece): Piece {
  if (!Array.isArray(value) || !value.every(isObject)) return null
  return itemList(showing, value.slice(0, ITEMS_MOST).map(item), value.length)
}

function arrayShown(showing: Showing, type: string, name: string, value: readonly Json[], depth: number): Piece {
  const some = value.slice(0, ITEMS_MOST)
  const short = value.every((item) => typeof item === "string" && item.length <= 40 && !item.includes("\n"))
  if (short && value.length <= ITEMS_MOST && !/_refs$/.test(name)) {
    return html`<ul class="chips">${some.map((item) => html`<li class="chip">${visible(String(item))}</li>`)}</ul>`
  }
  return itemList(
    showing,
    some.map((item) => shown(showing, type, name, item, depth + 1)),
    value.length,
  )
}

function objectShown(showing: Showing, type: string, value: JsonObject, depth: number): Html {
  const inner = typeof value.type === "string" ? value.type : type
  const all = Object.entries(value)
  const some = all.slice(0, ITEMS_MOST)
  const rest = all.length > some.length ? theRest(showing, "items", all.length - some.length) : null
  const rows = some.map(
    ([key, item]) => [innerLabel(showing, key), shown(showing, inner, key, item, depth + 1)] as const,
  )
  return html`<div class="nested">${facts(rows)}${rest}</div>`
}

/** Within an object the standard's own words are known by their names; keys of dictionaries are data. */
function innerLabel({ t }: Showing, key: string): Piece {
  return labelOf(t, key) ?? html`<code>${visible(key)}</code>`
}

const CHAINS: Readonly<Record<string, string>> = {
  "mitre-attack": "MITRE ATT&CK",
  "mitre-mobile-attack": "MITRE ATT&CK Mobile",
  "mitre-ics-attack": "MITRE ATT&CK ICS",
  "lockheed-martin-cyber-kill-chain": "Lockheed Martin Cyber Kill Chain",
}

function phaseShown(showing: Showing, phase: JsonObject): Html {
  const { kill_chain_name: chain, phase_name: name, ...others } = phase
  const known = typeof chain === "string" ? CHAINS[chain] : undefined
  const chainText =
    known === undefined ? visible(String(chain ?? "")) : html`<span title="${chain as string}">${known}</span>`
  return html`${visible(String(name ?? ""))} <span class="quiet small">${chainText}</span>${leftOver(showing, others)}`
}

/** STIX 2.1 section 2.5. Only http and https become links, and the host is always to be seen. */
function referenceShown(showing: Showing, item: JsonObject): Html {
  const { source_name: source, external_id: id, url, description, ...others } = item
  const parts: Piece[] = [typeof source === "string" ? visible(source) : null]
  if (typeof id === "string") parts.push(html` <span class="mono">${visible(id)}</span>`)
  if (typeof url === "string") parts.push(html` ${outwardLink(showing, url)}`)
  const text =
    typeof description === "string" ? html`<div class="small">${proseShown(showing, description)}</div>` : null
  return html`${parts}${text}${leftOver(showing, others)}`
}

/** What else stands there: hashes of a reference, properties nobody foresaw. */
function leftOver(showing: Showing, others: JsonObject): Piece {
  return Object.keys(others).length === 0 ? null : objectShown(showing, "", others, 1)
}

/** A link that leaves the node says where it goes; what is no http address is shown, not linked. */
export function outwardLink({ t }: Pick<Showing, "t">, url: string): Html {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || url.length > 2000) {
    return html`<span class="mono small">${visible(defangedText(defang(beginning(url), "url")))}</span>`
  }
  return html`<a href="${url}" rel="noopener noreferrer" title="${visibleText(url)}">${visible(parsed.host)}</a><span class="unseen"> ${t("object.elsewhere")}</span>`
}
