import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import fc from "fast-check"
import {
  address,
  type Carry,
  carry,
  carryLists,
  countBoth,
  countOf,
  domain,
  hidden,
  itemOf,
  listed,
  opened,
  type Party,
  RUN,
  sectionsOf,
} from "../../../test/support/psi.ts"
import { openSuite, type Suite } from "../../crypto/matching/index.ts"
import { type ItemType, readItem } from "../items/types.ts"
import { erase } from "./erasing.ts"
import { openLabel, sealLabel } from "./labels.ts"
import { permutation } from "./mixing.ts"
import { chunksOf, type Folder, type Side, seedCommitment } from "./model.ts"
import { type Common, open, seedOf } from "./opening.ts"
import { finishReceiving, partsOf, readPart, receive, received } from "./parts.ts"
import { Pool } from "./pool.ts"
import { prepare } from "./preparing.ts"
import { remask } from "./remasking.ts"

const here = new Pool({ workers: 0 })
const wasm = new Pool({ workers: 0, provider: "wasm" })
const threads = new Pool({ workers: 2 })
after(() => threads.close())

const TYPES: readonly ItemType[] = ["ipv4", "domain", "hash"]

const party = (side: Side, items: readonly Buffer[], types: readonly ItemType[] = ["ipv4"], pool = here) =>
  hidden(listed(side, items), types, pool)
const pair = async (items: readonly Buffer[] = [address(1)]) =>
  [await party("proposer", items), await party("acceptor", items)] as const
const hexes = (items: readonly Buffer[]) => [...new Set(items.map((item) => item.toString("hex")))].sort()
const fileOf = ({ path }: Folder, name: string) => join(path, name)

/** Few different items, so that lists have many in common. */
const list = fc.array(
  fc
    .tuple(fc.constantFrom("ipv4", "domain", "md5", "sha256"), fc.nat(90))
    .map(([form, number]) => itemOf(form as "ipv4", `${number}.example`)),
  { maxLength: 200 },
)

test("counts and opened items are those of a plain intersection, whichever way each side computes", async () => {
  await fc.assert(
    fc.asyncProperty(list, list, async (ones, others) => {
      const a = await party("proposer", ones, TYPES)
      const b = await party("acceptor", others, TYPES, wasm)
      const common = hexes(ones).filter((item) => hexes(others).includes(item))
      const of = (type: ItemType) => common.filter((hex) => readItem(Buffer.from(hex, "hex")).type === type)
      const expected = TYPES.map((type) => ({ type, count: of(type).length }))
      assert.deepEqual(await countBoth(a, b), [expected, expected])
      for (const type of TYPES) {
        const found = [await opened(a, b, type), await opened(b, a, type)] as const
        for (const some of found)
          assert.deepEqual(
            some.map(({ item }) => item.toString("hex")),
            of(type),
          )
        assert.deepEqual(...(found.map((some) => some.map(({ tag, full }) => [tag, full])) as [unknown, unknown]))
      }
    }),
    { numRuns: 2 },
  )
})

test("what one side tells of a common item the other opens by the item, in this run alone, and no other item fits", async () => {
  const [a, b] = await pair([address(1), address(2)])
  await countBoth(a, b)
  const [mine, theirs] = [await opened(a, b, "ipv4"), await opened(b, a, "ipv4")]
  const [one, two] = theirs as [Common, Common]
  const transcript = Buffer.alloc(64, 7)
  const sealed = sealLabel(a.folder, transcript, mine[0] as Common, Buffer.from("seen twice"))
  assert.equal(openLabel(b.folder, transcript, one, sealed).toString(), "seen twice")
  assert.throws(() => openLabel(a.folder, transcript, one, sealed), { code: "match.label" }, "sealed by the other side")
  assert.throws(() => openLabel(b.folder, transcript, two, sealed), { code: "match.label" })
  assert.throws(() => openLabel(b.folder, Buffer.alloc(64, 8), one, sealed), { code: "match.label" })
  assert.throws(() => openLabel(b.folder, transcript, one, sealed.subarray(1)), { code: "match.label" })
  const lie = sealLabel(a.folder, transcript, { ...(mine[0] as Common), item: address(9) }, Buffer.alloc(0))
  assert.throws(() => openLabel(b.folder, transcript, one, lie), { code: "match.other-item" })
})

