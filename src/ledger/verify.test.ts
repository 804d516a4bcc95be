import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, type TestContext, test } from "node:test"
import {
  commit,
  type SampleEntry,
  type SampleNode,
  sampleEntries,
  sampleHeader,
  sampleNode,
  writeExport,
} from "../../test/support/sample-log.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { formatTilePath, tilesOf } from "./tiles.ts"

const SCRIPT = join(import.meta.dirname, "verify.py")
const COUNT = 600
const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status === 0

/** Verifies many folders in one process, since starting Python takes longer than verifying. */
const DRIVER = `
import contextlib, io, json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verify
for folder in sys.stdin.read().split("\\n"):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        status = verify.main([folder])
    out.seek(0)
    print(json.dumps([status, out.read()]))
`

type Verdict = { status: number; text: string }

const root = tempFolder()
const honest = join(root, "honest")
const node = sampleNode()
const entries = sampleEntries(COUNT)
let folders = 0

before(() => writeExport(honest, node, entries))

function verifyAll(paths: readonly string[]): Verdict[] {
  const run = spawnSync("python3", ["-c", DRIVER, import.meta.dirname], {
    input: paths.join("\n"),
    encoding: "utf8",
    maxBuffer: 1 << 26,
  })
  const lines = run.stdout.split("\n").slice(0, -1)
  assert.equal(lines.length, paths.length, run.stderr)
  return lines.map((line) => {
    const [status, text] = JSON.parse(line) as [number, string]
    return { status, text }
  })
}

function folderWith(signer: SampleNode, content: readonly SampleEntry[]): string {
  const folder = join(root, `made-${folders++}`)
  writeExport(folder, signer, content)
  return folder
}

function copyWith(change: (folder: string) => void): string {
  const folder = join(root, `copy-${folders++}`)
  cpSync(honest, folder, { recursive: true })
  change(folder)
  return folder
}

function withoutPython(t: TestContext): boolean {
  if (!python) t.diagnostic("0 cases ran: there is no python3 of version 3.8 or newer")
  return !python
}

test("an honest export verifies from its own folder, with nothing but Python", (t) => {
  if (withoutPython(t)) return
  cpSync(SCRIPT, join(honest, "verify.py"))
  const run = spawnSync("python3", ["-I", "-B", join(honest, "verify.py")], { encoding: "utf8" })
  assert.equal(run.status, 0, run.stdout + run.stderr)
  assert.match(run.stdout, /signature of the checkpoint: good, over 600 entries\n/)
  assert.match(run.stdout, /entries: all there, 15 erased by a later entry;/)
  assert.match(run.stdout, /RESULT: nothing is wrong\n$/)
  assert.ok(run.stdout.includes(node.signer.publicKey.toString("base64")))
  rmSync(join(honest, "verify.py"))
})

test("logs of every awkward size verify", (t) => {
  if (withoutPython(t)) return
  const sizes = [0, 1, 2, 255, 256, 257, 511, 512, 513]
  const verdicts = verifyAll(sizes.map((size) => folderWith(node, sampleEntries(size))))
  for (const [i, { status, text }] of verdicts.entries()) {
    assert.equal(status, 0, `size ${sizes[i]}: ${text}`)
    assert.ok(text.includes(`over ${sizes[i]} entr`), text)
  }
  t.diagnostic(`${sizes.length} sizes ran`)
})

test("the command says with status 2 that it was called wrongly", (t) => {
  if (withoutPython(t)) return
  for (const args of [["a", "b"], ["--help"], [join(root, "nowhere")]]) {
    assert.equal(spawnSync("python3", ["-B", SCRIPT, ...args]).status, 2, args.join(" "))
  }
})

/** A change of one bit, and the entry that must be named for it, if it is about an entry. */
type Flip = { file: string; at: number; entry: number | null }

function flipsIn(file: string, positions: readonly number[], entryAt?: (at: number) => number): Flip[] {
  return positions.map((at) => ({ file, at, entry: entryAt ? entryAt(at) : null }))
}

function spread(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * (length - 1)) / (count - 1)))
}

/** Which of some pieces, one after the other, a position falls into. */
function startsOf(lengths: readonly number[]): (at: number) => number {
  const ends: number[] = []
  for (const length of lengths) ends.push((ends.at(-1) ?? 0) + length)
  return (at) => ends.findIndex((end) => at < end)
}

