import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { tempFolder } from "../../../test/support/temp.ts"
import { random } from "../../kernel/hash.ts"
import { itemBytes } from "../items/types.ts"
import { PackedWriter } from "../lists/packed.ts"
import { count } from "./counting.ts"
import { erase } from "./erasing.ts"
import { openLabel, sealLabel } from "./labels.ts"
import { type Folder, type Sections, type Side, type Stream, seedCommitment } from "./model.ts"
import { type Common, commonItems, open, seedOf } from "./opening.ts"
import { finishReceiving, partsOf, readPart, receive } from "./parts.ts"
import { Pool } from "./pool.ts"
import { type Prepared, prepare } from "./preparing.ts"
import { remask } from "./remasking.ts"

const pools = { native: new Pool({ workers: 0 }), wasm: new Pool({ workers: 0, provider: "wasm" }) }
const threads = new Pool({ workers: 2 })
after(() => threads.close())

const RUN = "match--7d444840-9dc0-41d1-b245-5ffdce74fad2"
type Party = { folder: Folder; prepared: Prepared; pool: Pool }

const domain = (name: string) => itemBytes("domain", Buffer.from(name))
const address = (number: number) => itemBytes("ipv4", Buffer.from([10, number >> 16, number >> 8, number]))
const TYPES = ["ipv4", "domain"] as const

/** A folder with a list, as gathering leaves it. */
function listed(side: Side, items: readonly Buffer[]): Folder {
  const path = join(tempFolder(), side)
  const writer = new PackedWriter(path)
  for (const [i, item] of [...items].sort(Buffer.compare).entries()) writer.add(item, [i + 1])
  writer.finish()
  return { path, run: RUN, side, secret: Buffer.alloc(32, side === "proposer" ? 1 : 2) }
}

async function committed(side: Side, items: readonly Buffer[], pool = pools.native): Promise<Party> {
  const folder = listed(side, items)
  return { folder, prepared: await prepare(folder, { types: TYPES }, { pool }), pool }
}

function sectionsOf({ prepared }: Party): Sections {
  return prepared.sections.map(({ type, size }) => ({ type, size }))
}

type Carry = (bytes: Buffer) => Buffer
const asIs: Carry = (bytes) => bytes

async function carry(from: Party, to: Party, root: string, stream: "own" | "tags-out", change: Carry = asIs) {
  const into = stream === "own" ? "theirs" : "tags-in"
  const sections = sectionsOf(stream === "own" ? from : to)
  for (let seq = 0; seq < partsOf(into, sections); seq++) {
    await receive(to.folder, into, sections, { seq, bytes: change(await readPart(from.folder, stream, seq)) })
  }
  await finishReceiving(to.folder, into, sections, root, { pool: to.pool })
}

async function countBoth(a: Party, b: Party) {
  await Promise.all([carry(a, b, a.prepared.root, "own"), carry(b, a, b.prepared.root, "own")])
  const [fromA, fromB] = [
    await remask(a.folder, sectionsOf(b), { pool: a.pool }),
    await remask(b.folder, sectionsOf(a), { pool: b.pool }),
  ]
  await Promise.all([carry(a, b, fromA.root, "tags-out"), carry(b, a, fromB.root, "tags-out")])
  return [
    await count(a.folder, { own: sectionsOf(a), theirs: sectionsOf(b) }, { pool: a.pool }),
    await count(b.folder, { own: sectionsOf(b), theirs: sectionsOf(a) }, { pool: b.pool }),
  ] as const
}

async function opened(by: Party, from: Party, type: "ipv4" | "domain"): Promise<Common[]> {
  const commitment = from.prepared.sections.find((section) => section.type === type)?.commitment ?? ""
  const given = { own: sectionsOf(by), theirs: sectionsOf(from), seed: await seedOf(from.folder, type), commitment }
  const found = await open(by.folder, given, { pool: by.pool })
  const all: Common[] = []
  for await (const some of commonItems(by.folder, type)) all.push(...some)
  assert.equal(all.length, found)
  return all
}

function hexes(items: readonly Buffer[]): string[] {
  return items.map((item) => item.toString("hex")).sort()
}

function drawn(count: number, range: number): Buffer[] {
  const numbers = new Set<number>()
  while (numbers.size < count) numbers.add(random(4).readUInt32LE() % range)
  return [...numbers].map(address)
}

