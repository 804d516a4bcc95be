import type { Json } from "../../kernel/canonical.ts"
import type { Instant } from "../../kernel/time.ts"
import { parseHeader } from "../../ledger/index.ts"
import { nameOf } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { effectiveMarking, type JsonObject, joinTlp } from "../../stix/index.ts"
import { type SyncReader, serveScan } from "../../store/index.ts"
import { personalData } from "../personal/finding.ts"
import { sourcesOf } from "../personal/sources.ts"
import { incidentsOf, sectorsOf } from "../personal/subjects.ts"
import { decider } from "../release/deciding.ts"
import { kindsOf, readMarking } from "../release/kinds.ts"
import type { Decision, OtherMarking, ReleaseObject, ReleaseOrigin } from "../release/model.ts"
import { type OriginRow, originQuery, originsIn } from "../release/origins.ts"
import { Comparison, Tally, type TrialJob, type TrialStep } from "./model.ts"
import { countTried, isServed, readDefinition, readOwnRecalls, readTried, type TriedRow } from "./queries.ts"

/** So many objects between two looks at how far it is. */
const STEP = 2000
const NO_APPROVALS = { binding: "", given: [] }

serveScan<TrialJob, TrialStep>(function* (reader, job) {
  const { terms, before, facts, time, articlesBefore } = job
  const purposeOf = (one: typeof terms) => one.purposes[0] ?? "defence"
  const after = decider({ terms, facts, purpose: purposeOf(terms), time })
  const old =
    before === null
      ? null
      : decider({ terms: before, facts: { ...facts, articles: articlesBefore }, purpose: purposeOf(before), time })
  const [tally, tallyBefore, comparison] = [new Tally(), new Tally(), new Comparison()]
  const objects = new Objects(reader, job.self)
  const total = countTried(reader)
  const step = (done: number, over: boolean): TrialStep => ({
    ...{ done, total, over, tried: tally.tried() },
    ...{ before: old === null ? null : tallyBefore.tried(), difference: old === null ? null : comparison.difference() },
  })
  let done = 0
  for (const row of readTried(reader)) {
    const json = parsed(row.bytes)
    const object = objects.read(row, json)
    const origins = objects.origins(row)
    const example = { key: row.key, id: row.id, type: row.type, name: nameOf(json, row.type) ?? "" }
    const decision = best(after, object, origins)
    tally.add(example, decision)
    if (old !== null) {
      const was = best(old, object, origins)
      tallyBefore.add(example, was)
      comparison.add(example, decision, was)
    }
    done += 1
    if (done % STEP === 0) yield step(done, false)
  }
  yield step(total, true)
})

/** One way in which it came and stands is enough to pass it on. */
function best(decide: ReturnType<typeof decider>, object: ReleaseObject, origins: readonly ReleaseOrigin[]): Decision {
  const decisions = origins.map((origin) => decide(object, origin, NO_APPROVALS))
  return decisions.find(({ is }) => is !== "refuse") ?? decisions[0] ?? { is: "refuse", reasons: [] }
}

/** Reads what decides; markings, which half of a library names, each only once. */
class Objects {
  readonly #reader: SyncReader
  readonly #self: string
  readonly #markings = new Map<string, OtherMarking>()

  constructor(reader: SyncReader, self: string) {
    this.#reader = reader
    this.#self = self
  }

  read(row: TriedRow, json: JsonObject): ReleaseObject {
    const marking = row.marking === null ? null : joinTlp(row.marking, row.contained)
    return {
      ...{ type: row.type, kinds: kindsOf(json), marking, strictest: row.strictest },
      others: effectiveMarking(json).others.map((id) => this.#marking(id)),
      ...{ sectors: sectorsOf(json), incidents: incidentsOf(json) },
      ...{ personal: personalData(json), sources: sourcesOf(json, this.#self) },
      ...{ aside: false, withdrawn: false, revokedSince: row.revokedSince === 1, recalledAt: this.#recalledAt(row) },
    }
  }

  /** Under which terms it came, if it is a partner's. */
  origins({ key, origin }: TriedRow): ReleaseOrigin[] {
    if (origin === "own") return [origin]
    const party = origin as PartyId
    return originsIn(party, this.#reader.all<OriginRow>(originQuery(key, party)))
  }

  #marking(id: string): OtherMarking {
    const known = this.#markings.get(id)
    if (known !== undefined) return known
    const bytes = readDefinition(this.#reader, id)
    const read = readMarking(id, bytes === null ? null : parsed(bytes))
    this.#markings.set(id, read)
    return read
  }

  /** As `recalledAt` of the library has it. */
  #recalledAt({ key, id, spec, version, recalled }: TriedRow): Instant | null {
    if (recalled === 0) return null
    const found = readOwnRecalls(this.#reader, id).find(({ header }) => {
      const said = header === null ? null : parseHeader(header)
      if (said === null || said.id !== id) return false
      return said.version === null || (said.spec === spec && said.version === version)
    })
    return found === undefined || isServed(this.#reader, key) ? null : found.at
  }
}

function parsed(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
}
