import { type FileHandle, open as openFile } from "node:fs/promises"
import { join } from "node:path"
import { ComityError } from "../../kernel/errors.ts"
import { runningSha256 } from "../../kernel/hash.ts"
import type { Store } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"
import { openLabel, sealLabel } from "../psi/labels.ts"
import { type Folder, type Sections, TAG_BYTES } from "../psi/model.ts"
import { type Common, commonItems, open } from "../psi/opening.ts"
import type { Work } from "../psi/pool.ts"
import { LABEL_MOST } from "./checking.ts"
import { knowledgeBytes, readKnowledge } from "./knowledge.ts"
import type { Job } from "./matches.ts"
import type { Said } from "./message.ts"
import { type Knowledge, learns, opened, type Run } from "./model.ts"
import { insertItem, setTheirs } from "./result-queries.ts"

/** What is known here about items of a run that its partner may be told, by their place in the list. */
export type KnowForRun = (run: Run, path: string, places: readonly number[]) => Promise<Map<number, Knowledge>>

type OpenParts = {
  store: Store
  know: KnowForRun
  run: Run
  folder: Folder
  /** Of all that was said before labels. */
  transcript: Buffer
  seeds: Said<"open">["seeds"]
  commitments: Said<"commit">["types"]
  sections: { own: Sections; theirs: Sections }
  work: Work
  job: Job
}

/** Items about which the library is asked at once, and rows of one transaction, so that other writers have their turn. */
const SLICE = 10_000
const WRITTEN_AT_ONCE = 500
/** Before each label: the tag by which both sides name the item, and how long the sealed label is. */
const RECORD_HEAD = TAG_BYTES + 4

/**
 * Finds out which items are common, by the partner's seeds, keeps them as the result, and writes what we know of each
 * for the partner, sealed for who has the item. Nothing of it is done where only the other side learns.
 */
export async function openAll(parts: OpenParts): Promise<{ bytes: number; sha256: string; items: number }> {
  const { run, folder, seeds, commitments, sections, work } = parts
  await using file = await openFile(join(folder.path, "labels-out"), "w", 0o600)
  const sum = runningSha256()
  let [items, bytes] = [0, 0]
  if (learns(run.role, run.learners)) {
    for (const seed of seeds) {
      const commitment = commitments.find(({ type }) => type === seed.type)?.seed ?? ""
      const found = await open(folder, { ...sections, seed, commitment }, work)
      checkNumber(run, seed.type, found)
      for await (const some of inSlices(commonItems(folder, seed.type))) {
        const labels = await keepCommon(parts, some, items)
        await file.write(labels)
        sum.add(labels)
        items += some.length
        bytes += labels.length
      }
    }
  }
  return { bytes, sha256: sum.end(), items }
}

/** What was opened is exactly as many as both sides counted. */
function checkNumber({ types }: Run, type: ItemType, found: number): void {
  const count = types.find((one) => one.type === type)?.count
  if (count?.is !== "number" || count.number !== found) throw new ComityError("invalid", "match.count")
}

/** Larger portions, so that the library is asked seldom. */
async function* inSlices(items: AsyncIterable<Common[]>): AsyncGenerator<Common[]> {
  let slice: Common[] = []
  for await (const some of items) {
    slice.push(...some)
    if (slice.length < SLICE) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}

async function keepCommon(parts: OpenParts, some: readonly Common[], first: number): Promise<Buffer> {
  const { store, know, run, folder, transcript, job } = parts
  job.signal.throwIfAborted()
  const known = await know(
    run,
    folder.path,
    some.map(({ place }) => place),
  )
  for (let at = 0; at < some.length; at += WRITTEN_AT_ONCE) {
    await store.write(async (tx) => {
      for (const [i, { type, item, place }] of some.slice(at, at + WRITTEN_AT_ONCE).entries()) {
        await insertItem(tx, run.key, { seq: first + at + i, type, item, ours: known.get(place) ?? null })
      }
    })
  }
  if (run.learners !== "both") return Buffer.alloc(0)
  return Buffer.concat(
    some.flatMap((common) => {
      const label = sealLabel(folder, transcript, common, knowledgeBytes(known.get(common.place) ?? null))
      const head = Buffer.alloc(RECORD_HEAD)
      common.tag.copy(head)
      head.writeUInt32BE(label.length, TAG_BYTES)
      return [head, label]
    }),
  )
}

type TakeParts = Pick<OpenParts, "store" | "run" | "folder" | "transcript" | "job"> & {
  labels: Pick<Said<"labels">, "bytes" | "sha256">
}

/**
 * Keeps what the partner knows about each common item. Throws `invalid match.labels` unless what came is what it signed,
 * one label for each item and no other, `invalid match.knowledge` for one that says anything else, and what `openLabel`
 * throws.
 */
export async function takeLabels({ store, run, folder, transcript, labels, job }: TakeParts): Promise<void> {
  if (run.learners !== "both") return
  await using file = await openFile(join(folder.path, "labels-in"), "r")
  const places = await labelsIn(file, labels)
  let seq = 0
  for (const type of opened(run)) {
    for await (const some of commonItems(folder, type)) {
      job.signal.throwIfAborted()
      const told: (Knowledge | null)[] = []
      for (const common of some) {
        const place = places.get(common.tag.toString("latin1"))
        if (place === undefined) throw new ComityError("invalid", "match.labels")
        const sealed = Buffer.alloc(place.length)
        await file.read(sealed, 0, sealed.length, place.at)
        told.push(readKnowledge(openLabel(folder, transcript, common, sealed)))
      }
      for (let at = 0; at < told.length; at += WRITTEN_AT_ONCE) {
        await store.write(async (tx) => {
          for (const [i, theirs] of told.slice(at, at + WRITTEN_AT_ONCE).entries()) {
            if (theirs !== null) await setTheirs(tx, run.key, seq + at + i, theirs)
          }
        })
      }
      seq += some.length
      job.tell(seq, places.size)
    }
  }
  if (seq !== places.size) throw new ComityError("invalid", "match.labels")
}

type Place = { at: number; length: number }

/** Where the sealed label of each tag lies in the file, which must be what the partner signed. */
async function labelsIn(file: FileHandle, { bytes, sha256 }: TakeParts["labels"]): Promise<Map<string, Place>> {
  const bad = new ComityError("invalid", "match.labels")
  const sum = runningSha256()
  const places = new Map<string, Place>()
  const record = Buffer.alloc(RECORD_HEAD + LABEL_MOST)
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(record, 0, record.length, at)
    if (bytesRead < RECORD_HEAD) throw bad
    const length = record.readUInt32BE(TAG_BYTES)
    if (length > bytesRead - RECORD_HEAD || at + RECORD_HEAD + length > bytes) throw bad
    const tag = record.toString("latin1", 0, TAG_BYTES)
    if (places.has(tag)) throw bad
    places.set(tag, { at: at + RECORD_HEAD, length })
    sum.add(record.subarray(0, RECORD_HEAD + length))
    at += RECORD_HEAD + length
  }
  if (sum.end() !== sha256) throw bad
  return places
}
