import { EMPTY_ROOT, foldRight, HASH_BYTES, nodeHash } from "./merkle.ts"
import { TILE_WIDTH } from "./tiles.ts"

/**
 * Stored hashes `start` (included) to `end` (excluded) of a TILE level: level 0 are leaf hashes, level L at i is the
 * root of the perfect subtree of height 8 × L at i. Asked for no more than one tile (256) at once.
 */
export type HashReader = (level: number, start: number, end: number) => readonly Buffer[]

type Hashes = readonly Uint8Array[]
type Range = { start: number; end: number }

// Verifying. All four questions are one: does the subtree over the leaves [start, end) stand in the tree of that
// size? A leaf is the subtree [i, i + 1), an older tree the subtree [0, first). Subtrees as in
// draft-ietf-plants-merkle-tree-certs section 4; for [0, first) that is RFC 6962 section 2.1.2.

export function verifyInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: Hashes,
  root: Uint8Array,
): boolean {
  return leaf.length === HASH_BYTES && verifySubtree(index, index + 1, size, proof, leaf, root)
}

/** From nothing, nothing follows: `first` = 0 is refused rather than trivially true. */
export function verifyConsistency(
  first: number,
  second: number,
  proof: Hashes,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  return verifySubtree(0, first, second, proof, firstRoot, secondRoot)
}

/**
 * The root that the first leaves of a tree have, as a consistency proof to its root implies it; null if the proof does
 * not lead there, or leaves that root out since it is taken for known (where `first` is a power of two).
 */
export function impliedRoot(first: number, second: number, proof: Hashes, secondRoot: Uint8Array): Buffer | null {
  if (!isSubtree(0, first) || !Number.isSafeInteger(second) || first >= second) return null
  if (Number.isInteger(Math.log2(first)) || proof.some((hash) => hash.length !== HASH_BYTES)) return null
  const roots = climb({ start: 0, end: first }, second, proof, secondRoot)
  return roots?.tree.equals(secondRoot) === true ? roots.subtree : null
}

export function verifySubtreeInclusion(
  index: number,
  start: number,
  end: number,
  leaf: Uint8Array,
  proof: Hashes,
  root: Uint8Array,
): boolean {
  return isSubtree(start, end) && verifyInclusion(index - start, end - start, leaf, proof, root)
}

/** An empty subtree is in every tree that reaches as far, if its root is the empty root and no proof is given. */
export function verifySubtreeConsistency(
  start: number,
  end: number,
  size: number,
  proof: Hashes,
  subtreeRoot: Uint8Array,
  root: Uint8Array,
): boolean {
  if (start === end) return 0 <= start && end <= size && proof.length === 0 && EMPTY_ROOT.equals(subtreeRoot)
  return verifySubtree(start, end, size, proof, subtreeRoot, root)
}

function verifySubtree(
  start: number,
  end: number,
  size: number,
  proof: Hashes,
  subtreeRoot: Uint8Array,
  root: Uint8Array,
): boolean {
  if (!isSubtree(start, end) || !Number.isSafeInteger(size) || end > size) return false
  if (proof.some((hash) => hash.length !== HASH_BYTES)) return false
  const roots = climb({ start, end }, size, proof, subtreeRoot)
  if (roots === null) return false
  return roots.subtree.equals(subtreeRoot) && roots.tree.equals(root)
}

/**
 * Goes down from the root, taking the proof from its end, until the subtree (or, where the subtree is ragged, its
 * last perfect part) is reached; then hashes its way up on two paths: that of the subtree and that of the tree.
 * `known` is null once the proof must bring that last part itself. Null if the proof is too short or too long.
 */
function climb(
  { start, end }: Range,
  size: number,
  proof: Hashes,
  known: Uint8Array | null,
): { subtree: Buffer; tree: Buffer } | null {
  const last = proof.at(-1)
  if (start === 0 && end === size) {
    if (proof.length !== (known === null ? 1 : 0)) return null
    const hash = Buffer.from((known ?? last) as Uint8Array)
    return { subtree: hash, tree: hash }
  }
  if (last === undefined) return null
  const rest = proof.slice(0, -1)
  const middle = split(size)
  if (end <= middle) {
    const below = climb({ start, end }, middle, rest, known)
    return below && { subtree: below.subtree, tree: nodeHash(below.tree, last) }
  }
  const right = { start: Math.max(0, start - middle), end: end - middle }
  const below = climb(right, size - middle, rest, start >= middle ? known : null)
  if (below === null) return null
  const subtree = start >= middle ? below.subtree : nodeHash(last, below.subtree)
  return { subtree, tree: nodeHash(last, below.tree) }
}

