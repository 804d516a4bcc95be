import { z } from "zod"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant, type Instant, parseInstant } from "../../kernel/time.ts"
import { bodyOf, parseBody } from "../bodies.ts"
import { type Answers, dueOf, type Figures, SPANS } from "./model.ts"

/**
 * What was seen again is told by the class that it falls into, and not at all of few objects: else the number that
 * goes up the day after one indicator was given says that it was seen. Fewer than the first class is 0.
 */
const CLASSES: readonly number[] = [1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power))
export const TOLD_OF_LEAST = 50
export const FIRST_CLASS = 10

export function classOf(number: number): number {
  return CLASSES.findLast((least) => least <= number) ?? 0
}

const MINUTE = 60_000_000
const count = z.int().nonnegative()
const Flow = z.strictObject({ objects: count, recalled: count }).refine(({ objects, recalled }) => recalled <= objects)
const Answered = z
  .strictObject({ due: count, in_time: count, median: count.nullable() })
  .refine(({ due, in_time }) => in_time <= due)
const Told = z.strictObject({
  days: count.nullable(),
  given: Flow,
  received: Flow,
  /** A class, of what was received; null: not known, or of too few objects. */
  seen: z.union([z.literal(0), z.literal(CLASSES)]).nullable(),
  /** Receipts that the reader of this owed, and that its writer owed. Medians in minutes. */
  yours: Answered,
  ours: Answered,
})
/** What a partner tells of itself for one span of time. */
export type Told = z.output<typeof Told>

const Spans = z
  .array(Told)
  .length(SPANS.length)
  .refine((all) => all.every(({ days }, i) => days === SPANS[i]))
const Message = z.strictObject({
  v: z.literal(1),
  at: z.string().max(40),
  on: z.boolean(),
  counts: Spans.nullable(),
})

/** `on`: whether the sender exchanges counts; `counts` null where it says that alone. */
export type Statement = { at: Instant; on: boolean; counts: readonly Told[] | null }

export function statementBody({ at, on, counts }: Statement): Buffer {
  return bodyOf({ v: 1, at: formatInstant(at), on, counts: counts as Json })
}

/** Throws `invalid peer.body`, also for counts beside the word that there are none. */
export function readStatement(body: Uint8Array): Statement {
  const { at, on, counts } = parseBody(Message, body)
  const instant = parseInstant(at)
  if (instant === null || (!on && counts !== null)) throw new ComityError("invalid", "peer.body")
  return { at: instant, on, counts }
}

/** Kept as it was read; what an older version kept and this one does not know counts as nothing. */
export function readKept(text: string | null): readonly Told[] | null {
  if (text === null) return null
  return Spans.safeParse(JSON.parse(text)).data ?? null
}

/** What this node tells a partner of what it counted. */
export function toldOf({ days, given, received, theirAnswers, ourAnswers, seenAgain }: Figures): Told {
  return {
    days,
    given: { objects: given.objects, recalled: given.recalled },
    received: { objects: received.objects, recalled: received.recalled },
    seen: seenAgain === null || seenAgain.looked < TOLD_OF_LEAST ? null : classOf(seenAgain.again),
    yours: answered(theirAnswers),
    ours: answered(ourAnswers),
  }
}

function answered(answers: Answers): Told["yours"] {
  const median = answers.median === null ? null : Math.round(answers.median / MINUTE)
  return { due: dueOf(answers), in_time: answers.inTime, median }
}
