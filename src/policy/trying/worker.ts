import { nameOf } from "../../library/index.ts"
import { serveScan } from "../../store/index.ts"
import { decider } from "../release/deciding.ts"
import { Comparison, Tally, type TrialJob, type TrialStep } from "./model.ts"
import { bestOf, parsedObject, TriedObjects } from "./objects.ts"
import { countTried, readTried } from "./queries.ts"

/** So many objects between two looks at how far it is. */
const STEP = 2000

serveScan<TrialJob, TrialStep>(function* (reader, job) {
  const { terms, before, facts, time, articlesBefore } = job
  const purposeOf = (one: typeof terms) => one.purposes[0] ?? "defence"
  const after = decider({ terms, facts, purpose: purposeOf(terms), time })
  const old =
    before === null
      ? null
      : decider({ terms: before, facts: { ...facts, articles: articlesBefore }, purpose: purposeOf(before), time })
  const [tally, tallyBefore, comparison] = [new Tally(), new Tally(), new Comparison()]
  const objects = new TriedObjects(reader, job.self)
  const total = countTried(reader)
  const step = (done: number, over: boolean): TrialStep => ({
    ...{ done, total, over, tried: tally.tried() },
    ...{ before: old === null ? null : tallyBefore.tried(), difference: old === null ? null : comparison.difference() },
  })
  let done = 0
  for (const row of readTried(reader)) {
    const json = parsedObject(row.bytes)
    const object = objects.read(row, json)
    const origins = objects.origins(row)
    const example = { key: row.key, id: row.id, type: row.type, name: nameOf(json, row.type) ?? "" }
    const decision = bestOf(after, object, origins)
    tally.add(example, decision)
    if (old !== null) {
      const was = bestOf(old, object, origins)
      tallyBefore.add(example, was)
      comparison.add(example, decision, was)
    }
    done += 1
    if (done % STEP === 0) yield step(done, false)
  }
  yield step(total, true)
})
