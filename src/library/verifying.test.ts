import assert from "node:assert/strict"
import { copyFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import { day, openInProcess, prepared } from "../../test/support/node-in-process.ts"
import { indicator, malware } from "../../test/support/stix.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { Edge, entryHash, leafBytes, leafHash } from "../ledger/index.ts"
import { parseObject } from "../stix/index.ts"
import { openReader } from "../store/index.ts"
import { addObjects } from "./adding.ts"
import { eraseObject } from "./erasing.ts"
import { storedEntries, storedLogs } from "./stored.ts"
import { type LogReport, verifySteps } from "./verifying.ts"

const ENTRIES = 520
const folder = tempFolder()
const whole = join(folder, "whole.db")

/**
 * A node with everything that a log may hold: more than two tiles, an object in three versions (entries 0 to 2, the
 * last one revoked), two erased entries (10 and 11, by the last two), the node's own logs.
 */
async function sample(): Promise<string> {
  const node = await openInProcess()
  const collection = await node.collection("sample")
  const versions = [1, 2].map((number) => malware({ id: VERSIONED, modified: day(number) }))
  const last = malware({ id: VERSIONED, modified: day(3), revoked: true })
  const rest = Array.from({ length: ENTRIES - 5 }, () => indicator())
  await addObjects(node.store, collection, prepared(...versions, last, ...rest))
  for (const at of [7, 8]) {
    await eraseObject(node.store, collection, { id: rest[at]?.id ?? "", specs: null, versions: "all", by: null })
  }
  await node.close()
  copyFileSync(node.folder.database, whole)
  return collection.id
}

const VERSIONED = malware().id
const id = await sample()

type Change = string | ((database: DatabaseSync) => void)

/** What verifying a changed copy of the sample says. */
function verify(change: Change, collection: string | null = null): LogReport[] {
  const path = join(folder, "copy.db")
  copyFileSync(whole, path)
  const database = new DatabaseSync(path)
  database.exec("pragma foreign_keys = off; pragma ignore_check_constraints = on")
  if (typeof change === "string") database.exec(change)
  else change(database)
  const changes = Number(database.prepare("select total_changes() as n").get()?.n)
  database.close()
  assert.ok(change === "" || changes > 0, `changed nothing: ${change}`)
  const reader = openReader(path)
  try {
    return [...verifySteps(reader, { collection })].flatMap((step) => ("report" in step ? [step.report] : []))
  } finally {
    reader.close()
  }
}

const found = (reports: LogReport[]) =>
  reports.flatMap(({ log, problems }) =>
    problems.map(({ seq, code }) => `${log === id ? "" : `${log} `}${code}${seq === null ? "" : ` ${seq}`}`),
  )

test("what nobody touched is without a problem, and the reports count what there is", () => {
  const reports = verify("")
  assert.deepEqual(found(reports), [])
  const sizes = Object.fromEntries(reports.map(({ log, size, erased }) => [log, [size, erased]]))
  assert.deepEqual(sizes, { [id]: [ENTRIES, 2], keys: [1, 0], ledger: [3, 0] })
  assert.deepEqual(
    verify("", id).map(({ log }) => log),
    [id],
  )
  assert.deepEqual(found(verify("update object set origin = origin")), [])
})

const entry = (set: string, seq: number) => `update entry set ${set} where seq = ${seq}`
const object = (set: string, seq: number) =>
  `update object set ${set} where key = (select object from entry where seq = ${seq})`

/** Every column that says what readers see, judge or trust; the problems are those of the collection's log. */
function changes(): [name: string, change: Change, problems: string[]][] {
  return [
    ["bytes", object("bytes = cast(replace(cast(bytes as text), '198.51', '198.52') as blob)", 3), ["hash-differs 3"]],
    ["one blank more", object("bytes = cast(cast(bytes as text) || ' ' as blob)", 3), ["hash-differs 3"]],
    ["id", object("id = 'indicator--00000000-0000-4000-8000-000000000000'", 3), ["hash-differs 3"]],
    ["version", object("version = '2000-01-01T00:00:00'", 3), ["hash-differs 3"]],
    ["specification", object("spec = '2.0'", 3), ["hash-differs 3"]],
    ["type of the object", object("type = 'tool'", 3), ["served-differs 3"]],
    ["time shown", object("stamp = '2000-01-01T00:00:00.000Z'", 3), ["served-differs 3"]],
    ["no time", object("stamp = null", 3), ["served-differs 3"]],
    ["canonical form", object("canonical = zeroblob(32)", 3), ["served-differs 3"]],
    ["revoked", object("revoked = 1", 3), ["served-differs 3"]],
    ["revoked taken back", object("revoked = 0", 2), ["served-differs 2"]],
    ["created", object("created = '2001-01-01T00:00:00.000Z'", 3), ["served-differs 3"]],
    ["creator", object(`created_by = '${VERSIONED}'`, 3), ["served-differs 3"]],
    ["place in the index of ids", object("id_hash = id_hash + 1", 3), ["served-differs 3"]],
    ["type by which it is found", entry("type = 'tool'", 3), ["served-differs 3"]],
    ["size", entry("size = size + 1", 3), ["served-differs 3"]],
    ["marking", entry("marking = 'clear'", 3), ["hash-differs 3"]],
    ["kind", entry("kind = 'recall'", 3), ["hash-differs 3"]],
    ["salt", entry("salt = zeroblob(32)", 3), ["hash-differs 3"]],
    ["date added", entry("date_added = date_added - 1", 3), ["time-order 3", "hash-differs 3"]],
    ["previous version", entry("previous = null", 1), ["hash-differs 1"]],
    ["another previous version", entry("previous = 0", 2), ["hash-differs 2"]],
    ["hidden as an older version", entry("is_last = 0", 3), ["served-differs 3"]],
    ["hidden as of an older specification", entry("is_newest = 0, is_first = 0, is_last = 0", 3), ["served-differs 3"]],
    ["an older version shown as the last", entry("is_last = 1", 1), ["served-differs 1"]],
    ["no first version", entry("is_first = 0", 0), ["served-differs 0"]],
    ["salt taken away", entry("salt = null", 3), ["content-missing 3"]],
    ["object taken away", entry("object = null", 3), ["content-missing 3"]],
    [
      "body taken away",
      "delete from object where key = (select object from entry where seq = 3)",
      ["content-missing 3"],
    ],
    [
      "another object put in its place",
      entry("object = (select object from entry where seq = 4)", 3),
      ["hash-differs 3", "served-differs 3", "served-differs 4"],
    ],
    ["said to be erased", entry("erased_by = 519", 3), ["erased-but-there 3"]],
    ["erased without a trace", entry("object = null, salt = null, erased_by = 519", 3), ["erased-by-nobody 3"]],
    ["erased by another", entry("erased_by = 519", 10), ["erases-nothing 518", "erased-by-nobody 10"]],
    ["erasing another", entry("erases = 12", 518), ["hash-differs 518", "erases-nothing 518", "erased-by-nobody 10"]],
    ["time of the newest entry", "update log set last_at = last_at - 1 where kind = 'collection'", ["time-order 519"]],
    ["tile of the tree", "update log_node set hash = zeroblob(32) where position = 0", ["tile-differs 255"]],
    ["tile taken away", "delete from log_node where position = 1", ["tile-differs 511"]],
    ["edge", "update log set edge = zeroblob(length(edge)) where kind = 'collection'", ["edge-differs"]],
    ["size of the log", "update log set size = 519 where kind = 'collection'", ["size-differs"]],
    ["name of the log", "update log set origin = 'comity/x' where kind = 'collection'", ["signature"]],
  ]
}

test("whatever column is changed behind the node's back, verifying names the place", () => {
  for (const [name, change, problems] of changes()) {
    assert.deepEqual(new Set(found(verify(change))), new Set(problems), name)
  }
})

test("an entry that is missing, or one too many, is found", () => {
  const middle = found(verify("delete from entry where seq = 300"))
  assert.ok(middle.includes("seq-gap 301") && middle.includes("checkpoint-differs"), middle.join(", "))
  const end = found(verify("delete from entry where seq = 519"))
  assert.deepEqual(
    new Set(end),
    new Set(["erased-by-nobody 11", "size-differs", "edge-differs", "checkpoint-differs", "time-order 518"]),
  )
  const more = `insert into entry (collection, seq, kind, object, type, marking, date_added, size, salt, h, previous, erases, erased_by,
    is_newest, is_first, is_last) select collection, 520, kind, object, type, marking, date_added + 9, size, salt, h, previous,
    erases, erased_by, is_newest, is_first, is_last from entry where seq = 20`
  const one = found(verify(more))
  for (const code of ["hash-differs 520", "size-differs", "edge-differs", "checkpoint-differs"])
    assert.ok(one.includes(code), code)
})

/** An intruder who knows this program: bytes, columns, commitments, tree and edge all fit again. Only the key is missing. */
function rewrite(database: DatabaseSync): void {
  const path = database.location() ?? ""
  const row = database
    .prepare(
      "select o.key, cast(o.bytes as text) as text from entry e join object o on o.key = e.object where e.seq = 20",
    )
    .get()
  const bytes = Buffer.from(String(row?.text).replace("198.51.100.7", "203.0.113.99"))
  const outcome = parseObject(bytes)
  assert.ok(outcome.ok)
  const { canonical } = outcome.parsed
  database.prepare("update object set bytes = ?, canonical = ? where key = ?").run(bytes, canonical, Number(row?.key))
  database.prepare("update entry set size = ? where seq = 20").run(bytes.length)
  const reader = openReader(path)
  const [log] = storedLogs(reader, id)
  assert.ok(log)
  const entries = [...storedEntries(reader, log)]
  reader.close()
  const edge = new Edge()
  for (const { seq, h, content } of entries) {
    const fitting = content === null ? h : entryHash(content.salt, content.header, content.body)
    database.prepare("update entry set h = ? where seq = ?").run(fitting, seq)
    edge.append(leafHash(leafBytes(seq, fitting)), (height, position, hash) => {
      if (height === 0) return
      database.prepare("update log_node set hash = ? where level = ? and position = ?").run(hash, height / 8, position)
    })
  }
  database.prepare("update log set edge = ? where key = ?").run(edge.bytes(), log.key)
}

test("an intruder who makes everything fit but lacks the key is found by the checkpoint", () => {
  assert.deepEqual(found(verify(rewrite)), ["checkpoint-differs"])
})

test("a checkpoint that is another's, is bent or is missing is found", () => {
  const of = (set: string) => found(verify(`update log set checkpoint = ${set} where kind = 'collection'`))
  assert.deepEqual(of("(select checkpoint from log where kind = 'ledger')"), ["signature"])
  assert.deepEqual(of("replace(checkpoint, char(10) || '520' || char(10), char(10) || '519' || char(10))"), [
    "signature",
  ])
  assert.deepEqual(of("''"), ["signature"])
})

test("the node's own ledger and key log are held to the same", () => {
  const own = (kind: string, set: string, seq: number) =>
    found(
      verify(
        `update journal_entry set ${set} where seq = ${seq} and log = (select key from log where kind = '${kind}')`,
      ),
    )
  assert.deepEqual(own("ledger", "body = cast('{}' as blob)", 1), ["ledger hash-differs 1"])
  assert.deepEqual(own("ledger", "header = replace(header, 'added', 'ended')", 0), ["ledger hash-differs 0"])
  assert.deepEqual(own("keys", "header = replace(header, 'incept', 'invent')", 0), ["keys hash-differs 0"])
  const gone = found(verify("delete from journal_entry where seq = 2"))
  assert.deepEqual(gone, ["ledger size-differs", "ledger edge-differs", "ledger checkpoint-differs"])
})

test("without a key to check against nothing is called sound", () => {
  const changes = [
    "update journal_entry set body = cast('{' as blob) where log = (select key from log where kind = 'keys')",
    "update journal_entry set body = cast('{}' as blob) where log = (select key from log where kind = 'keys')",
    'update journal_entry set body = cast(\'{"type":"incept","current":5}\' as blob) where log = (select key from log where kind = \'keys\')',
    "delete from journal_entry where log = (select key from log where kind = 'keys')",
  ]
  for (const change of changes) {
    const problems = found(verify(change))
    for (const log of ["", "ledger ", "keys "])
      assert.ok(problems.includes(`${log}signature`), `${change}: ${problems}`)
  }
})
