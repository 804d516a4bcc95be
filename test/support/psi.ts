import { join } from "node:path"
import { type Form, ITEM_TYPES, type ItemType, itemBytes } from "../../src/matching/items/types.ts"
import { PackedWriter } from "../../src/matching/lists/packed.ts"
import { count } from "../../src/matching/psi/counting.ts"
import type { Folder, Sections, Side } from "../../src/matching/psi/model.ts"
import { type Common, commonItems, open, seedOf } from "../../src/matching/psi/opening.ts"
import { finishReceiving, partsOf, readPart, receive } from "../../src/matching/psi/parts.ts"
import type { Pool } from "../../src/matching/psi/pool.ts"
import { type Prepared, prepare } from "../../src/matching/psi/preparing.ts"
import { remask } from "../../src/matching/psi/remasking.ts"
import { tempFolder } from "./temp.ts"

export const RUN = "match--7d444840-9dc0-41d1-b245-5ffdce74fad2"

/** One side of a match over files that has hidden its list. */
export type Party = { folder: Folder; prepared: Prepared; pool: Pool }

export const itemOf = (form: Form, canonical: Uint8Array | string) => itemBytes(form, Buffer.from(canonical as string))
export const domain = (name: string) => itemOf("domain", name)
export const address = (number: number) => itemOf("ipv4", Buffer.from([10, number >> 16, number >> 8, number]))

/** A folder with a list, as gathering leaves it. */
export function listed(side: Side, items: readonly Buffer[]): Folder {
  const path = join(tempFolder(), side)
  const writer = new PackedWriter(path)
  const once = new Map(items.map((item) => [item.toString("hex"), item]))
  for (const [i, item] of [...once.values()].sort(Buffer.compare).entries()) writer.add(item, [i + 1])
  writer.finish()
  return { path, run: RUN, side, secret: Buffer.alloc(32, side === "proposer" ? 1 : 2) }
}

export async function hidden(folder: Folder, types: readonly ItemType[], pool: Pool): Promise<Party> {
  const inOrder = ITEM_TYPES.filter((type) => types.includes(type))
  return { folder, prepared: await prepare(folder, { types: inOrder }, { pool }), pool }
}

export function sectionsOf({ prepared }: Pick<Party, "prepared">): Sections {
  return prepared.sections.map(({ type, size }) => ({ type, size }))
}

/** What happens to a part on its way. */
export type Carry = (bytes: Buffer) => Buffer

export async function carry(
  from: Party,
  to: Party,
  { root, stream, change = (bytes) => bytes }: { root: string; stream: "own" | "tags-out"; change?: Carry },
): Promise<void> {
  const into = stream === "own" ? "theirs" : "tags-in"
  const sections = sectionsOf(stream === "own" ? from : to)
  for (let seq = 0; seq < partsOf(into, sections); seq++) {
    await receive(to.folder, into, sections, { seq, bytes: change(await readPart(from.folder, stream, seq)) })
  }
  await finishReceiving(to.folder, into, sections, root, { pool: to.pool })
}

export async function carryLists(a: Party, b: Party): Promise<void> {
  await carry(a, b, { root: a.prepared.root, stream: "own" })
  await carry(b, a, { root: b.prepared.root, stream: "own" })
}

export async function carryTags(a: Party, b: Party): Promise<void> {
  const fromA = await remask(a.folder, sectionsOf(b), { pool: a.pool })
  const fromB = await remask(b.folder, sectionsOf(a), { pool: b.pool })
  await carry(a, b, { root: fromA.root, stream: "tags-out" })
  await carry(b, a, { root: fromB.root, stream: "tags-out" })
}

export function countOf(by: Party, other: Party) {
  return count(by.folder, { own: sectionsOf(by), theirs: sectionsOf(other) }, { pool: by.pool })
}

/** All until both know the numbers. */
export async function countBoth(a: Party, b: Party) {
  await carryLists(a, b)
  await carryTags(a, b)
  return [await countOf(a, b), await countOf(b, a)] as const
}

export async function opened(by: Party, from: Party, type: ItemType): Promise<Common[]> {
  const commitment = from.prepared.sections.find((section) => section.type === type)?.commitment ?? ""
  const given = { own: sectionsOf(by), theirs: sectionsOf(from), seed: await seedOf(from.folder, type), commitment }
  const found = await open(by.folder, given, { pool: by.pool })
  const all = (await Array.fromAsync(commonItems(by.folder, type))).flat()
  if (all.length !== found) throw new Error(`${all.length} common items, not ${found}`)
  return all
}
