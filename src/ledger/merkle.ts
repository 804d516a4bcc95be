import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"

export const HASH_BYTES = 32

/** The root of a tree without leaves (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Buffer = sha256("")

/** A tile holds the hashes of one height in eight: 8, 16, 24 … above the leaves (tlog-tiles, "Merkle Tree"). */
export const TILE_HEIGHT = 8

/**
 * Told of each perfect subtree that a leaf completed and that tiles keep: `height` is 0 (the leaf itself), 8, 16 …,
 * `index` counts the subtrees of that height from the left, so the tile level is `height / 8`.
 */
export type OnSubtree = (height: number, index: number, hash: Buffer) => void

/** Both stay allocated: the hot path appends one leaf for each object that enters. */
const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES)
nodeInput[0] = 1
const leafInput = Buffer.alloc(512)

export function leafHash(entry: Uint8Array): Buffer {
  const length = entry.length + 1
  if (length > leafInput.length) return sha256(Buffer.of(0), entry)
  leafInput.set(entry, 1)
  return sha256(leafInput.subarray(0, length))
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  return sha256(nodeInput)
}

/**
 * The right edge of a growing tree: the roots of the perfect subtrees that its size consists of, largest first.
 * With it a leaf is appended and the root computed without reading the tree. It changes in place: after a rollback
 * make a new one from what is stored.
 */
export class Edge {
  #size: number
  readonly #roots: Buffer[]

  /** Throws `invalid ledger.edge-malformed` unless `bytes` holds one hash for each bit set in `size`. */
  constructor(size = 0, bytes: Uint8Array = Buffer.alloc(0)) {
    if (!Number.isSafeInteger(size) || size < 0 || bytes.length !== bitCount(size) * HASH_BYTES) {
      throw new ComityError("invalid", "ledger.edge-malformed")
    }
    this.#size = size
    this.#roots = hashesOf(bytes)
  }

  get size(): number {
    return this.#size
  }

  append(leaf: Buffer, onSubtree?: OnSubtree): void {
    let hash = leaf
    let height = 0
    let index = this.#size
    onSubtree?.(0, index, hash)
    while (index % 2 === 1) {
      hash = nodeHash(this.#roots.pop() as Buffer, hash)
      height += 1
      index = (index - 1) / 2
      if (height % TILE_HEIGHT === 0) onSubtree?.(height, index, hash)
    }
    this.#roots.push(hash)
    this.#size += 1
  }

  root(): Buffer {
    return foldRight(this.#roots) ?? EMPTY_ROOT
  }

  bytes(): Buffer {
    return Buffer.concat(this.#roots)
  }
}

/** The root over neighbouring perfect subtrees of falling height; null without any. */
export function foldRight(roots: readonly Buffer[]): Buffer | null {
  return roots.length === 0 ? null : roots.reduceRight((right, left) => nodeHash(left, right))
}

/** Cuts concatenated hashes apart, copying them: what they were cut from may be a page of a database. */
export function hashesOf(bytes: Uint8Array): Buffer[] {
  const copy = Buffer.from(bytes)
  return Array.from({ length: copy.length / HASH_BYTES }, (_, i) => copy.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

function bitCount(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}