function allFlips(): Flip[] {
  const read = (file: string) => readFileSync(join(honest, file))
  const lines = read("entries.jsonl").toString("latin1").split("\n")
  const lineAt = startsOf(lines.map((line) => line.length + 1))
  const bodyAt = startsOf(
    entries.map(({ body, erasedBy }) => (erasedBy === undefined && body.length > 0 ? body.length + 1 : 0)),
  )
  const flips = [
    ...flipsIn("entries.jsonl", spread(read("entries.jsonl").length, 40), lineAt),
    ...flipsIn("bodies.bin", spread(read("bodies.bin").length, 25), bodyAt),
    ...flipsIn("checkpoint", spread(read("checkpoint").length, 20)),
    ...aboutFlips("about.json"),
    ...aboutFlips("keys/about.json"),
  ]
  for (const tile of tilesOf(COUNT)) {
    const file = formatTilePath(tile)
    const bytes = read(file)
    const entryAt = (at: number) => tile.start + (tile.of === "hashes" ? Math.floor(at / 32) : bundleIndex(bytes, at))
    const named = tile.of === "entries" || tile.level === 0
    flips.push(...flipsIn(file, spread(bytes.length, 8), named ? entryAt : undefined))
  }
  for (const file of ["checkpoint", "entries.jsonl", "bodies.bin", "tile/entries/000.p/1", "tile/0/000.p/1"]) {
    flips.push(...flipsIn(`keys/${file}`, spread(read(`keys/${file}`).length, 6)))
  }
  return flips
}

function bundleIndex(bytes: Buffer, at: number): number {
  let index = 0
  for (let end = 2 + bytes.readUInt16BE(0); end <= at; index += 1) end += 2 + bytes.readUInt16BE(end)
  return index
}

/** Only where something stands that signatures or other files prove; title, collection and date are a mere claim. */
function aboutFlips(file: string): Flip[] {
  const text = readFileSync(join(honest, file), "utf8")
  const proven = ["comity-log", '"vkey":"comity', '"node_key":"', '"log":"', "+"]
  const at = (part: string) => Buffer.byteLength(text.slice(0, text.indexOf(part)))
  return flipsIn(file, [0, ...proven.flatMap((part) => [at(part) + 1, at(part) + part.length + 2])])
}

test("one bit changed anywhere is found, and the entry that it is about is named", (t) => {
  if (withoutPython(t)) return
  const flips = allFlips()
  const paths = flips.map(({ file, at }) =>
    copyWith((folder) => {
      const bytes = readFileSync(join(folder, file))
      bytes[at] = (bytes[at] ?? 0) ^ 1
      writeFileSync(join(folder, file), bytes)
    }),
  )
  for (const [i, { status, text }] of verifyAll(paths).entries()) {
    const { file, at, entry } = flips[i] as Flip
    const where = `${file} at ${at}: ${text}`
    assert.equal(status, 1, where)
    assert.match(text, entry === null ? /^FAULT: /m : new RegExp(`^FAULT: entry ${entry}: `, "m"), where)
    if (file.startsWith("keys/")) assert.match(text, /^FAULT: in the key log \(keys\/\): /m, where)
  }
  t.diagnostic(`${flips.length} changed bits ran`)
})

test("a file that is missing, cut or longer is found", (t) => {
  if (withoutPython(t)) return
  const own = ["about.json", "checkpoint", "entries.jsonl", "bodies.bin"]
  const files = [...own, ...own.map((file) => `keys/${file}`), ...[...tilesOf(COUNT)].map(formatTilePath)]
  const changes = files.flatMap((file) => [
    (folder: string) => rmSync(join(folder, file)),
    (folder: string) => writeFileSync(join(folder, file), readFileSync(join(folder, file)).subarray(0, -2)),
    (folder: string) => writeFileSync(join(folder, file), "x", { flag: "a" }),
  ])
  const verdicts = verifyAll(changes.map(copyWith))
  for (const [i, { status, text }] of verdicts.entries()) {
    assert.equal(status, 1, `${files[Math.floor(i / 3)]}, change ${i % 3}: ${text}`)
  }
  t.diagnostic(`${verdicts.length} changed files ran`)
})

