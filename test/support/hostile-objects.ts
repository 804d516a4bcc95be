import { type JsonObject, parseValue, scoId } from "../../src/stix/index.ts"
import { payloads } from "./payloads.ts"
import { type Stix, stixId } from "./stix.ts"
import { examples } from "./stix-examples.ts"

/** Every payload at once, which breaks out of a place if any of them does; none can be the first word but the first. */
export const everyPayload = payloads.join(" ")

type Leaf = { holder: Record<string, unknown>; key: string }

/**
 * One object of each STIX type, with text in every string that the standard leaves free: names, descriptions, words of
 * open vocabularies, values in extensions. `textAt` is told how many strings came before.
 */
export function hostileObjects(textAt: (place: number) => string): Stix[] {
  let place = 0
  return examples.map((example) => {
    const object = { ...structuredClone(example), x_comment: "free" }
    for (const { holder, key } of leavesOf(object)) {
      const before = holder[key]
      const candidates = candidatesFor(textAt(place))
      const taken = candidates.find((text) => isAccepted(object, holder, key, text))
      if (taken === undefined) holder[key] = before
      else place++
    }
    return withOwnId(object)
  })
}

/** As it is; without what the format itself refuses in any string; and as the value of a pattern. */
function candidatesFor(text: string): string[] {
  const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")
  return [text, text.replaceAll("\0", ""), `[domain-name:value = '${quoted}']`]
}

function isAccepted(object: JsonObject, holder: Record<string, unknown>, key: string, text: string): boolean {
  holder[key] = text
  return parseValue(object).ok
}

/** What says how the rest is to be read stays, else most of an object would be refused with it. */
const KEPT = /^(type|id|spec_version|pattern_type|extension_type|definition_type|.*_refs?)$/

function leavesOf(value: object): Leaf[] {
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => {
    const inner = holder[key]
    if (KEPT.test(key)) return []
    if (typeof inner === "string") return [{ holder, key }]
    return typeof inner === "object" && inner !== null ? leavesOf(inner) : []
  })
}

function withOwnId(object: JsonObject): Stix {
  const type = String(object.type)
  return { ...object, type, id: scoId(object) ?? stixId(type) }
}

/** A text whose first word is another payload at each place, so that addresses and formulas stand first too. */
export function rotating(start: number): (place: number) => string {
  return (place) => payloads[(start + place) % payloads.length] ?? ""
}
