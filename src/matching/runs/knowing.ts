import { newUuid } from "../../kernel/ids.ts"
import type { Instant } from "../../kernel/time.ts"
import { bestOf, decider, parsedObject, readTriedByKey, redactedCopy, TriedObjects } from "../../policy/index.ts"
import type { SyncReader } from "../../store/index.ts"
import type { PartyQuestion } from "../lists/model.ts"
import { PackedItems } from "../lists/packed.ts"
import { knowledgeFrom, type Source } from "./knowledge.ts"
import type { Knowledge } from "./model.ts"

/** `path`: the folder of a run; `places`: of its items, counted from the beginning. */
export type KnowJob = {
  path: string
  places: Float64Array
  question: PartyQuestion
  approved: boolean
  self: string
  time: Instant
}

export type KnowStep = (readonly [place: number, known: Knowledge | null])[]

const STEP = 200

/**
 * What the library knows about items, decided anew for the partner: it may have changed since the list was gathered.
 * What policy takes out of an object is not told.
 */
export function* knowSteps(reader: SyncReader, job: KnowJob): Generator<KnowStep> {
  const { path, places, question, time, self, approved } = job
  const packed = new PackedItems(path)
  const tried = new TriedObjects(reader, self)
  const decide = decider({ ...question, time })
  try {
    let step: KnowStep = []
    for (const place of places) {
      const sources = packed.sources(place).flatMap((key) => sourceAt(reader, key, { tried, decide, self, approved }))
      step.push([place, knowledgeFrom(sources)])
      if (step.length < STEP) continue
      yield step
      step = []
    }
    if (step.length > 0) yield step
  } finally {
    packed.close()
  }
}

type Deciding = { tried: TriedObjects; decide: ReturnType<typeof decider>; self: string; approved: boolean }

/** An object as the partner may know it; nothing where it may not, or where it is gone. */
function sourceAt(reader: SyncReader, key: number, { tried, decide, self, approved }: Deciding): Source[] {
  const row = readTriedByKey(reader, key)
  if (row === undefined) return []
  const object = parsedObject(row.bytes)
  const read = tried.read(row, object)
  const decision = bestOf(decide, read, tried.origins(row))
  const { marking } = read
  if (decision.is === "release") return [{ object, marking }]
  if (decision.is === "refuse" || (decision.is === "hold" && !approved)) return []
  if (decision.what.length === 0) return [{ object, marking }]
  // Nothing is stored of this copy: its id is of no meaning.
  const copy = redactedCopy(object, decision.what, { id: `${row.type}--${newUuid()}`, author: self, marking })
  return copy === null ? [] : [{ object: copy, marking }]
}
