import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { ITEM_TYPES, type ItemType } from "../items/types.ts"

/** How items become points and points are hidden. */
export const SUITE = "ED25519-UNIFORM-X25519-v1"
/** An item on its way: the u-coordinate of a point. Of a point hidden by both, half of it is told. */
export const POINT_BYTES = 32
export const TAG_BYTES = 16
/** Random bytes from which a point is made that is no item; that they begin as one is as good as impossible. */
export const DUMMY_BYTES = 64
/** Elements of one job of a worker; a chunk never spans two sections. */
export const CHUNK = 2048
/** What one part of a stream holds, but for the last: whole elements of every stream. */
export const PART_BYTES = 256 * 1024

const SIZE_LEAST = 256
const SIZE_MOST = 1_048_576

export type Side = "proposer" | "acceptor"

/** Where one run keeps its files, and what it needs for them. Nothing here is known to the partner but `run`. */
export type Folder = {
  readonly path: string
  /** The id of the run: lists of one run fit into no other. */
  readonly run: string
  readonly side: Side
  /** 32 bytes of the node, under which the secret of the run is sealed. */
  readonly secret: Uint8Array
}

/** The part of a list that holds one type; `size` counts what was added to hide how many items there are. */
export type Section = { type: ItemType; size: number }
/** In the order of ITEM_TYPES, each type once. */
export type Sections = readonly Section[]

/** `own`: our list; `theirs`: the partner's; `tags-out`: its list hidden by us too; `tags-in`: ours hidden by it. */
export type Stream = "own" | "theirs" | "tags-out" | "tags-in"

export function elementBytes(stream: Stream): number {
  return stream === "own" || stream === "theirs" ? POINT_BYTES : TAG_BYTES
}

/** The size that is seen of a list: a power of two or one and a half of it, at least 256. */
export function paddedSize(items: number): number {
  for (let power = SIZE_LEAST; ; power *= 2) {
    if (items <= power) return power
    if (items <= power * 1.5) return power * 1.5
  }
}

/** Throws `invalid match.sections` for anything that no honest list is: another order, a type twice, another size. */
export function checkSections(sections: Sections): void {
  const places = sections.map(({ type }) => ITEM_TYPES.indexOf(type))
  const inOrder = places.every((place, i) => place > (places[i - 1] ?? -1))
  const sized = sections.every(({ size }) => size <= SIZE_MOST && size >= SIZE_LEAST && paddedSize(size) === size)
  if (sections.length === 0 || !inOrder || !sized) throw new ComityError("invalid", "match.sections")
}

export function elementsOf(sections: Sections): number {
  return sections.reduce((sum, { size }) => sum + size, 0)
}

/** Where a section begins among the elements of its stream. Throws `invalid match.sections` for a type that has none. */
export function startOf(sections: Sections, type: ItemType): number {
  const place = sections.findIndex((section) => section.type === type)
  if (place < 0) throw new ComityError("invalid", "match.sections")
  return elementsOf(sections.slice(0, place))
}

/** The work of one job: elements of one section, counted from its beginning (`first`) and from that of all (`at`). */
export type Chunk = { type: ItemType; first: number; count: number; at: number }

/** A function of the sizes that both sides see, and of nothing else. */
export function chunksOf(sections: Sections): Chunk[] {
  return sections.flatMap(({ type, size }) =>
    Array.from({ length: Math.ceil(size / CHUNK) }, (_, i) => {
      const first = i * CHUNK
      return { type, first, count: Math.min(CHUNK, size - first), at: startOf(sections, type) + first }
    }),
  )
}

/** Separates what is hashed to a point in this run from all other runs and uses. */
export function separator(run: string): Buffer {
  return Buffer.concat([Buffer.from(`COMITY-PSI-v1-${SUITE}`), Buffer.of(0), Buffer.from(run)])
}

export function otherSide(side: Side): Side {
  return side === "proposer" ? "acceptor" : "proposer"
}

/** To what a side is bound before it sees the other's list: how it will shuffle what it sends back of a section. */
export function seedCommitment(run: string, side: Side, type: ItemType, seed: Uint8Array, nonce: Uint8Array): string {
  return sha256(`COMITY-PSI-v1-seed\0${run}\0${side}\0${type}\0`, nonce, seed).toString("hex")
}
