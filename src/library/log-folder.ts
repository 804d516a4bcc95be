import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { ComityError } from "../kernel/errors.ts"
import {
  aboutText,
  Edge,
  encodeBundle,
  entryLine,
  entryTile,
  formatTilePath,
  formatVkey,
  hashTile,
  type KeyState,
  leafBytes,
  leafHash,
  offsetAfter,
  parseCheckpoint,
  parseNote,
  statementsText,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileRequest,
  verifierOf,
  verifierProgram,
} from "../ledger/index.ts"
import { statementsIn } from "../parties/index.ts"
import type { SyncReader } from "../store/index.ts"
import { ownLog, type StoredEntry, type StoredLog, storedEntries, storedLogs } from "./stored.ts"
import { keyStateFor, signerFor } from "./verifying.ts"

export type FolderStep = { done: number; of: number }
export type FolderOrder = {
  collection: string
  folder: string
  exportedAt: string
  readme: string
  party: string | null
}

const STEP = 5000

/** Writes a collection's log as a folder that `verify.py` checks without Comity, its owner's keys within it. */
export function* folderSteps(reader: SyncReader, order: FolderOrder): Generator<FolderStep> {
  const [log] = storedLogs(reader, order.collection)
  if (log === undefined) throw new ComityError("not-found", "collection.unknown")
  const state = keyStateFor(reader, log)
  if (state === null) throw new ComityError("unavailable", "log.no-key")
  const owner = log.collection?.party ?? null
  if (owner !== null && log.checkpoint === "") throw new ComityError("conflict", "log.not-whole")
  yield* writeLog(reader, log, { ...order, party: owner ?? order.party, state })
  if (owner === null) {
    const keys = { ...order, folder: join(order.folder, "keys"), state }
    for (const _ of writeLog(reader, ownLog(reader, "keys"), keys));
  } else writeFileSync(join(order.folder, "keys.json"), statementsText(statementsIn(reader, owner)))
  copyFileSync(verifierProgram, join(order.folder, "verify.py"))
  writeFileSync(join(order.folder, "README.txt"), order.readme)
}

function* writeLog(
  reader: SyncReader,
  log: StoredLog,
  to: { folder: string; exportedAt: string; party: string | null; state: KeyState },
): Generator<FolderStep> {
  mkdirSync(to.folder, { recursive: true })
  const folder = new LogFolder(to.folder)
  // Of a mirror, as much as its owner's signature covers.
  const { size } = parseCheckpoint(parseNote(log.checkpoint).text)
  for (const entry of storedEntries(reader, log)) {
    if (entry.seq >= size) break
    folder.entry(entry)
    if (entry.seq % STEP === STEP - 1) yield { done: entry.seq + 1, of: log.size }
  }
  folder.end()
  const about = aboutText({
    log: log.kind,
    collection: log.collection?.id ?? null,
    title: log.collection?.title ?? null,
    vkey: formatVkey(verifierOf(log.origin, signerFor(log, to.state))),
    node_key: to.state.signs.toString("base64"),
    party: to.party,
    exported_at: to.exportedAt,
  })
  writeFileSync(join(to.folder, "about.json"), about)
  writeFileSync(join(to.folder, "checkpoint"), log.checkpoint)
}

/** The files of one log while they grow. */
class LogFolder {
  readonly #root: string
  readonly #entries: number
  readonly #bodies: number
  readonly #edge = new Edge()
  #offset = 0
  #bundle: Buffer[] = []
  /** Hashes of each tile level that wait for their tile to fill. */
  readonly #levels: Buffer[][] = []

  constructor(root: string) {
    this.#root = root
    this.#entries = openSync(join(root, "entries.jsonl"), "w")
    this.#bodies = openSync(join(root, "bodies.bin"), "w")
  }

  entry({ seq, h, content, erasedBy, reason }: StoredEntry): void {
    if (content === null) {
      const erased = erasedBy !== null && reason?.kind === "erase"
      writeSync(this.#entries, entryLine(erased ? { seq, erasedBy } : { seq, withheldBy: reason?.seq ?? null }))
    } else {
      const { salt, header, body } = content
      const place = { offset: this.#offset, length: body.length }
      writeSync(this.#entries, entryLine({ seq, salt, header, ...place }))
      if (body.length > 0) writeSync(this.#bodies, Buffer.concat([body, Buffer.from("\n")]))
      this.#offset = offsetAfter(place)
    }
    const leaf = leafBytes(seq, h)
    this.#bundle.push(leaf)
    if (this.#bundle.length === TILE_WIDTH) this.#writeBundle(seq)
    this.#edge.append(leafHash(leaf), (height, position, hash) => this.#hash(height / TILE_HEIGHT, position, hash))
  }

  end(): void {
    if (this.#bundle.length > 0) this.#writeBundle(this.#edge.size - 1)
    for (const [level, hashes] of this.#levels.entries()) {
      const index = Math.floor(this.#edge.size / TILE_WIDTH ** (level + 1))
      if (hashes.length > 0) this.#write(hashTile(level, index, hashes.length), Buffer.concat(hashes))
    }
    closeSync(this.#entries)
    closeSync(this.#bodies)
  }

  #hash(level: number, position: number, hash: Buffer): void {
    const hashes = this.#levels[level] ?? []
    this.#levels[level] = hashes
    hashes.push(hash)
    if (hashes.length < TILE_WIDTH) return
    this.#write(hashTile(level, Math.floor(position / TILE_WIDTH)), Buffer.concat(hashes))
    this.#levels[level] = []
  }

  #writeBundle(lastSeq: number): void {
    this.#write(entryTile(Math.floor(lastSeq / TILE_WIDTH), this.#bundle.length), encodeBundle(this.#bundle))
    this.#bundle = []
  }

  #write(tile: TileRequest, bytes: Buffer): void {
    const path = join(this.#root, formatTilePath(tile))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
}
