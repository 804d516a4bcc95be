import type { Reader } from "../store/index.ts"
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts"
import { leafBytes } from "./entry.ts"
import type { Commitments } from "./files.ts"
import { EMPTY_ROOT, leafHash } from "./merkle.ts"
import { parseNote } from "./note.ts"
import {
  consistencyProof,
  type HashReader,
  inclusionProof,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from "./proofs.ts"
import { type LogRow, readNodes } from "./queries.ts"

/**
 * Proves that entry `seq` is in the log as its present checkpoint signs it: the audit path of RFC 6962 section 2.1.1.
 * Throws a RangeError for an entry that the log does not have; a proof that does not hold is never returned.
 */
export async function proveInclusion(
  reader: Reader,
  log: LogRow,
  seq: number,
  commitments: Commitments,
): Promise<Buffer[]> {
  const { size, root } = signedIn(log)
  const stored = storedHashes(reader, log, commitments)
  const proof = await prefetched(stored, (read) => inclusionProof(seq, size, read))
  const [leaf] = await stored(0, seq, seq + 1)
  if (leaf === undefined || !verifyInclusion(seq, size, leaf, proof, root)) throw doesNotHold(log, seq, size)
  return proof
}

/**
 * Proves that the log at size `second` only added to what it was at size `first` (RFC 6962 section 2.1.2), with
 * 0 < first ≤ second ≤ the log's size, else a RangeError. It holds between the roots of the stored tree: whether an
 * older checkpoint had that root is for its holder to verify.
 */
export async function proveConsistency(
  reader: Reader,
  log: LogRow,
  first: number,
  second: number,
  commitments: Commitments,
): Promise<Buffer[]> {
  const { size, root } = signedIn(log)
  if (second > size) throw new RangeError(`no tree of ${second} in a log of ${size}`)
  const stored = storedHashes(reader, log, commitments)
  const rootAt = async (at: number) => (at === size ? root : await prefetched(stored, (read) => treeRoot(at, read)))
  const proof = await prefetched(stored, (read) => consistencyProof(first, second, read))
  if (!verifyConsistency(first, second, proof, await rootAt(first), await rootAt(second))) {
    throw doesNotHold(log, first, second)
  }
  return proof
}

/** The root of a log's first entries, and the proof that they are the beginning of what its checkpoint signs. */
export type RootProof = { root: Buffer; hashes: Buffer[] }

/** With 0 < first ≤ the size that the log's checkpoint signs, else a RangeError. */
export async function proveRoot(
  reader: Reader,
  log: LogRow,
  first: number,
  commitments: Commitments,
): Promise<RootProof> {
  const { size } = signedIn(log)
  const hashes = await proveConsistency(reader, log, first, size, commitments)
  const root = await prefetched(storedHashes(reader, log, commitments), (read) => treeRoot(first, read))
  return { root, hashes }
}

/**
 * The proof that the log only added to what an older checkpoint of it (not larger, its signature checked by the
 * caller) was over; null if it did not: then the log tells two stories.
 */
export async function proveContinuation(
  reader: Reader,
  log: LogRow,
  older: Checkpoint,
  commitments: Commitments,
): Promise<Buffer[] | null> {
  if (older.size === 0) return older.root.equals(EMPTY_ROOT) ? [] : null
  const { size, root } = signedIn(log)
  const proof = await proveConsistency(reader, log, older.size, size, commitments)
  return verifyConsistency(older.size, size, proof, older.root, root) ? proof : null
}

/**
 * A C2SP tlog-proof file (https://c2sp.org/tlog-proof): `hashes` prove the entry under the checkpoint, which stands in
 * it verbatim. The leaf travels as `extra`, so that the file can be checked alone; it shows a number and a hash only.
 */
export function proofFile(
  { checkpoint }: Pick<LogRow, "checkpoint">,
  seq: number,
  leaf: Uint8Array,
  hashes: readonly Buffer[],
): string {
  const extra = `extra ${Buffer.from(leaf).toString("base64")}`
  const path = hashes.map((hash) => hash.toString("base64"))
  return ["c2sp.org/tlog-proof@v1", extra, `index ${seq}`, ...path, "", checkpoint].join("\n")
}

type StoredHashes = (level: number, start: number, end: number) => Promise<readonly Buffer[]>

/** Leaf hashes follow from the entries' commitments, higher tile levels are kept as nodes. */
function storedHashes(reader: Reader, log: LogRow, commitments: Commitments): StoredHashes {
  return async (level, start, end) => {
    if (level > 0) return readNodes(reader, log.key, level, start, end)
    return (await commitments(start, end)).map((h, i) => leafHash(leafBytes(start + i, h)))
  }
}

/**
 * Which tiles a proof reads hangs on sizes alone, never on the hashes in them: so it is built once to see which, they
 * are fetched, and it is built again. A stored tile may be short where the store was damaged; then no proof holds.
 */
async function prefetched<Result>(stored: StoredHashes, build: (read: HashReader) => Result): Promise<Result> {
  const wanted: [level: number, start: number, end: number][] = []
  build((level, start, end) => {
    wanted.push([level, start, end])
    return Array.from({ length: end - start }, () => EMPTY_ROOT)
  })
  const tiles = new Map<string, readonly Buffer[]>()
  for (const [level, start, end] of wanted) {
    const hashes = await stored(level, start, end)
    if (hashes.length !== end - start) throw new Error(`tile ${level}/${start} has ${hashes.length} hashes`)
    tiles.set(`${level}/${start}`, hashes)
  }
  return build((level, start) => tiles.get(`${level}/${start}`) ?? [])
}

/** The signature is for whoever is handed the checkpoint to check. */
function signedIn(log: LogRow): Checkpoint {
  return parseCheckpoint(parseNote(log.checkpoint).text)
}

function doesNotHold(log: LogRow, first: number, second: number): Error {
  return new Error(`the stored tree of log ${log.key} does not prove ${first} in ${second}`)
}
