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
    this.#current ??= this.#read()
    return this.#current
  }

  /** After an import or a correction: the next question reads anew. */
  forget(): void {
    this.#current = null
  }

  async #read(): Promise<Facts> {
    const corrections = await listCorrections(this.#reader)
    const imported = await newestSet(this.#reader)
    if (imported === null && corrections.length === 0) return shippedFacts()
    const files = imported === null ? shippedFiles() : await filesOfSet(this.#reader, imported)
    return factsFrom(files, corrections.flatMap(overlayRow))
  }
}

/** The import that counts; null where what is shipped is newer, or nothing was imported. */
export async function newestSet(reader: Reader): Promise<FactSet | null> {
  const [newest] = await listFactSets(reader)
  return newest === undefined || newest.version < shippedFacts().version ? null : newest
}

async function filesOfSet(reader: Reader, { key }: FactSet): Promise<FactFiles> {
  const files = await factFiles(reader, key)
  if (files === null) throw new Error("a set of facts is gone while it is read")
  return files
}

/** A correction of a table that this version does not know counts for nothing. */
export function overlayRow({ id, table, replaces, cells }: Correction): OverlayRow[] {
  const known = tableNames.find((name) => name === table)
  if (known === undefined) return []
  const raw = { table: known, ref: `own/${id}` as FactRef, line: 0, cells: cells ?? {} }
  return [{ raw, replaces: replaces as FactRef | null, dropped: cells === null }]
}
