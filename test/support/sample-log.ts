import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { newKeyPair, type Signer, signerOf } from "../../src/crypto/index.ts"
import { canonicalize } from "../../src/kernel/canonical.ts"
import { sha256 } from "../../src/kernel/hash.ts"
import { signCheckpoint } from "../../src/ledger/checkpoint.ts"
import { type EntryHeader, entryHash, eventHeaderText, headerText, leafBytes } from "../../src/ledger/entry.ts"
import { type About, aboutText, entryLine, offsetAfter } from "../../src/ledger/export-format.ts"
import { Edge, leafHash, TILE_HEIGHT } from "../../src/ledger/merkle.ts"
import { formatVkey, verifierOf } from "../../src/ledger/note.ts"
import type { HashReader } from "../../src/ledger/proofs.ts"
import { encodeBundle, formatTilePath, tilesOf } from "../../src/ledger/tiles.ts"

/** An entry as the library would hand it over; `erasedBy` says that header, body and salt are gone. */
export type SampleEntry = { salt: Buffer; header: string; body: Buffer; h: Buffer; id?: string; erasedBy?: number }

export type SampleNode = { signer: Signer; keys: SampleEntry[] }

export const SAMPLE_NAME = "comity/00112233445566778899aabbccddeeff"

/** The hashes that tiles keep of a tree, level by level, as the edge reported them. */
export function growTree(leaves: Iterable<Uint8Array>): { edge: Edge; levels: Buffer[][]; read: HashReader } {
  const edge = new Edge()
  const levels: Buffer[][] = [[]]
  for (const leaf of leaves) {
    edge.append(leafHash(leaf), (height, index, hash) => {
      const level = height / TILE_HEIGHT
      levels[level] ??= []
      const row = levels[level]
      if (row.length !== index) throw new Error(`level ${level} reported ${index} after ${row.length}`)
      row.push(hash)
    })
  }
  return { edge, levels, read: (level, start, end) => (levels[level] ?? []).slice(start, end) }
}

/** Writes `checkpoint` and `tile/…` into a folder. */
export function writeTiles(folder: string, name: string, signer: Signer, leaves: readonly Buffer[]): void {
  const { edge, levels } = growTree(leaves)
  put(join(folder, "checkpoint"), signCheckpoint(name, edge.size, edge.root(), signer))
  for (const tile of tilesOf(leaves.length)) {
    const content =
      tile.of === "entries"
        ? encodeBundle(leaves.slice(tile.start, tile.end))
        : Buffer.concat((levels[tile.level] ?? []).slice(tile.start, tile.end))
    put(join(folder, formatTilePath(tile)), content)
  }
}

export function sampleNode(): SampleNode {
  const [current, next, recovery] = [newKeyPair(), newKeyPair(), newKeyPair()]
  const body = canonicalize({
    current: current.publicKey.toString("base64"),
    next: sha256(next.publicKey).toString("base64"),
    recovery: recovery.publicKey.toString("base64"),
    type: "incept",
    v: 1,
  })
  const header = eventHeaderText({ at: "2026-11-22T09:00:00.000000Z", what: "key.incept", by: null })
  return { signer: signerOf(current), keys: [commit(header, Buffer.from(body), "keys")] }
}

export function commit(header: string, body: Buffer, seed: string): SampleEntry {
  const salt = sha256(`salt of ${seed}`)
  return { salt, header, body, h: entryHash(salt, header, body) }
}

/**
 * An honest log over fifty objects: puts, marks, revocations, and erasures of every 40th entry. As in a collection,
 * an erase entry does not say which object it was, and `previous` is the last entry that was still there.
 */
export function sampleEntries(count: number): SampleEntry[] {
  const entries: SampleEntry[] = []
  for (let seq = 0; seq < count; seq += 1) {
    const gone = seq % 40 === 39 ? entries[seq - 20] : undefined
    entries.push(gone === undefined ? version(seq, entries) : erasure(seq, seq - 20))
    if (gone !== undefined) gone.erasedBy = seq
  }
  return entries
}

function version(seq: number, before: readonly SampleEntry[]): SampleEntry {
  const id = `indicator--${seq % 50}`
  const live = before.filter((entry) => entry.erasedBy === undefined && entry.id === id)
  const kind = seq % 7 === 6 ? "mark" : seq % 11 === 10 ? "revoke" : "put"
  const body = kind === "mark" ? "" : `{"id":"${id}","seq":${seq},"name":"網路 ${seq}\\n"}`
  const previous = live.at(-1)?.h.toString("base64") ?? null
  return { ...commit(sampleHeader(seq, { kind, id, previous }), Buffer.from(body), String(seq)), id }
}

function erasure(seq: number, erases: number): SampleEntry {
  const nothing = { id: null, spec: null, version: null, marking: null }
  return commit(sampleHeader(seq, { kind: "erase", ...nothing, erases }), Buffer.alloc(0), String(seq))
}

export function sampleHeader(seq: number, changes: Partial<EntryHeader>): string {
  const at = new Date(Date.UTC(2026, 10, 22, 10) + seq * 1000).toISOString().replace("Z", "000Z")
  const rest = { spec: "2.1", version: at, date_added: at, marking: "green", terms: null, previous: null, erases: null }
  return headerText({ kind: "put", id: `indicator--${seq}`, ...rest, ...changes })
}

/** The folder that `comity log export` would write, without `verify.py`. */
export function writeExport(folder: string, node: SampleNode, entries: readonly SampleEntry[]): void {
  writeLog(folder, node.signer, entries, { log: "collection", collection: "0c6a1f2e-7f0a-4f1e-9b1d-3d1f1c1b2a90" })
  writeLog(join(folder, "keys"), node.signer, node.keys, { log: "keys", collection: null })
}

function writeLog(
  folder: string,
  signer: Signer,
  entries: readonly SampleEntry[],
  about: Pick<About, "log" | "collection">,
): void {
  const name = `${SAMPLE_NAME}/${about.log}`
  const leaves = entries.map(({ h }, seq) => leafBytes(seq, h))
  writeTiles(folder, name, signer, leaves)
  const facts = { party: null, title: about.log === "keys" ? null : "樣本", exported_at: "2026-11-22T12:00:00.000000Z" }
  const vkey = formatVkey(verifierOf(name, signer.publicKey))
  const text = aboutText({ ...about, ...facts, vkey, node_key: signer.publicKey.toString("base64") })
  put(join(folder, "about.json"), text)
  const { lines, bodies } = linesOf(entries)
  put(join(folder, "entries.jsonl"), lines)
  put(join(folder, "bodies.bin"), bodies)
}

function linesOf(entries: readonly SampleEntry[]): { lines: string; bodies: Buffer } {
  let lines = ""
  let offset = 0
  const bodies: Buffer[] = []
  for (const [seq, { salt, header, body, erasedBy }] of entries.entries()) {
    if (erasedBy !== undefined) {
      lines += entryLine({ seq, erasedBy })
      continue
    }
    lines += entryLine({ seq, salt, header, offset, length: body.length })
    if (body.length > 0) bodies.push(body, Buffer.from("\n"))
    offset = offsetAfter({ offset, length: body.length })
  }
  return { lines, bodies: Buffer.concat(bodies) }
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
