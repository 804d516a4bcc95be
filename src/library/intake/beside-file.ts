import { sha256 } from "../../kernel/hash.ts"
import type { Prepared, Verdict } from "../model.ts"
import { idHash } from "../queries.ts"

/** What is remembered of an object that a file would add: hashes of 48 bits, so that millions stay small. */
type Seen = { version: number; content: number; creator: number; revoked: string | null; next: Seen | null }

const NOBODY = 0

/**
 * The objects that a file would add before another of it: the rules of `judge` hold among them too, and nothing is
 * stored yet that could be asked.
 */
export class BesideFile {
  readonly #seen = new Map<number, Seen>()

  /** Judges beside the earlier objects of the file; "new" says nothing of what the library holds. */
  judge(object: Prepared): Verdict | { is: "repeated" } {
    const known = this.#versions(object.id)
    const version = versionHash(object)
    const same = known.find((one) => one.version === version)
    if (same !== undefined) {
      return same.content === contentHash(object) ? { is: "repeated" } : { is: "conflict", reason: "content" }
    }
    if (known.some(({ revoked }) => revoked !== null && revoked < object.version)) {
      return { is: "conflict", reason: "revoked" }
    }
    const creator = creatorHash(object)
    const foreign = known.some((one) => one.creator !== NOBODY && one.creator !== creator)
    return foreign ? { is: "conflict", reason: "creator" } : { is: "new" }
  }

  add(object: Prepared): void {
    const key = idHash(object.id)
    const next = this.#seen.get(key) ?? null
    const revoked = object.revoked ? object.version : null
    this.#seen.set(key, {
      version: versionHash(object),
      content: contentHash(object),
      creator: creatorHash(object),
      revoked,
      next,
    })
  }

  #versions(id: string): Seen[] {
    const found: Seen[] = []
    for (let one = this.#seen.get(idHash(id)) ?? null; one !== null; one = one.next) found.push(one)
    return found
  }
}

function versionHash({ spec, version }: Prepared): number {
  return sha256(`${spec} ${version}`).readUIntBE(0, 6)
}

function contentHash({ canonical }: Prepared): number {
  return canonical.readUIntBE(0, 6)
}

function creatorHash({ createdBy }: Prepared): number {
  return createdBy === null ? NOBODY : sha256(createdBy).readUIntBE(0, 6)
}
