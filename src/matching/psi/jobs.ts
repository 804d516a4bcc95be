import type { Suite } from "../../crypto/matching/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { readItem } from "../items/types.ts"
import { compare } from "./comparing.ts"
import { findCommon } from "./finding.ts"
import { cutTags, mixOwn } from "./mixing.ts"
import { separator } from "./model.ts"

/** Items to points, then times the key; after them points that are no item, from bytes as good as random. */
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

function hide(suite: Suite, { run, key, items, uniform }: Hide): Uint8Array {
  const ends: number[] = []
  for (let at = 0; at < items.length; at = ends.at(-1) ?? 0) ends.push(readItem(items, at).end)
  const points = new Uint8Array(ends.length * 32 + uniform.length)
  suite.hashToPoints(
    separator(run),
    { bytes: items, ends: Uint32Array.from(ends) },
    points.subarray(0, ends.length * 32),
  )
  suite.mapToPoints(uniform, points.subarray(ends.length * 32))
  items.fill(0)
  uniform.fill(0)
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

/** What a thread answers an order with; a failure of its own making keeps its code. */
export type Answer = { order: number; value: unknown } | { order: number; failed: { code: string } | null }

export function failureOf(error: unknown): { code: string } | null {
  return error instanceof ComityError && error.kind === "invalid" ? { code: error.code } : null
}
