import { writeFileSync } from "node:fs"
import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import type { Reader, Store } from "../../store/index.ts"
import { loadFeed } from "../feeds/queries.ts"
import { settleConflicts } from "./conflicts.ts"
import { type FoundConflict, findConflict, findHashes, listConflicts } from "./queries.ts"

export const evidenceDeclarations: readonly Declaration[] = [
  { name: "evidence list", positionals: [], options: {}, show: showList },
  { name: "evidence show", positionals: ["ID"], options: {}, show: showOne },
  {
    ...{ name: "evidence export", positionals: ["ID", "FILE"], paths: ["FILE"], options: {} },
    show: (t, result) => [t("evidence.exported", result as { file: string })],
  },
  { name: "evidence settle", positionals: ["ID"], options: {}, show: () => [] },
]

const None = z.strictObject({})
const One = z.strictObject({ ID: z.string() })
const Export = One.extend({ FILE: z.string() })
const MOST = 1000

export function evidenceHandlers({ store }: { store: Store }): Handlers {
  return {
    "evidence list": async (call) => {
      None.parse(call.arguments)
      return (await listConflicts(store, MOST)).map(toldOf)
    },
    "evidence show": async (call) => {
      const { file, ...found } = await loadConflict(store, One.parse(call.arguments).ID)
      return { ...toldOf(found), conflict: JSON.parse(Buffer.from(file).toString("utf8")) as Json }
    },
    "evidence export": async (call) => {
      const { ID, FILE } = Export.parse(call.arguments)
      const { file } = await loadConflict(store, ID)
      writeNew(FILE, file)
      return { file: FILE }
    },
    "evidence settle": async (call) => {
      const { feed } = await loadConflict(store, One.parse(call.arguments).ID)
      await store.write(async (tx) => settleConflicts(tx, await loadFeed(tx, feed), null))
      return {}
    },
  }
}

/** By the hexadecimal digits of its hash, or the first eight or more of them. Throws `not-found conflict.unknown`. */
export async function loadConflict(reader: Reader, id: string): Promise<FoundConflict & { file: Uint8Array }> {
  const hashes = /^[0-9a-f]{8,64}$/.test(id) ? await findHashes(reader, id) : []
  const [hash, ...others] = hashes
  const found = hash === undefined || others.length > 0 ? null : await findConflict(reader, Buffer.from(hash))
  if (found === null) throw new ComityError("not-found", "evidence.unknown")
  return found
}

/** The first digits of a conflict file's hash: what people call it by. */
export function conflictId({ hash }: Pick<FoundConflict, "hash">): string {
  return Buffer.from(hash).toString("hex", 0, 8)
}

function writeNew(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: "wx" })
  } catch (cause) {
    throw new ComityError("conflict", "evidence.not-written", { file: path }, cause)
  }
}

function toldOf(found: FoundConflict): { [name: string]: Json } {
  const { party, collection, title, firstSize, secondSize, how, toldBy, foundAt, settledAt } = found
  return {
    ...{ id: conflictId(found), sha256: Buffer.from(found.hash).toString("hex"), party, collection, title },
    ...{ sizes: [firstSize, secondSize], how, told_by: toldBy, found_at: formatInstant(foundAt) },
    settled_at: settledAt === null ? null : formatInstant(settledAt),
  }
}

type Told = {
  id: string
  party: string
  title: string
  sizes: [number, number]
  found_at: string
  settled_at: string | null
}

function showList(t: Translate, result: Json): string[] {
  const rows = result as Told[]
  if (rows.length === 0) return [t("evidence.none")]
  return rows.map(({ id, party, title, sizes, found_at, settled_at }) => {
    const state = settled_at === null ? t("evidence.open") : t("evidence.settled")
    return [id, state, found_at, party, sizes.join("/"), title].join("\t")
  })
}

function showOne(t: Translate, result: Json): string[] {
  const { sha256, ...row } = result as Told & { sha256: string; conflict: { first: string; second: string } }
  const [first, second] = row.sizes
  return [
    t("evidence.ask-first"),
    `${row.id}\t${row.party}\t${row.title}`,
    `SHA-256 ${sha256}`,
    t("evidence.first", { size: first }),
    ...row.conflict.first.trimEnd().split("\n"),
    t("evidence.second", { size: second }),
    ...row.conflict.second.trimEnd().split("\n"),
  ]
}
