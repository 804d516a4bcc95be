import { type Format, type Html, html, type Language, type Piece, type Translate } from "../../../http/index.ts"
import type { Json } from "../../../kernel/canonical.ts"
import type { Instant } from "../../../kernel/time.ts"
import type { Hit } from "../../../library/index.ts"
import type { JsonObject } from "../../../stix/index.ts"

/** What every part of an object's page is drawn with. */
export type Showing = {
  t: Translate
  format: Format
  language: Language
  now: Instant
  instrument(id: string): string
  /** How the objects are listed that this one names; those that are not here are missing. */
  names: ReadonlyMap<string, Hit>
  room: Room
}

/** An object may have ten million characters: what finds no room is said to be in the source. */
export type Room = { values: number; characters: number }

export function newRoom(): Room {
  return { values: 200, characters: 30_000 }
}

/** Takes room for one value; false if there is none left. */
export function takeRoom(room: Room, characters: number): boolean {
  if (room.values <= 0 || room.characters <= 0) return false
  room.values -= 1
  room.characters -= characters
  return true
}

/** So much of one text is shown. */
export const TEXT_MOST = 12_000
/** So many items of one list are shown. */
export const ITEMS_MOST = 100

/** The beginning of a long text, cut between characters. */
export function beginning(text: string): string {
  if (text.length <= TEXT_MOST) return text
  const cut = text.slice(0, TEXT_MOST)
  return cut.isWellFormed() ? cut : cut.slice(0, -1)
}

/** Says that the rest is not on this page, but in the source. */
export function theRest(
  { t, format }: Pick<Showing, "t" | "format">,
  kind: "characters" | "items",
  left: number,
): Html {
  const count = format.number(left)
  const sentence = kind === "items" ? t("object.more-items", { count }) : t("object.more-characters", { count })
  return html`<span class="quiet small">${sentence}</span>`
}

/** A list with at most so many items, each on its own line. */
export function itemList(showing: Pick<Showing, "t" | "format">, items: readonly Piece[], all = items.length): Html {
  const rest = all > items.length ? html`<li>${theRest(showing, "items", all - items.length)}</li>` : null
  return html`<ul class="plain-list">${items.map((item) => html`<li>${item}</li>`)}${rest}</ul>`
}

export function textAt(object: JsonObject, name: string): string | null {
  const value = object[name]
  return typeof value === "string" && value !== "" ? value : null
}

export function textsAt(object: JsonObject, name: string): string[] {
  const value = object[name]
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}

export function objectsAt(object: JsonObject, name: string): JsonObject[] {
  const value = object[name]
  return Array.isArray(value) ? value.filter(isObject) : []
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
