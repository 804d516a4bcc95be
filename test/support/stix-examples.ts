import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import type { Json } from "../../src/kernel/canonical.ts"
import { type JsonObject, type ParsedObject, parseValue } from "../../src/stix/index.ts"

const file = new URL("../../vectors/stix/objects.json", import.meta.url)

/** One object of each type of the standard, nearly every property set. */
export const examples = JSON.parse(readFileSync(file, "utf8")) as JsonObject[]

/** A copy of the example of that type, to be changed. */
export function example(type: string): JsonObject {
  const found = examples.find((object) => object.type === type)
  assert.ok(found !== undefined, `no example of ${type}`)
  return structuredClone(found)
}

export function accepted(object: Json): ParsedObject {
  const outcome = parseValue(object)
  assert.ok(outcome.ok, JSON.stringify(outcome))
  return outcome.parsed
}

/** Code and place of the refusal. */
export function refused(object: Json): [string, string] {
  const outcome = parseValue(object)
  assert.ok(!outcome.ok, "was accepted")
  return [outcome.code, outcome.at]
}
