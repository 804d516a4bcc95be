import type { Reader } from "../store/index.ts"
import { cosignedCheckpoint } from "./cosigners.ts"
import { leafBytes } from "./entry.ts"
import { leafHash } from "./merkle.ts"
import { type LogRow, readNodes } from "./queries.ts"
import { encodeBundle, hasTile, parseTilePath } from "./tiles.ts"

/** The commitments `h` of the entries `from ≤ seq < to`, from the module that keeps the entries of that log. */
export type Commitments = (from: number, to: number) => Promise<Buffer[]>

/** A file of a log as C2SP tlog-tiles lays it out. */
export type LogFile = { type: string; bytes: Buffer; immutable: boolean }

/**
 * The file at a path of the log's folder (`checkpoint`, `tile/0/000`, `tile/entries/000.p/5` …); null if the log has
 * no such file at its present size.
 */
export async function logFile(
  reader: Reader,
  log: LogRow,
  path: string,
  commitments: Commitments,
): Promise<LogFile | null> {
  if (path === "checkpoint") {
    return {
      type: "text/plain; charset=utf-8",
      bytes: Buffer.from(await cosignedCheckpoint(reader, log)),
      immutable: false,
    }
  }
  const tile = parseTilePath(path)
  if (tile === null || !hasTile(tile, log.size)) return null
  const type = "application/octet-stream"
  if (tile.of === "hashes" && tile.level > 0) {
    const nodes = await readNodes(reader, log.key, tile.level, tile.start, tile.end)
    return { type, bytes: Buffer.concat(nodes), immutable: true }
  }
  const entries = (await commitments(tile.start, tile.end)).map((h, i) => leafBytes(tile.start + i, h))
  const bytes = tile.of === "entries" ? encodeBundle(entries) : Buffer.concat(entries.map(leafHash))
  return { type, bytes, immutable: true }
}
