import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import sql from "sql-template-tag"
import { openInProcess, prepared } from "../../../test/support/node-in-process.ts"
import { indicator } from "../../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import type { PartyId } from "../../parties/index.ts"
import { addObjects } from "../adding.ts"
import { loadCollection } from "../collections.ts"
import { addShared } from "./audience.ts"
import { findMember, type Member } from "./queries.ts"
import { putShared } from "./releasing.ts"
import { serveEntries } from "./serving.ts"
import { recallObject } from "./withdrawing.ts"

const ENTRIES = 40
const RECALLED = 3

test("each entry is noted at the time when it first left, however often and in whatever order it is asked for", async (t) => {
  const node = await openInProcess()
  t.after(() => node.close())
  const { store, clock } = node
  const objects = Array.from({ length: ENTRIES }, () => indicator())
  await addObjects(store, await node.collection(), prepared(...objects))
  const pull = fc.record({ from: fc.nat(ENTRIES), most: fc.integer({ min: 1, max: 12 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(pull, { maxLength: 15 }), async (pulls) => {
      const party = `identity--${crypto.randomUUID()}` as PartyId
      const id = await addShared(store, { title: "S", alias: null, terms: PLAIN_TERMS, audience: [party] }, null)
      await store.write(async (tx) => {
        for (const { key } of await tx.all<{ key: number }>(sql`select key from object order by key`)) {
          await putShared(tx, await loadCollection(tx, id), key)
        }
        for (const { id: bad } of objects.slice(0, RECALLED)) {
          await recallObject(tx, await loadCollection(tx, id), bad, "")
        }
      })
      const left = new Map<number, number>()
      for (const { from, most } of pulls) {
        clock.forward(1_000_000)
        const sent = await store.write(async (tx) => {
          const collection = await loadCollection(tx, id)
          const member = (await findMember(tx, collection.key, party)) as Member
          return serveEntries(tx, collection, member, { from, most, bytesMost: 1_000_000 })
        })
        for (const { seq } of sent) if (!left.has(seq)) left.set(seq, clock.now())
      }
      const noted = await store.all<{ first: number; next: number; at: number }>(
        sql`select first, next, at from served where party = ${party}`,
      )
      const each = noted.flatMap(({ first, next, at }) =>
        Array.from({ length: next - first }, (_, i) => [first + i, at]),
      )
      const byNumber = (a: number[], b: number[]) => (a[0] ?? 0) - (b[0] ?? 0)
      assert.deepEqual(each.toSorted(byNumber), [...left].toSorted(byNumber))
      const bare = await store.all<{ seq: number }>(
        sql`select seq from served_without_content where party = ${party} order by seq`,
      )
      assert.deepEqual(
        bare.map(({ seq }) => seq),
        [...left.keys()].filter((seq) => seq < RECALLED).toSorted((a, b) => a - b),
      )
    }),
    { numRuns: 30 },
  )
})