/** The same list under the same secret: all of it has to be the same. */
function again({ path, ...rest }: Folder, items: readonly Buffer[]): Folder {
  const copy = listed(rest.side, items)
  writeFileSync(fileOf(copy, "secret"), readFileSync(join(path, "secret")))
  return copy
}

test("stopped behind any chunk, and in the middle of one, it goes on and gives the same bytes as threads that ran through", async () => {
  const items = [address(1), address(2), domain("a.example")]
  const whole = await hidden(listed("proposer", items), TYPES, threads)
  const other = await party("acceptor", [], TYPES)
  await carryLists(whole, other)
  const { root } = await remask(whole.folder, sectionsOf(other), { pool: threads })
  const chunks = chunksOf(sectionsOf(whole)).length
  assert.equal(chunks, 3)
  const stopAfter = (steps: number) => {
    const stop = new AbortController()
    let left = steps
    return { pool: here, signal: stop.signal, progress: () => void (left-- === 0 && stop.abort()) }
  }
  for (let done = 0; done < chunks; done++) {
    const folder = again(whole.folder, items)
    await assert.rejects(prepare(folder, { types: TYPES }, stopAfter(done)), { name: "AbortError" })
    const hiding = fileOf(folder, "hidden")
    assert.ok(readFileSync(hiding).length >= (done - 1) * 256 * 32)
    if (readFileSync(hiding).length > 0) truncateSync(hiding, readFileSync(hiding).length - 5)
    assert.equal((await prepare(folder, { types: TYPES }, { pool: here })).root, whole.prepared.root)
    assert.deepEqual(readFileSync(fileOf(folder, "own")), readFileSync(fileOf(whole.folder, "own")))
    await carry(other, { ...whole, folder }, { root: other.prepared.root, stream: "own" })
    await assert.rejects(remask(folder, sectionsOf(other), stopAfter(done)), { name: "AbortError" })
    assert.equal((await remask(folder, sectionsOf(other), { pool: here })).root, root)
    assert.deepEqual(readFileSync(fileOf(folder, "tags-out")), readFileSync(fileOf(whole.folder, "tags-out")))
  }
})

/** Says of each call how many elements it was given. */
function counted(suite: Suite, calls: unknown[]): Suite {
  return {
    ...suite,
    hashToPoints: (dst, packed, into) => {
      calls.push(["hash", packed.ends.length, into.length])
      suite.hashToPoints(dst, packed, into)
    },
    multiply: (key, points, into) => {
      calls.push(["multiply", points.length, into.length])
      suite.multiply(key, points, into)
    },
  }
}

test("how much is computed and sent follows from the padded sizes alone", async () => {
  const suite = await openSuite()
  const seen: unknown[] = []
  const other = await party("acceptor", [address(7)])
  for (const items of [[], Array.from({ length: 250 }, (_, i) => address(i))]) {
    const calls: unknown[] = []
    const pool = new Pool({ workers: 0, suite: counted(suite, calls) })
    const one = await party("proposer", items, ["ipv4"], pool)
    await carry(other, one, { root: other.prepared.root, stream: "own" })
    await remask(one.folder, sectionsOf(other), { pool })
    const parts = await Promise.all((["own", "tags-out"] as const).map((stream) => readPart(one.folder, stream, 0)))
    seen.push({ calls, sent: parts.map(({ length }) => length), parts: partsOf("own", sectionsOf(one)) })
    assert.deepEqual(calls, [["hash", 256, 8192], ...Array(2).fill(["multiply", 8192, 8192])])
  }
  assert.deepEqual(seen[0], seen[1])
})

const flipped: Carry = (bytes) => Buffer.from(bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))
const swapped: Carry = (bytes) => Buffer.concat([bytes.subarray(8192), bytes.subarray(0, 8192)])

test("a list that is not the one committed to is refused: a bit of it, its sections, another's", async () => {
  const types: ItemType[] = ["ipv4", "domain"]
  const a = await party("proposer", [address(1)], types)
  const [b, c] = [await party("acceptor", [address(1)], types), await party("proposer", [], types)]
  const root = { code: "match.root" }
  for (const change of [flipped, swapped]) {
    const to = { ...c, folder: { ...c.folder, path: join(c.folder.path, change.name) } }
    mkdirSync(to.folder.path)
    await assert.rejects(carry(b, to, { root: b.prepared.root, stream: "own", change }), root, change.name)
  }
  await assert.rejects(carry(a, b, { root: c.prepared.root, stream: "own" }), root, "another list")
})