/** Whether [start, end) can be a subtree: start is a multiple of the smallest power of two not below its width. */
function isSubtree(start: number, end: number): boolean {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start >= end) return false
  let power = 1
  while (power < end - start) power *= 2
  return start % power === 0
}

/** The largest power of two below n: where RFC 6962 section 2.1 splits a tree of n > 1 leaves. */
function split(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

// Building.

/** The audit path of RFC 6962 section 2.1.1, from the leaf upwards. Needs 0 <= index < size. */
export function inclusionProof(index: number, size: number, read: HashReader): Buffer[] {
  return subtreeProof(index, index + 1, size, read)
}

/** RFC 6962 section 2.1.2. Needs 0 < first <= second; empty if both are equal. */
export function consistencyProof(first: number, second: number, read: HashReader): Buffer[] {
  return subtreeProof(0, first, second, read)
}

/** The root over the first `size` leaves, from the hashes that tiles keep. */
export function treeRoot(size: number, read: HashReader): Buffer {
  return rootOf({ start: 0, end: size }, wholeTiles(size, read))
}

/** What `verifySubtreeConsistency` wants for a subtree that is not empty. Throws a RangeError if there is none. */
export function subtreeProof(start: number, end: number, size: number, read: HashReader): Buffer[] {
  if (!isSubtree(start, end) || !Number.isSafeInteger(size) || end > size) {
    throw new RangeError(`no subtree [${start}, ${end}) in a tree of ${size}`)
  }
  const tiles = wholeTiles(size, read)
  return siblings({ start, end }, { start: 0, end: size }, true).map((range) => rootOf(range, tiles))
}

/** Reads each tile once, however many hashes of it the proof needs. */
function wholeTiles(size: number, read: HashReader): HashReader {
  const seen = new Map<string, readonly Buffer[]>()
  return (level, start, end) => {
    const first = start - (start % TILE_WIDTH)
    const key = `${level}/${first}`
    const last = Math.min(first + TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level))
    const tile = seen.get(key) ?? read(level, first, last)
    seen.set(key, tile)
    return tile.slice(start - first, end - first)
  }
}

/** The ranges of leaves whose roots make up the proof, lowest first; `known` as in `climb`. */
function siblings(subtree: Range, tree: Range, known: boolean): Range[] {
  if (subtree.start === tree.start && subtree.end === tree.end) return known ? [] : [tree]
  const middle = tree.start + split(tree.end - tree.start)
  const left = { start: tree.start, end: middle }
  const right = { start: middle, end: tree.end }
  if (subtree.end <= middle) return [...siblings(subtree, left, known), right]
  if (subtree.start >= middle) return [...siblings(subtree, right, known), left]
  return [...siblings({ start: middle, end: subtree.end }, right, false), left]
}

function rootOf({ start, end }: Range, read: HashReader): Buffer {
  const roots: Buffer[] = []
  for (let at = start; at < end; ) {
    const width = split(end - at + 1)
    roots.push(perfectRoot(at, width, read))
    at += width
  }
  return foldRight(roots) ?? EMPTY_ROOT
}

/** Heights between those that tiles keep are recomputed from the tile level below them. */
function perfectRoot(start: number, width: number, read: HashReader): Buffer {
  let level = 0
  let unit = 1
  while (unit * TILE_WIDTH <= width) {
    unit *= TILE_WIDTH
    level += 1
  }
  let row = read(level, start / unit, (start + width) / unit)
  while (row.length > 1) row = pairUp(row)
  return row[0] as Buffer
}

function pairUp(row: readonly Buffer[]): Buffer[] {
  return Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i] as Buffer, row[2 * i + 1] as Buffer))
}