test("counts and opened items are those of a plain intersection, whichever way each side computes", async () => {
  for (const [n, m, pool] of [
    [120, 300, pools.wasm],
    [1, 1, pools.native],
    [0, 40, pools.native],
  ] as const) {
    const [mine, theirs] = [drawn(n, 400), drawn(m, 400)]
    const common = hexes(mine).filter((item) => hexes(theirs).includes(item))
    const a = await committed("proposer", [...mine, domain("both.example"), domain("a.example")])
    const b = await committed("acceptor", [...theirs, domain("both.example"), domain("b.example")], pool)
    for (const counts of await countBoth(a, b)) {
      assert.deepEqual(counts, [
        { type: "ipv4", count: common.length },
        { type: "domain", count: 1 },
      ])
    }
    for (const [by, from] of [
      [a, b],
      [b, a],
    ] as const) {
      assert.deepEqual(hexes((await opened(by, from, "ipv4")).map(({ item }) => item)), common)
      assert.deepEqual(
        hexes((await opened(by, from, "domain")).map(({ item }) => item)),
        hexes([domain("both.example")]),
      )
    }
  }
})

test("what one side tells of a common item the other opens by the item, in this run alone, and no other item fits", async () => {
  const items = [domain("both.example"), domain("other.example")]
  const [a, b] = [await committed("proposer", items), await committed("acceptor", items)]
  await countBoth(a, b)
  const [mine, theirs] = [await opened(a, b, "domain"), await opened(b, a, "domain")]
  assert.deepEqual(
    mine.map(({ tag }) => tag),
    theirs.map(({ tag }) => tag),
  )
  const [one, two] = theirs as [Common, Common]
  const transcript = Buffer.alloc(64, 7)
  const sealed = sealLabel(a.folder, transcript, mine[0] as Common, Buffer.from("seen twice"))
  assert.equal(openLabel(b.folder, transcript, one, sealed).toString(), "seen twice")
  assert.throws(() => openLabel(b.folder, transcript, two, sealed), { code: "match.label" })
  assert.throws(() => openLabel(b.folder, Buffer.alloc(64, 8), one, sealed), { code: "match.label" })
  const lie = sealLabel(a.folder, transcript, { ...(mine[0] as Common), item: domain("lie.example") }, Buffer.alloc(0))
  assert.throws(() => openLabel(b.folder, transcript, one, lie), { code: "match.other-item" })
})

test("threads give the same bytes as the process itself, also where they were stopped and go on", async () => {
  const items = Array.from({ length: 5000 }, (_, i) => address(i))
  const whole = listed("proposer", items)
  const { root } = await prepare(whole, { types: TYPES }, { pool: threads })
  for (const stop of [1, 2]) {
    const cut = listed("proposer", items)
    writeFileSync(join(cut.path, "secret"), readFileSync(join(whole.path, "secret")))
    const stopping = new AbortController()
    let steps = 0
    const progress = () => void (++steps === stop && stopping.abort())
    await assert.rejects(prepare(cut, { types: TYPES }, { pool: threads, signal: stopping.signal, progress }), {
      name: "AbortError",
    })
    truncateSync(join(cut.path, "hidden"), readFileSync(join(cut.path, "hidden")).length - 5)
    assert.equal((await prepare(cut, { types: TYPES }, { pool: pools.native })).root, root)
    assert.deepEqual(readFileSync(join(cut.path, "own")), readFileSync(join(whole.path, "own")))
  }
})

test("how much is computed and sent follows from the padded sizes alone", async () => {
  const seen: unknown[] = []
  for (const items of [[domain("only.example")], drawn(250, 100_000)]) {
    const [a, b] = [await committed("proposer", items), await committed("acceptor", [address(1)])]
    const steps: number[][] = []
    await carry(a, b, a.prepared.root, "own")
    await remask(b.folder, sectionsOf(a), { pool: b.pool, progress: (...step) => void steps.push(step) })
    const sent = (["own", "theirs"] as const).map((stream: Stream) => partsOf(stream, sectionsOf(a)))
    seen.push({ steps, sent, size: (await readPart(a.folder, "own", 0)).length })
  }
  assert.deepEqual(seen[0], seen[1])
})

test("a list, tags or a seed other than those that were committed to end the run", async () => {
  const [a, b] = [await committed("proposer", drawn(9, 30)), await committed("acceptor", drawn(9, 30))]
  const flipped: Carry = (bytes) => Buffer.from(bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))
  const lists = { from: a, to: b, root: a.prepared.root }
  await assert.rejects(carry(lists.from, lists.to, lists.root, "own", flipped), { code: "match.root" })
  const c = await committed("acceptor", drawn(9, 30))
  await assert.rejects(carry(a, c, b.prepared.root, "own"), { code: "match.root" })
  const [d, e] = [await committed("proposer", [address(1)]), await committed("acceptor", [address(1)])]
  await countBoth(d, e)
  const commitment = e.prepared.sections[0]?.commitment ?? ""
  const given = { own: sectionsOf(d), theirs: sectionsOf(e), commitment }
  for (const seed of [await seedOf(d.folder, "ipv4"), { ...(await seedOf(e.folder, "ipv4")), seed: "00" }]) {
    await assert.rejects(open(d.folder, { ...given, seed }, { pool: d.pool }), { code: "match.seed" })
  }
})