test("tags that are not those committed to, come twice, or name what is no item end the run", async () => {
  const [a, b] = await pair()
  await carryLists(a, b)
  const { root } = await remask(b.folder, sectionsOf(a), { pool: here })
  await remask(a.folder, sectionsOf(b), { pool: here })
  await assert.rejects(carry(b, a, { root, stream: "tags-out", change: flipped }), { code: "match.root" })
  const tags = await readPart(b.folder, "tags-out", 0)
  const full = readFileSync(fileOf(a.folder, "full"))
  const found = Buffer.concat(Array.from({ length: 256 }, (_, i) => full.subarray(i * 32, i * 32 + 16)))
  const twice = Buffer.concat([tags.subarray(0, 16), tags.subarray(0, 16), tags.subarray(32)])
  for (const [bytes, code] of [
    [twice, "match.duplicate"],
    [found, "match.dummy"],
  ] as const) {
    writeFileSync(fileOf(a.folder, "tags-in"), bytes)
    await assert.rejects(countOf(a, b), { code })
  }
})

test("a partner that has what is no item of ours took it from our list, and is found out when it opens", async () => {
  const [a, b] = await pair([address(1), address(2), address(3)])
  await countBoth(a, b)
  const pairs = readFileSync(fileOf(a.folder, "matched-ipv4"))
  const common = [4, 12, 20].map((at) => pairs.readUInt32LE(at))
  pairs.writeUInt32LE([0, 1, 2, 3].find((tag) => !common.includes(tag)) ?? 0, 4)
  writeFileSync(fileOf(a.folder, "matched-ipv4"), pairs)
  await assert.rejects(opened(a, b, "ipv4"), { code: "match.dummy" })
})

test("a seed other than the one committed to opens nothing", async () => {
  const [a, b] = await pair()
  await countBoth(a, b)
  const commitment = b.prepared.sections[0]?.commitment ?? ""
  const given = { own: sectionsOf(a), theirs: sectionsOf(b), commitment }
  const right = await seedOf(b.folder, "ipv4")
  for (const seed of [await seedOf(a.folder, "ipv4"), { ...right, seed: "00" }, { ...right, nonce: right.seed }]) {
    await assert.rejects(open(a.folder, { ...given, seed }, { pool: here }), { code: "match.seed" })
  }
  const all = (["proposer", "acceptor"] as const).flatMap((side) =>
    (["ipv4", "ipv6"] as const).flatMap((type) =>
      [RUN, `${RUN}0`].map((run) => seedCommitment(run, side, type, Buffer.alloc(32, 1), Buffer.alloc(32, 2))),
    ),
  )
  assert.equal(new Set(all).size, 8)
})

test("a part that came is not taken again as another, none is left out, and none is longer than agreed", async () => {
  const [a, b] = await pair()
  const sections = sectionsOf(a)
  const bytes = await readPart(a.folder, "own", 0)
  const bad = { code: "match.part" }
  const take = (seq: number, part: Buffer) => receive(b.folder, "theirs", sections, { seq, bytes: part })
  for (const seq of [1, -1, 0.5]) await assert.rejects(take(seq, bytes), bad)
  await assert.rejects(take(0, bytes.subarray(1)), bad)
  for (const seq of [1, -1, 0.5]) await assert.rejects(readPart(a.folder, "own", seq), bad)
  await assert.rejects(readPart(a.folder, "tags-out", 0), { code: "match.too-early" })
  const work = { pool: here }
  await assert.rejects(finishReceiving(b.folder, "theirs", sections, a.prepared.root, work), bad)
  writeFileSync(fileOf(b.folder, "theirs"), bytes.subarray(0, 99))
  assert.deepEqual(await received(b.folder, "theirs", sections), { next: 0, total: 1 }, "half a part comes again")
  for (let time = 0; time < 2; time++) assert.deepEqual(await take(0, bytes), { next: 1, total: 1 })
  await assert.rejects(take(0, flipped(bytes)), bad)
  for (const size of [128, 300, 2 ** 21]) {
    const other = receive(b.folder, "theirs", [{ type: "ipv4", size }], { seq: 0, bytes })
    await assert.rejects(other, { code: "match.sections" }, String(size))
  }
})

