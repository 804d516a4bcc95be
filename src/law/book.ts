import type { Reader } from "../store/index.ts"
import { type Facts, factsFrom, type OverlayRow } from "./facts.ts"
import type { FactRef } from "./model.ts"
import { type Correction, type FactSet, factFiles, listCorrections, listFactSets } from "./queries.ts"
import type { FactFiles } from "./reading.ts"
import { shippedFacts, shippedFiles } from "./shipped.ts"
import { tableNames } from "./tables.ts"

/** The facts that count at this node: shipped or imported, whichever is newer, under the node's own corrections. */
export class FactBook {
  readonly #reader: Reader
  #current: Promise<Facts> | null = null

  constructor(reader: Reader) {
    this.#reader = reader
  }

  current(): Promise<Facts> {
    if (this.#current !== null) return this.#current
    const read = factsNow(this.#reader)
    this.#current = read
    // What failed once is tried again at the next question.
    read.catch(() => {
      if (this.#current === read) this.#current = null
    })
    return read
  }

  /** After an import or a correction: the next question reads anew. */
  forget(): void {
    this.#current = null
  }

  /** The facts as they would be with one correction more. */
  trying(row: OverlayRow): Promise<Facts> {
    return readFacts(this.#reader, [row])
  }
}

/** The last that were read, by everything they are made of: a set never changes, and neither does a correction. */
let last: { madeOf: string; facts: Facts } | null = null

/** The facts that count as this reader sees them: in a transaction, with what it wrote. */
export async function factsNow(reader: Reader): Promise<Facts> {
  const [corrected, imported] = [await listCorrections(reader), await newestSet(reader)]
  const madeOf = JSON.stringify([imported?.digest ?? null, corrected.map(({ id }) => id)])
  if (last?.madeOf === madeOf) return last.facts
  const facts = await readFacts(reader)
  last = { madeOf, facts }
  return facts
}

async function readFacts(reader: Reader, more: readonly OverlayRow[] = []): Promise<Facts> {
  const overlay = [...(await listCorrections(reader)).flatMap(overlayRow), ...more]
  const imported = await newestSet(reader)
  if (imported === null && overlay.length === 0) return shippedFacts()
  const files = imported === null ? shippedFiles() : await filesOfSet(reader, imported)
  return factsFrom(files, overlay)
}

/** The import that counts: the one of the newest version, of several the last; null where what is shipped is newer. */
export async function newestSet(reader: Reader): Promise<FactSet | null> {
  let newest: FactSet | null = null
  for (const one of await listFactSets(reader)) if (newest === null || one.version > newest.version) newest = one
  return newest === null || newest.version < shippedFacts().version ? null : newest
}

async function filesOfSet(reader: Reader, { key }: FactSet): Promise<FactFiles> {
  const files = await factFiles(reader, key)
  if (files === null) throw new Error("a set of facts is gone while it is read")
  return files
}

/** A correction of a table that this version does not know counts for nothing. */
export function overlayRow({ id, table, replaces, cells }: Omit<Correction, "addedAt">): OverlayRow[] {
  const known = tableNames.find((name) => name === table)
  if (known === undefined) return []
  const raw = { table: known, ref: `own/${id}` as FactRef, line: 0, cells: cells ?? {} }
  return [{ raw, replaces: replaces as FactRef | null, dropped: cells === null }]
}
