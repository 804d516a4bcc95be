import type { Suite } from "../../crypto/matching/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { readItem } from "../items/types.ts"
import { compare } from "./comparing.ts"
import { findCommon } from "./finding.ts"
import { cutTags, mixOwn } from "./mixing.ts"
import { DUMMY_BYTES, POINT_BYTES, separator } from "./model.ts"

/** Items to points, then times the key; after them points that are no item, each from bytes as good as random. */
export type Hide = { do: "hide"; run: string; key: Uint8Array; items: Uint8Array; uniform: Uint8Array }
export type Multiply = { do: "multiply"; key: Uint8Array; points: Uint8Array }
type OnFiles = Parameters<typeof mixOwn>[0] | Parameters<typeof cutTags>[0]
export type Job = Hide | Multiply | OnFiles | Parameters<typeof compare>[0] | Parameters<typeof findCommon>[0]

/** What a thread is asked to do. It keeps neither keys nor items. */
export function perform(suite: Suite, job: Job): unknown {
  switch (job.do) {
    case "hide":
      return hide(suite, job)
    case "multiply":
      return multiply(suite, job.key, job.points)
    case "mix":
      return mixOwn(job)
    case "cut":
      return cutTags(job)
    case "compare":
      return compare(job)
    case "find":
      return findCommon(job)
  }
}

/** What is no item is hashed like one: the same is done for each place of a list. */
function hide(suite: Suite, { run, key, items, uniform }: Hide): Uint8Array {
  const ends: number[] = []
  for (let at = 0; at < items.length; at = ends.at(-1) ?? 0) ends.push(readItem(items, at).end)
  for (let at = DUMMY_BYTES; at <= uniform.length; at += DUMMY_BYTES) ends.push(items.length + at)
  const bytes = Buffer.concat([items, uniform])
  const points = new Uint8Array(ends.length * POINT_BYTES)
  suite.hashToPoints(separator(run), { bytes, ends: Uint32Array.from(ends) }, points)
  for (const used of [items, uniform, bytes]) used.fill(0)
  return multiply(suite, key, points)
}

function multiply(suite: Suite, key: Uint8Array, points: Uint8Array): Uint8Array {
  const products = new Uint8Array(points.length)
  try {
    suite.multiply(key, points, products)
  } finally {
    key.fill(0)
  }
  return products
}

/** What a thread answers an order with; what a partner is to blame for keeps its code, any other failure is a bug. */
export type Answer =
  | { order: number; value: unknown }
  | { order: number; failed: { code: string } }
  | { order: number; bug: unknown }

export function failureOf(order: number, error: unknown): Answer {
  const blamed = error instanceof ComityError && error.kind === "invalid"
  return blamed ? { order, failed: { code: error.code } } : { order, bug: error }
}