test("points that no honest list holds are refused before anything of ours leaves", async () => {
  const low = Buffer.alloc(32)
  const high = Buffer.alloc(32, 255)
  for (const [change, code] of [
    [(list: Buffer) => low.copy(list), "match.point"],
    [(list: Buffer) => high.copy(list), "match.point"],
    [(list: Buffer) => list.copy(list, 0, 32, 64), "match.duplicate"],
  ] as const) {
    const [a, b] = await pair()
    await carryLists(a, b)
    const bytes = readFileSync(fileOf(b.folder, "theirs"))
    change(bytes)
    writeFileSync(fileOf(b.folder, "theirs"), bytes)
    await assert.rejects(remask(b.folder, sectionsOf(a), { pool: b.pool }), { code })
    await assert.rejects(readPart(b.folder, "tags-out", 0), { code: "match.too-early" })
  }
})

function hashesOf(bytes: Buffer): Buffer[] {
  return ["md5", "sha1", "sha256", "sha512"].map((name) => createHash(name).update(bytes).digest())
}

/** Everything of a party that its partner gets. */
async function toldBy({ folder, prepared }: Party, label: Buffer): Promise<Buffer[]> {
  const said = { root: prepared.root, sections: sectionsOf({ prepared }), seed: await seedOf(folder, "domain") }
  const commitments = prepared.sections.map(({ commitment }) => commitment)
  const words = JSON.stringify([said, commitments])
  return [await readPart(folder, "own", 0), await readPart(folder, "tags-out", 0), label, Buffer.from(words)]
}

test("nothing that leaves holds an item that is not common, nor a hash of it that somebody could guess", async () => {
  const secret = domain("taint-5f0c.example")
  const both = domain("both.example")
  const a = await party("proposer", [secret, both], ["domain"])
  const b = await party("acceptor", [both], ["domain"])
  await countBoth(a, b)
  const [common] = await opened(a, b, "domain")
  const told = await toldBy(a, sealLabel(a.folder, Buffer.alloc(64), common as Common, Buffer.from("both")))
  const traces = [secret, secret.subarray(4), ...hashesOf(secret), ...hashesOf(secret.subarray(4))]
  const forms = traces.flatMap((trace) => [
    trace,
    Buffer.from(trace.toString("hex")),
    Buffer.from(trace.toString("base64")),
  ])
  for (const form of forms) {
    for (const bytes of told) assert.equal(bytes.includes(form.subarray(0, 16)), false)
  }
})

test("a failure of our own in a thread is told as what it is, and the thread does the next job", async () => {
  const nowhere = { do: "mix", path: fileOf(listed("proposer", []), "none"), sections: [] } as const
  await assert.rejects(threads.run(nowhere), { name: "Error", message: /ENOENT/ })
  const low = { do: "multiply", key: Buffer.alloc(32, 1), points: Buffer.alloc(32) } as const
  await assert.rejects(threads.run(low), { code: "match.point" })
})

test("erasing leaves nothing of a run; with another secret of the node what it kept is lost", async () => {
  const { folder } = await party("proposer", [address(1)])
  await assert.rejects(seedOf({ ...folder, secret: Buffer.alloc(32, 9) }, "ipv4"), { code: "match.lost" })
  mkdirSync(fileOf(folder, "half"))
  writeFileSync(fileOf(folder, "half/list"), "x")
  await erase(folder.path)
  assert.equal(existsSync(folder.path), false)
  await assert.rejects(seedOf(folder, "ipv4"), { code: "match.lost" })
  await erase(folder.path)
})

test("each order is as likely as any other, and follows from its key alone", () => {
  const seen = new Map<string, number>()
  for (let i = 0; i < 1200; i++) {
    const key = createHash("sha256").update(String(i)).digest()
    const order = permutation(key, 3).join("")
    seen.set(order, (seen.get(order) ?? 0) + 1)
  }
  assert.equal(seen.size, 6)
  for (const times of seen.values()) assert.ok(times > 150 && times < 250, `${times} of 1200`)
  assert.deepEqual([...permutation(Buffer.alloc(32, 1), 8)], [1, 0, 6, 5, 7, 4, 3, 2])
})
