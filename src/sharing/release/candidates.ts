import type { Json } from "../../kernel/canonical.ts"
import { type Origin, recalledAt } from "../../library/index.ts"
import { isCarried, kindsOf, type OtherMarking, type ReleaseObject } from "../../policy/index.ts"
import { effectiveMarking, type JsonObject } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { type CandidateRow, readCandidate, readMarkingDefinition } from "./queries.ts"

/** An object version with everything by which it is decided. */
export type Candidate = Pick<CandidateRow, "key" | "id" | "spec" | "version" | "type"> & {
  canonical: string
  origin: Origin
  object: ReleaseObject
  /** Keys of marking definitions that it names and that go with it. */
  along: readonly number[]
}

/** Reads what decides; of markings, which half of a library names, each only once. */
export class Candidates {
  readonly #reader: Reader
  readonly #markings = new Map<string, Promise<OtherMarking & { key: number | null }>>()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Null if it was erased since its key was read. */
  async load(key: number): Promise<Candidate | null> {
    const row = await readCandidate(this.#reader, key)
    if (row === null) return null
    const { id, spec, version, type, origin, marking, aside, withdrawn, revokedSince } = row
    const json = parsed(row.bytes)
    const others = await Promise.all(effectiveMarking(json).others.map((other) => this.#marking(other)))
    const object: ReleaseObject = {
      ...{ type, kinds: kindsOf(json), marking, others: others.map(({ id, carried }) => ({ id, carried })) },
      ...{ aside: aside === 1, withdrawn: withdrawn === 1, revokedSince: revokedSince === 1 },
      recalledAt: await recalledAt(this.#reader, row),
    }
    const along = others.flatMap((one) => (one.carried && one.key !== null ? [one.key] : []))
    const canonical = Buffer.from(row.canonical).toString("base64")
    return { key, id, spec, version, type, canonical, origin, object, along }
  }

  #marking(id: string): Promise<OtherMarking & { key: number | null }> {
    const known = this.#markings.get(id) ?? this.#readMarking(id)
    this.#markings.set(id, known)
    return known
  }

  async #readMarking(id: string): Promise<OtherMarking & { key: number | null }> {
    const row = await readMarkingDefinition(this.#reader, id)
    return { id, key: row?.key ?? null, carried: isCarried(row === null ? null : parsed(row.bytes)) }
  }
}

/** What is kept was read strictly when it came. */
function parsed(bytes: Uint8Array): JsonObject {
  const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Json
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
}
