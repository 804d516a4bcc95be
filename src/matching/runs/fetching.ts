import { open, stat } from "node:fs/promises"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import type { Clock } from "../../kernel/time.ts"
import { loadPeer } from "../../parties/index.ts"
import { bodyOf, type PeerAnswer, type PeeringParts, type PeerMessage, parseBody, say } from "../../peering/index.ts"
import type { Store } from "../../store/index.ts"
import { type Folder, PART_BYTES, type Sections } from "../psi/model.ts"
import { readPart, receive, received } from "../psi/parts.ts"
import { mayGoOn } from "../restricted/permitting.ts"
import type { Job } from "./matches.ts"
import { ChunkWish, type Said, type Stream } from "./message.ts"
import { hasEnded, type Run } from "./model.ts"
import { selectRun, selectWords } from "./queries.ts"

const BYTES_TYPE = "application/octet-stream"

type FetchParts = { store: Store; peering: PeeringParts }

/** Gets what is missing of the partner's list or of its tags, part by part; the next is asked for while one is kept. */
export async function fetchStream(
  parts: FetchParts,
  run: Run,
  stream: "own" | "tags",
  folder: Folder,
  job: Job,
): Promise<void> {
  const into = stream === "own" ? "theirs" : "tags-in"
  const sections: Sections = run.types.map(({ type, own, theirs }) => ({
    type,
    size: (stream === "own" ? theirs : own) ?? 0,
  }))
  let { next, total } = await received(folder, into, sections)
  let asked = next < total ? ask(parts, run, stream, next) : null
  while (asked !== null) {
    job.tell(next, total)
    const bytes = await asked
    job.signal.throwIfAborted()
    asked = next + 1 < total ? ask(parts, run, stream, next + 1) : null
    const come = await receive(folder, into, sections, { seq: next, bytes })
    next = come.next
    total = come.total
  }
}

/** Throws what `say` throws; whoever waits for the answer is told. */
function ask({ store, peering }: FetchParts, run: Run, stream: Stream, seq: number): Promise<Buffer> {
  const bytes = (async () => {
    const peer = await loadPeer(store, run.party)
    const answer = await say(peering, peer, "match-chunk", { body: bodyOf({ v: 1, run: run.id, stream, seq }) })
    return Buffer.from(answer.body)
  })()
  bytes.catch(() => {})
  return bytes
}

/** Gets what the partner knows about common items; what came before a break is not asked for again. */
export async function fetchLabels(
  parts: FetchParts,
  run: Run,
  { bytes: size }: Pick<Said<"labels">, "bytes">,
  folder: Folder,
  job: Job,
): Promise<void> {
  await using file = await open(join(folder.path, "labels-in"), "a", 0o600)
  let have = (await file.stat()).size
  if (have % PART_BYTES !== 0 && have !== size) {
    have -= have % PART_BYTES
    await file.truncate(have)
  }
  for (; have < size; ) {
    job.tell(have, size)
    const part = await ask(parts, run, "labels", have / PART_BYTES)
    job.signal.throwIfAborted()
    if (part.length !== Math.min(PART_BYTES, size - have)) throw new ComityError("invalid", "match.labels")
    await file.write(part)
    have += part.length
  }
}

export type ServeParts = { store: Store; clock: Clock; folderOf(run: Pick<Run, "id" | "role">): Folder }

/**
 * `match-chunk`: one part of what this side owes the partner in a run, and nothing before both are bound to what comes.
 * Asked again, it is the same. Throws `not-found match.unknown`, `conflict match.state`, `unavailable match.too-early`,
 * `unavailable match.paused`, `unavailable match.agreement` at once when that ended on which it rests.
 */
export async function answerChunk({ store, clock, folderOf }: ServeParts, message: PeerMessage): Promise<PeerAnswer> {
  const wish = parseBody(ChunkWish, message.body)
  const run = await selectRun(store, wish.run)
  if (run === null || run.peer !== message.peer.key) throw new ComityError("not-found", "match.unknown")
  const open_ = !hasEnded(run) || (run.state === "done" && wish.stream === "labels")
  if (!open_ || run.erasedAt !== null) throw new ComityError("conflict", "match.state", { state: run.state })
  if (run.paused !== null) throw new ComityError("unavailable", "match.paused")
  if (!(await mayGoOn(store, run, clock.now()))) throw new ComityError("unavailable", "match.agreement")
  const words = await selectWords(store, run.key)
  const round = ({ own: "commit", tags: "tags", labels: "labels" } as const)[wish.stream]
  if (words.own[round] === undefined || words.theirs[round] === undefined) {
    throw new ComityError("unavailable", "match.too-early")
  }
  const folder = folderOf(run)
  if (wish.stream === "labels") return { type: BYTES_TYPE, body: await readLabels(folder, wish.seq) }
  return { type: BYTES_TYPE, body: await readPart(folder, wish.stream === "own" ? "own" : "tags-out", wish.seq) }
}

async function readLabels(folder: Folder, seq: number): Promise<Buffer> {
  const path = join(folder.path, "labels-out")
  const left = (await stat(path)).size - seq * PART_BYTES
  if (left <= 0) throw new ComityError("invalid", "match.part")
  const bytes = Buffer.alloc(Math.min(PART_BYTES, left))
  await using file = await open(path, "r")
  await file.read(bytes, 0, bytes.length, seq * PART_BYTES)
  return bytes
}
