import { ComityError } from "../../kernel/errors.ts"
import type { Folder, Sections } from "./model.ts"
import type { Work } from "./pool.ts"

/** How far a stream has come: the part that comes next, and how many there are. */
export type Received = { next: number; total: number }

/** How many parts a stream has: its size is a function of the padded sizes alone. */
export function partsOf(_stream: "own" | "theirs" | "tags-out" | "tags-in", _sections: Sections): number {
  throw new ComityError("unavailable", "worker.gone")
}

/** One part of what the partner gets. Throws `unavailable match.too-early` while it is not made. */
export async function readPart(_folder: Folder, _stream: "own" | "tags-out", _seq: number): Promise<Buffer> {
  throw new ComityError("unavailable", "worker.gone")
}

export async function received(_folder: Folder, _stream: "theirs" | "tags-in", _sections: Sections): Promise<Received> {
  throw new ComityError("unavailable", "worker.gone")
}

/** Keeps the next part. A part that came before may come again, if it is the same; anything else ends the run. */
export async function receive(
  _folder: Folder,
  _stream: "theirs" | "tags-in",
  _sections: Sections,
  _part: { seq: number; bytes: Uint8Array },
): Promise<Received> {
  throw new ComityError("unavailable", "worker.gone")
}

/** Throws `invalid match.root` unless all that came is what its sender committed to. */
export async function finishReceiving(
  _folder: Folder,
  _stream: "theirs" | "tags-in",
  _sections: Sections,
  _root: string,
  _work: Work,
): Promise<void> {
  throw new ComityError("unavailable", "worker.gone")
}
