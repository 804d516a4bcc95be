import { ComityError } from "../kernel/errors.ts"
import { HASH_BYTES, TILE_HEIGHT } from "./merkle.ts"

/** Hashes or entries in a full tile. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT

/** An entry in a bundle has a uint16 length (tlog-tiles, "Log entries"). */
export const MAX_ENTRY_BYTES = 0xffff

/**
 * One tile of a log: `width` < 256 is a partial one. `start` (included) and `end` (excluded) say what it holds: hashes
 * of that level, or entries by seq.
 */
export type TileRequest =
  | ({ readonly of: "hashes"; readonly level: number; readonly index: number; readonly width: number } & Span)
  | ({ readonly of: "entries"; readonly index: number; readonly width: number } & Span)

type Span = { readonly start: number; readonly end: number }

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/
const MAX_LEVEL = 63

export function hashTile(level: number, index: number, width: number = TILE_WIDTH): TileRequest {
  return { of: "hashes", level, index, width, ...span(index, width) }
}

export function entryTile(index: number, width: number = TILE_WIDTH): TileRequest {
  return { of: "entries", index, width, ...span(index, width) }
}

/** `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`, without a slash in front. */
export function formatTilePath(tile: TileRequest): string {
  const place = tile.of === "hashes" ? String(tile.level) : "entries"
  const partial = tile.width === TILE_WIDTH ? "" : `.p/${tile.width}`
  return `tile/${place}/${formatIndex(tile.index)}${partial}`
}

/** Null for anything but the one spelling that the standard gives a tile. */
export function parseTilePath(path: string): TileRequest | null {
  const match = PATH.exec(path)
  if (match === null) return null
  const [, place, groups, partial] = match as unknown as [string, string, string, string | undefined]
  const index = Number(groups.replace(/[x/]/g, ""))
  const width = partial === undefined ? TILE_WIDTH : Number(partial)
  if (!Number.isSafeInteger((index + 1) * TILE_WIDTH) || formatIndex(index) !== groups) return null
  if (partial !== undefined && width >= TILE_WIDTH) return null
  if (place === "entries") return entryTile(index, width)
  return Number(place) <= MAX_LEVEL ? hashTile(Number(place), index, width) : null
}

/** Whether a log of that size can serve the tile: all it holds is there. Any narrower tile of the past is, too. */
export function hasTile(tile: TileRequest, size: number): boolean {
  return tile.end <= widthOfLevel(tile.of === "hashes" ? tile.level : 0, size)
}

/** How many hashes a tile level holds in a log of that size: floor(size / 256^level). */
export function widthOfLevel(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level)
}

/** Every tile and entry bundle that makes up a log of that size, level by level, the partial one last. */
export function* tilesOf(size: number): Generator<TileRequest> {
  for (const { index, width } of cut(size)) yield entryTile(index, width)
  for (let level = 0; widthOfLevel(level, size) > 0; level += 1) {
    for (const { index, width } of cut(widthOfLevel(level, size))) yield hashTile(level, index, width)
  }
}

/** Throws `too-large ledger.entry-too-long` for an entry that its length prefix cannot describe. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const parts = entries.flatMap((entry) => {
    if (entry.length > MAX_ENTRY_BYTES) throw new ComityError("too-large", "ledger.entry-too-long")
    return [Buffer.of(entry.length >> 8, entry.length & 0xff), entry]
  })
  return Buffer.concat(parts)
}

/** Throws `invalid ledger.bundle-malformed` unless the bytes are exactly `width` entries. */
export function decodeBundle(bytes: Buffer, width: number): Buffer[] {
  const entries: Buffer[] = []
  let at = 0
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) break
    entries.push(bytes.subarray(at + 2, end))
    at = end
  }
  if (at !== bytes.length || entries.length !== width) throw new ComityError("invalid", "ledger.bundle-malformed")
  return entries
}

/** Throws `invalid ledger.tile-malformed` unless the bytes are exactly `width` hashes. */
export function decodeHashTile(bytes: Buffer, width: number): Buffer[] {
  if (bytes.length !== width * HASH_BYTES) throw new ComityError("invalid", "ledger.tile-malformed")
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

function span(index: number, width: number): Span {
  return { start: index * TILE_WIDTH, end: index * TILE_WIDTH + width }
}

function* cut(count: number): Generator<{ index: number; width: number }> {
  for (let index = 0; index * TILE_WIDTH < count; index += 1) {
    yield { index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) }
  }
}

/** 1234067 is `x001/x234/067`. */
function formatIndex(index: number): string {
  const last = String(index % 1000).padStart(3, "0")
  let groups = ""
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups = `x${String(rest % 1000).padStart(3, "0")}/${groups}`
  }
  return groups + last
}