test("entries dropped, doubled, swapped or added are found at the first place where the order breaks", (t) => {
  if (withoutPython(t)) return
  const rewrite = (change: (lines: string[]) => string[]) =>
    copyWith((folder) => {
      const lines = readFileSync(join(folder, "entries.jsonl"), "utf8").split("\n").slice(0, -1)
      writeFileSync(
        join(folder, "entries.jsonl"),
        change(lines)
          .map((line) => `${line}\n`)
          .join(""),
      )
    })
  const cases: [string, number][] = [
    [rewrite((lines) => lines.toSpliced(300, 1)), 300],
    [rewrite((lines) => lines.slice(0, -1)), COUNT - 1],
    [rewrite((lines) => lines.toSpliced(300, 0, lines[300] ?? "")), 301],
    [rewrite((lines) => lines.toSpliced(300, 2, lines[301] ?? "", lines[300] ?? "")), 300],
    [rewrite((lines) => [...lines, lines.at(-1) ?? ""]), COUNT],
  ]
  for (const [i, { status, text }] of verifyAll(cases.map(([folder]) => folder)).entries()) {
    assert.equal(status, 1)
    assert.match(text, new RegExp(`^FAULT: entry ${cases[i]?.[1]}: `, "m"))
  }
})

test("an honest log that is signed by another key than that of the key log is refused", (t) => {
  if (withoutPython(t)) return
  const stranger = folderWith({ signer: sampleNode().signer, keys: node.keys }, entries)
  const mixed = copyWith((folder) => cpSync(join(stranger, "keys"), join(folder, "keys"), { recursive: true }))
  const theirs = sampleNode()
  const swapped = copyWith((folder) => {
    const other = folderWith(theirs, entries)
    cpSync(join(other, "keys"), join(folder, "keys"), { recursive: true })
  })
  for (const { status, text } of verifyAll([stranger, mixed, swapped])) {
    assert.equal(status, 1, text)
    assert.match(text, /^FAULT: .*key/m)
  }
})

test("a checkpoint of another size or time of the same log does not fit", (t) => {
  if (withoutPython(t)) return
  const older = folderWith(node, sampleEntries(COUNT - 1))
  const replaced = copyWith((folder) => cpSync(join(older, "checkpoint"), join(folder, "checkpoint")))
  const [verdict] = verifyAll([replaced])
  assert.equal(verdict?.status, 1)
  assert.match(verdict?.text ?? "", /^FAULT: entry 512: tile\/entries\/002\.p\/87 is missing/m)
})

test("an entry may name one that was erased since as its previous, with or without an id in the erase entry", (t) => {
  if (withoutPython(t)) return
  const make = (id: string | null) => {
    const first = commit(sampleHeader(0, { id: "a" }), Buffer.from("{}"), "0")
    const second = commit(sampleHeader(1, { id: "a", previous: b64(first) }), Buffer.from("{}"), "1")
    const third = commit(sampleHeader(2, { id: "a", previous: b64(second) }), Buffer.from("{}"), "2")
    const previous = id === null ? null : b64(third)
    const erase = commit(sampleHeader(3, { kind: "erase", id, previous, erases: 1 }), Buffer.alloc(0), "3")
    const fourth = commit(
      sampleHeader(4, { id: "a", previous: b64(id === null ? third : erase) }),
      Buffer.from("{}"),
      "4",
    )
    return [first, { ...second, erasedBy: 3 }, third, erase, fourth]
  }
  for (const { status, text } of verifyAll([null, "a"].map((id) => folderWith(node, make(id))))) {
    assert.equal(status, 0, text)
  }
})

const b64 = (entry: SampleEntry | undefined) => entry?.h.toString("base64") ?? null

type Dishonest = [why: string, entry: number, content: SampleEntry[]]

const last = 100
const make = (change: (log: SampleEntry[]) => void) => {
  const log = sampleEntries(last)
  change(log)
  return log
}
const entry = (seq: number, header: Parameters<typeof sampleHeader>[1], body = "{}") =>
  commit(sampleHeader(seq, header), Buffer.from(body), `dishonest ${seq}`)
const date = (seq: number) => JSON.parse(sampleHeader(seq, {})).date_added as string

/** What a node could sign that breaks the rules of a collection: the signature is good, the content is not. */
function dishonest(): Dishonest[] {
  return [...dishonestHeaders(), ...dishonestErasures()]
}

