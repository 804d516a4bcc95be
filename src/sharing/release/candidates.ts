import type { Json } from "../../kernel/canonical.ts"
import { recalledAt } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import {
  incidentsOf,
  kindsOf,
  type OtherMarking,
  personalData,
  type ReleaseObject,
  type ReleaseOrigin,
  readMarking,
  sectorsOf,
  sourcesOf,
} from "../../policy/index.ts"
import { effectiveMarking, type JsonObject, joinTlp } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { copyRecalledAt } from "./copy-queries.ts"
import { copiedFrom, originsOf, originsOfCopy } from "./origins.ts"
import { type CandidateRow, readCandidate, readMarkingDefinition } from "./queries.ts"

/** An object version with everything by which it is decided. */
export type Candidate = Pick<CandidateRow, "key" | "id" | "spec" | "version" | "type" | "contained"> & {
  canonical: string
  /** As they would leave, before anything is taken out. */
  bytes: Uint8Array
  /** The partner whose it is, or of whose object it is a copy; null for this node's own. */
  party: PartyId | null
  /** Whose it is; of what a partner owns each way in which it came and stands. */
  origins: readonly ReleaseOrigin[]
  object: ReleaseObject
  /** Keys of marking definitions that it names and that go with it. */
  along: readonly number[]
}

type HeldMarking = { key: number | null; read: OtherMarking }

/** Reads what decides; of markings, which half of a library names, each only once. */
export class Candidates {
  readonly #reader: Reader
  readonly #self: string
  readonly #markings = new Map<string, Promise<HeldMarking>>()

  /** `self`: this node's party, whose objects name no other author. */
  constructor(reader: Reader, self: string) {
    this.#reader = reader
    this.#self = self
  }

  /** Null if it was erased since its key was read. */
  async load(key: number): Promise<Candidate | null> {
    const row = await readCandidate(this.#reader, key)
    if (row === null) return null
    const { id, spec, version, type, origin, marking, strictest, contained, aside, withdrawn, revokedSince } = row
    const json = parsed(row.bytes)
    const others = await Promise.all(effectiveMarking(json).others.map((other) => this.#marking(other)))
    const copied = origin === "own" ? await copiedFrom(this.#reader, row) : null
    const object: ReleaseObject = {
      ...{
        type,
        kinds: kindsOf(json),
        marking: joinTlp(marking, copied?.marking ?? null),
        strictest,
        others: others.map(({ read }) => read),
      },
      ...{ sectors: sectorsOf(json), incidents: incidentsOf(json) },
      ...{ personal: personalData(json), sources: sourcesOf(json, this.#self) },
      ...{ aside: aside === 1, withdrawn: withdrawn === 1, revokedSince: revokedSince === 1 },
      recalledAt: (await recalledAt(this.#reader, row)) ?? (await copyRecalledAt(this.#reader, row)),
    }
    const along = others.flatMap(({ key, read }) => (read.is !== "unknown" && key !== null ? [key] : []))
    const origins =
      copied === null ? await originsOf(this.#reader, { key, origin }) : await originsOfCopy(this.#reader, copied)
    const party = origin === "own" ? (copied?.party ?? null) : (origin as PartyId)
    const canonical = Buffer.from(row.canonical).toString("base64")
    return { key, id, spec, version, type, contained, canonical, bytes: row.bytes, party, origins, object, along }
  }

  #marking(id: string): Promise<HeldMarking> {
    const known = this.#markings.get(id) ?? this.#readMarking(id)
    this.#markings.set(id, known)
    return known
  }

  async #readMarking(id: string): Promise<HeldMarking> {
    const row = await readMarkingDefinition(this.#reader, id)
    return { key: row?.key ?? null, read: readMarking(id, row === null ? null : parsed(row.bytes)) }
  }
}

/** What is kept was read strictly when it came. */
export function parsed(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
}