test("a part that came is not taken again as another, none is left out, and none is longer than agreed", async () => {
  const [a, b] = [await committed("proposer", []), await committed("acceptor", [])]
  const sections = sectionsOf(a)
  const bytes = await readPart(a.folder, "own", 0)
  const bad = { code: "match.part" }
  await assert.rejects(receive(b.folder, "theirs", sections, { seq: 1, bytes }), bad)
  await assert.rejects(receive(b.folder, "theirs", sections, { seq: 0, bytes: bytes.subarray(1) }), bad)
  await assert.rejects(readPart(a.folder, "own", 1), bad)
  await assert.rejects(readPart(a.folder, "tags-out", 0), { code: "match.too-early" })
  assert.deepEqual(await receive(b.folder, "theirs", sections, { seq: 0, bytes }), { next: 1, total: 1 })
  assert.deepEqual(await receive(b.folder, "theirs", sections, { seq: 0, bytes }), { next: 1, total: 1 })
  await assert.rejects(receive(b.folder, "theirs", sections, { seq: 0, bytes: Buffer.alloc(bytes.length) }), bad)
  await assert.rejects(receive(b.folder, "theirs", [{ type: "ipv4", size: 300 }], { seq: 0, bytes }), {
    code: "match.sections",
  })
})

test("points that no honest list holds are refused", async () => {
  const [a, b] = [await committed("proposer", []), await committed("acceptor", [])]
  const hostile = async (path: string, change: (bytes: Buffer) => void, code: string) => {
    await carry(a, b, a.prepared.root, "own")
    const bytes = readFileSync(join(b.folder.path, path))
    change(bytes)
    writeFileSync(join(b.folder.path, path), bytes)
    await assert.rejects(remask(b.folder, sectionsOf(a), { pool: b.pool }), { code })
  }
  await hostile("theirs", (bytes) => bytes.fill(0, 0, 32), "match.point")
  const [c, d] = [await committed("proposer", [address(1)]), await committed("acceptor", [address(1)])]
  await countBoth(c, d)
  for (const [stream, size] of [
    ["full", 32],
    ["tags-in", 16],
  ] as const) {
    const path = join(d.folder.path, stream)
    const before = readFileSync(path)
    const bytes = Buffer.from(before)
    bytes.copy(bytes, 0, size, 2 * size)
    writeFileSync(path, bytes)
    const sections = { own: sectionsOf(d), theirs: sectionsOf(c) }
    await assert.rejects(count(d.folder, sections, { pool: d.pool }), { code: "match.duplicate" })
    writeFileSync(path, before)
  }
})

test("nothing that leaves holds an item that is not common, nor a hash of it that somebody could guess", async () => {
  const secret = domain("taint-5f0c.example")
  const [a, b] = [
    await committed("proposer", [secret, domain("both.example")]),
    await committed("acceptor", [domain("both.example")]),
  ]
  await countBoth(a, b)
  const [common] = await opened(a, b, "domain")
  const label = sealLabel(a.folder, Buffer.alloc(64), common as Common, Buffer.from("both"))
  const seed = Buffer.from(JSON.stringify(await seedOf(a.folder, "domain")))
  const left = [await readPart(a.folder, "own", 0), await readPart(a.folder, "tags-out", 0), label, seed]
  const traces = [secret, secret.subarray(4), ...hashesOf(secret), ...hashesOf(secret.subarray(4))]
  for (const trace of traces) {
    for (const bytes of left) {
      for (const form of [trace, Buffer.from(trace.toString("hex")), Buffer.from(trace.toString("base64"))]) {
        assert.equal(bytes.includes(form), false)
        assert.equal(bytes.includes(form.subarray(0, 16)), false)
      }
    }
  }
})

function hashesOf(bytes: Buffer): Buffer[] {
  return ["md5", "sha1", "sha256", "sha512"].map((name) => createHash(name).update(bytes).digest())
}

test("erasing leaves nothing of a run; with another secret of the node what it kept is lost", async () => {
  const { folder } = await committed("proposer", [address(1)])
  await assert.rejects(seedOf({ ...folder, secret: Buffer.alloc(32, 9) }, "ipv4"), { code: "match.lost" })
  assert.ok(readdirSync(folder.path).includes("secret"))
  await erase(folder.path)
  assert.equal(existsSync(folder.path), false)
  await erase(folder.path)
  mkdirSync(folder.path)
  await erase(folder.path)
})

test("a commitment to a seed is of one run, side and type", () => {
  const [seed, nonce] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const all = new Set([
    seedCommitment(RUN, "proposer", "ipv4", seed, nonce),
    seedCommitment(RUN, "acceptor", "ipv4", seed, nonce),
    seedCommitment(RUN, "proposer", "ipv6", seed, nonce),
    seedCommitment(`${RUN}0`, "proposer", "ipv4", seed, nonce),
    seedCommitment(RUN, "proposer", "ipv4", nonce, seed),
  ])
  assert.equal(all.size, 5)
})
