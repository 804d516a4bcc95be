import type { Json } from "../../kernel/canonical.ts"
import type { Instant } from "../../kernel/time.ts"
import { parseHeader } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { effectiveMarking, type JsonObject, joinTlp } from "../../stix/index.ts"
import type { SyncReader } from "../../store/index.ts"
import { personalData } from "../personal/finding.ts"
import { sourcesOf } from "../personal/sources.ts"
import { incidentsOf, sectorsOf } from "../personal/subjects.ts"
import type { decider } from "../release/deciding.ts"
import { kindsOf, readMarking } from "../release/kinds.ts"
import type { Decision, OtherMarking, ReleaseObject, ReleaseOrigin } from "../release/model.ts"
import { type OriginRow, originQuery, originsIn } from "../release/origins.ts"
import { isServed, readDefinition, readOwnRecalls, type TriedRow } from "./queries.ts"

const NO_APPROVALS = { binding: "", given: [] }

/** One way in which it came and stands is enough to pass it on. */
export function bestOf(
  decide: ReturnType<typeof decider>,
  object: ReleaseObject,
  origins: readonly ReleaseOrigin[],
): Decision {
  const decisions = origins.map((origin) => decide(object, origin, NO_APPROVALS))
  return decisions.find(({ is }) => is !== "refuse") ?? decisions[0] ?? { is: "refuse", reasons: [] }
}

/** Reads what decides; markings, which half of a library names, each only once. */
export class TriedObjects {
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
    const read = readMarking(id, bytes === null ? null : parsedObject(bytes))
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

export function parsedObject(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
}
