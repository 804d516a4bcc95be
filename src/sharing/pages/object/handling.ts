import {
  facts,
  type Html,
  html,
  type Piece,
  prose,
  section,
  type Translate,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import { granularMarkings, type JsonObject, type Tlp, tlpOfMarking } from "../../../stix/index.ts"
import { reference } from "../named.ts"
import { isObject, type Showing, textAt, textsAt, theRest } from "./showing.ts"

/** Permissible Actions Protocol, as MISP's taxonomy has it; its old WHITE is CLEAR. */
export type Pap = "clear" | "green" | "amber" | "red"
const PAP_LEVELS: readonly Pap[] = ["clear", "green", "amber", "red"]
const PAP = /(?:^|[\s"'(=;,])PAP:(RED|AMBER|GREEN|CLEAR|WHITE)(?![+\w-])/i

/** The level that a text names: `PAP:RED` as a label, a statement or the name of a marking. */
export function papIn(text: string): Pap | null {
  const word = PAP.exec(text)?.[1]?.toLowerCase()
  return PAP_LEVELS.find((level) => level === word) ?? (word === "white" ? "clear" : null)
}

/**
 * The level of a marking definition: OpenCTI sends `definition: {"pap": "pap:green"}` and a name, others a statement.
 */
export function papOf(marking: JsonObject): Pap | null {
  const definition = isObject(marking.definition) ? marking.definition : {}
  const bare = textAt(definition, "pap")
  const texts = [bare, bare === null ? null : `PAP:${bare}`, textAt(definition, "statement"), textAt(marking, "name")]
  return texts.flatMap((text) => (text === null ? [] : (papIn(text) ?? [])))[0] ?? null
}

/** The strictest level among an object's labels and markings: each of them binds. */
export function permissibleActions(object: JsonObject, markings: readonly JsonObject[]): Pap | null {
  const levels = [...textsAt(object, "labels").map(papIn), ...markings.map(papOf)].filter((level) => level !== null)
  return PAP_LEVELS.findLast((level) => levels.includes(level)) ?? null
}

/** What a reader may do: FIRST, Traffic Light Protocol 2.0. */
export function tlpMeaning(t: Translate, level: Tlp): string {
  switch (level) {
    case "clear":
      return t("object.tlp.clear")
    case "green":
      return t("object.tlp.green")
    case "amber":
      return t("object.tlp.amber")
    case "amber+strict":
      return t("object.tlp.amber-strict")
    case "red":
      return t("object.tlp.red")
  }
}

function papMeaning(t: Translate, level: Pap): string {
  switch (level) {
    case "clear":
      return t("object.pap.clear")
    case "green":
      return t("object.pap.green")
    case "amber":
      return t("object.pap.amber")
    case "red":
      return t("object.pap.red")
  }
}

/** The bodies of the marking definitions that an object names, by id; those that are not here are missing. */
export type Markings = ReadonlyMap<string, JsonObject>

/** Ids of the markings on the whole object, then those of its parts, each once. */
export function markingIds(object: JsonObject): string[] {
  const parts = granularMarkings(object).flatMap((part) => (part.kind === "marking" ? [part.marking] : []))
  return [...new Set([...textsAt(object, "object_marking_refs"), ...parts])].slice(0, MARKINGS_MOST)
}
const MARKINGS_MOST = 50
const PARTS_MOST = 100

/** How the object may be handled: each marking with what it means, and those of its parts. */
export function handlingShown(showing: Showing, object: JsonObject, markings: Markings): Html {
  const { t } = showing
  const whole = [...new Set(textsAt(object, "object_marking_refs"))]
  const rows = whole.slice(0, MARKINGS_MOST).map((id) => markingShown(showing, id, markings.get(id)))
  const pap = permissibleActions(object, [...markings.values()])
  const actions = pap === null ? null : html`<li>${papShown(t, pap)}</li>`
  const none = rows.length === 0 && pap === null ? html`<p class="quiet">${t("object.no-marking")}</p>` : null
  const rest =
    whole.length > rows.length ? html`<li>${theRest(showing, "items", whole.length - rows.length)}</li>` : null
  const list = html`<ul class="plain-list">${rows.map((row) => html`<li>${row}</li>`)}${rest}${actions}</ul>`
  return section(t("object.handling"), html`${none ?? list}${partsShown(showing, object, markings)}`, "handling")
}

function papShown(t: Translate, level: Pap): Html {
  return html`<strong class="mono">PAP:${level.toUpperCase()}</strong> ${papMeaning(t, level)}`
}

function markingShown(showing: Showing, id: string, marking: JsonObject | undefined): Piece {
  const { t, names } = showing
  const level = tlpOfMarking(id)
  if (level !== null) return html`<span title="${id}">${tlpLabel(level)}</span> ${tlpMeaning(t, level)}`
  if (marking === undefined)
    return html`${reference(t, id, names.get(id))} <span class="quiet">${t("object.marking-unknown")}</span>`
  const statement = isObject(marking.definition) ? textAt(marking.definition, "statement") : null
  const text = statement === null ? null : html`<div>${prose(statement.slice(0, 2000))}</div>`
  return html`${reference(t, id, names.get(id))}${text}`
}

/** Which part carries which marking or language (STIX 2.1 section 7.2.3). */
function partsShown(showing: Showing, object: JsonObject, markings: Markings): Piece {
  const { t, format } = showing
  const parts = granularMarkings(object)
  if (parts.length === 0) return null
  const rows = parts.slice(0, PARTS_MOST).map((part): readonly [Piece, Piece] => {
    const label = html`<code>${visible(part.path)}</code>`
    if (part.kind === "language")
      return [label, t("object.part-language", { language: languageOf(format, part.language) })]
    const level = tlpOfMarking(part.marking)
    return [
      label,
      level === null
        ? markingShown(showing, part.marking, markings.get(part.marking))
        : html`<span title="${part.marking}">${tlpLabel(level)}</span>`,
    ]
  })
  const rest = parts.length > rows.length ? theRest(showing, "items", parts.length - rows.length) : null
  return html`<h3>${t("object.marked-parts")}</h3>${facts(rows)}${rest}`
}

function languageOf(format: Showing["format"], tag: string): string {
  try {
    return format.languageName(tag)
  } catch {
    return tag
  }
}
