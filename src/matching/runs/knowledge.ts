import { z } from "zod"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { oneLine } from "../../parties/index.ts"
import { KNOWLEDGE_MOST } from "./checking.ts"
import type { Knowledge } from "./model.ts"

/** Labels are padded to this step, so that their length tells little of what is known. */
const STEP = 512
const WORDS_MOST = 10
const WORD_MOST = 80
const TLP = ["clear", "green", "amber", "amber+strict", "red"] as const

const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/)
  .nullable()
const words = z.array(z.string().max(WORD_MOST)).max(WORDS_MOST)

/** What a partner may say of an item; words of its own, which are shown as such. */
const Said = z
  .strictObject({
    v: z.literal(1),
    firstSeen: time,
    lastSeen: time,
    confidence: z.int().min(0).max(100).nullable(),
    labels: words,
    names: words,
    marking: z.enum(TLP).nullable(),
    objects: z.int().min(0),
  })
  .nullable()

/** RFC 8785, then blanks. */
export function knowledgeBytes(known: Knowledge | null): Buffer {
  const text = Buffer.from(canonicalize((known === null ? null : { v: 1, ...known }) as Json))
  const padded = Buffer.alloc(Math.ceil(text.length / STEP) * STEP, " ")
  text.copy(padded)
  return padded
}

/** Throws `invalid match.knowledge`. */
export function readKnowledge(bytes: Uint8Array): Knowledge | null {
  const parsed = bytes.length > KNOWLEDGE_MOST ? null : Said.safeParse(jsonOf(bytes))
  if (parsed?.success !== true) throw new ComityError("invalid", "match.knowledge")
  if (parsed.data === null) return null
  const { v: _, labels, names, ...rest } = parsed.data
  return { ...rest, labels: labels.map(oneLine), names: names.map(oneLine) }
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(Buffer.from(Buffer.from(bytes).toString("utf8").trimEnd()))
  } catch {
    return undefined
  }
}

/** An object of the library that says something about an item, as its JSON stands. */
export type Source = { object: Readonly<Record<string, unknown>>; marking: Knowledge["marking"] }

/** What a set of objects together says: the earliest and the latest, the highest confidence, the strictest marking. */
export function knowledgeFrom(sources: readonly Source[]): Knowledge | null {
  if (sources.length === 0) return null
  const texts = (...names: string[]) =>
    sources.flatMap(({ object }) => names.flatMap((name) => (typeof object[name] === "string" ? [object[name]] : [])))
  const lists = (...names: string[]) =>
    sources.flatMap(({ object }) => names.flatMap((name) => (Array.isArray(object[name]) ? object[name] : [])))
  const times = (list: readonly string[]) => list.filter((text) => time.safeParse(text).success).toSorted()
  const numbers = sources.flatMap(({ object }) =>
    Number.isInteger(object.confidence) ? [Number(object.confidence)] : [],
  )
  const marks = sources.flatMap(({ marking }) =>
    marking === null ? [] : [TLP.indexOf(marking as (typeof TLP)[number])],
  )
  return {
    firstSeen: times(texts("first_seen", "first_observed", "valid_from", "created"))[0] ?? null,
    lastSeen: times(texts("last_seen", "last_observed", "modified")).at(-1) ?? null,
    confidence: numbers.length === 0 ? null : Math.min(100, Math.max(0, ...numbers)),
    labels: shown(lists("labels", "indicator_types", "malware_types", "infrastructure_types")),
    names: shown(texts("name")),
    marking: marks.length === 0 ? null : (TLP[Math.max(...marks)] ?? null),
    objects: sources.length,
  }
}

function shown(found: readonly unknown[]): string[] {
  const words_ = found.flatMap((one) =>
    typeof one === "string" ? [oneLine(one).slice(0, WORD_MOST).toWellFormed()] : [],
  )
  return [...new Set(words_)].filter((word) => word !== "").slice(0, WORDS_MOST)
}