function dishonestHeaders(): Dishonest[] {
  return [
    ["same time twice", last, make((log) => log.push(entry(last, { date_added: date(99) })))],
    ["time runs back", last, make((log) => log.push(entry(last, { date_added: date(3) })))],
    ["a time that is none", last, make((log) => log.push(entry(last, { date_added: "2027" })))],
    ["previous left out", last, make((log) => log.push(entry(last, { id: "indicator--0" })))],
    [
      "previous of another object",
      last,
      make((log) => log.push(entry(last, { id: "indicator--0", previous: b64(log[51]) }))),
    ],
    ["previous skips one", last, make((log) => log.push(entry(last, { id: "indicator--0", previous: b64(log[0]) })))],
    [
      "previous that was erased before",
      last,
      make((log) => log.push(entry(last, { id: "new", previous: b64(log[19]) }))),
    ],
    [
      "two objects after one erased entry",
      last + 1,
      make((log) => {
        log.push(
          entry(last, { id: "new", previous: b64(log[98]) }),
          entry(last + 1, { id: "newer", previous: b64(log[98]) }),
        )
        log.push(entry(last + 2, { id: null, kind: "erase", erases: 98 }, ""))
        Object.assign(log[98] as SampleEntry, { erasedBy: last + 2 })
      }),
    ],
    [
      "previous older than the newest that is there",
      last + 1,
      make((log) => {
        log.push(entry(last, { id: "new" }), entry(last + 1, { id: "new", previous: b64(log[98]) }))
        log.push(entry(last + 2, { id: null, kind: "erase", erases: 98 }, ""))
        Object.assign(log[98] as SampleEntry, { erasedBy: last + 2 })
      }),
    ],
  ]
}

function dishonestErasures(): Dishonest[] {
  return [
    ["two entries gone by one", 30, make((log) => Object.assign(log[30] as SampleEntry, { erasedBy: 39 }))],
    ["previous without one", last, make((log) => log.push(entry(last, { id: "new", previous: b64(log[50]) })))],
    ["put without a body", last, make((log) => log.push(entry(last, { id: "new" }, "")))],
    ["an unknown kind", last, make((log) => log.push(entry(last, { id: "new", kind: "drop" as "put" })))],
    ["a put that erases", last, make((log) => log.push(entry(last, { id: "new", erases: 5 })))],
    ["erases what is still there", last, make((log) => log.push(entry(last, { id: "new", kind: "erase", erases: 5 })))],
    [
      "erases the future",
      last,
      make((log) => log.push(entry(last, { id: "new", kind: "erase", erases: 101 }), entry(101, { id: "newer" }))),
    ],
    [
      "gone by an entry that erases nothing",
      30,
      make((log) => Object.assign(log[30] as SampleEntry, { erasedBy: 42 })),
    ],
    ["gone by an entry before it", 30, make((log) => Object.assign(log[30] as SampleEntry, { erasedBy: 20 }))],
    ["gone by an entry that is none", 30, make((log) => Object.assign(log[30] as SampleEntry, { erasedBy: 1000 }))],
    ["gone by another erase entry", 19, make((log) => Object.assign(log[19] as SampleEntry, { erasedBy: 79 }))],
    ["still there though erased", 39, make((log) => delete log[19]?.erasedBy)],
  ]
}

test("what breaks the rules of a collection is found even where the node signed it", (t) => {
  if (withoutPython(t)) return
  const cases = dishonest()
  const verdicts = verifyAll(cases.map(([, , content]) => folderWith(node, content)))
  for (const [i, { status, text }] of verdicts.entries()) {
    const [why, seq] = cases[i] as (typeof cases)[number]
    assert.equal(status, 1, why)
    assert.match(text, new RegExp(`^FAULT: entry ${seq}: `, "m"), `${why}: ${text}`)
  }
  t.diagnostic(`${cases.length} dishonest logs ran`)
})

test("text from the folder cannot write to the reader's terminal", (t) => {
  if (withoutPython(t)) return
  const folder = copyWith((path) => {
    const about = JSON.parse(readFileSync(join(path, "about.json"), "utf8")) as { title: string }
    about.title = "\u009b2J\u202egnp.exe"
    writeFileSync(join(path, "about.json"), JSON.stringify(about))
  })
  const [verdict] = verifyAll([folder])
  assert.equal(verdict?.status, 0)
  assert.ok(verdict?.text.includes('"\\u009b2J\\u202egnp.exe"'), verdict?.text)
})
