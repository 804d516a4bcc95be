import assert from "node:assert/strict"
import { closeSync, openSync, statSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import sql from "sql-template-tag"
import { fakeClock } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { openReader } from "./reader.ts"
import { Store } from "./store.ts"
import type { Tx } from "./transaction.ts"

type Scratch = { store: Store; path: string; commits: () => number; fatal: unknown[] }

/** A store with a table of words. */
async function scratch(t: { after(end: () => Promise<void>): void }, maxMib = 0): Promise<Scratch> {
  const path = join(tempFolder(), "comity.db")
  const fatal: unknown[] = []
  let commits = 0
  const beforeCommit = async () => {
    commits += 1
  }
  const store = new Store({ path, clock: fakeClock(), beforeCommit, onFatal: (error) => fatal.push(error), maxMib })
  t.after(() => store.close().catch(unlessClosed))
  await store.write((tx) => tx.run(sql`create table word (text text not null unique, body blob)`))
  const before = commits
  return { store, path, commits: () => commits - before, fatal }
}

/** Some tests close the store themselves. */
function unlessClosed(error: { code?: string }): void {
  if (error.code !== "ERR_INVALID_STATE") throw error
}

const put =
  (text: string, body: Buffer | null = null) =>
  (tx: Tx) =>
    tx.run(sql`insert into word (text, body) values (${text}, ${body})`)

async function words(store: Store): Promise<string[]> {
  return (await store.all<{ text: string }>(sql`select text from word order by text`)).map(({ text }) => text)
}

/** What SQLite's driver throws; https://sqlite.org/rescode.html */
function failure(code: number): Error {
  return Object.assign(new Error("as the driver says it"), { code: "ERR_SQLITE_ERROR", errcode: code })
}

test("writes that wait together share a commit", async (t) => {
  const { store, commits } = await scratch(t)
  const names = Array.from({ length: 60 }, (_, i) => `w${100 + i}`)
  const changes = await Promise.all(names.map((name) => store.write(put(name))))
  assert.deepEqual([...new Set(changes)], [1])
  assert.deepEqual(await words(store), names)
  assert.ok(commits() < names.length / 2, `${commits()} commits for ${names.length} writes`)
})

test("a write is visible to readers when its promise resolves, and not before", async (t) => {
  const { store } = await scratch(t)
  let during: string[] = ["?"]
  let inside = 0
  await store.write(async (tx) => {
    await put("new")(tx)
    during = await words(store)
    inside = (await tx.all(sql`select text from word`)).length
  })
  assert.deepEqual([during, inside], [[], 1])
  assert.deepEqual(await words(store), ["new"])
})

test("a write that fails is undone alone: those that shared its commit succeed, and it hears its own error", async (t) => {
  const { store } = await scratch(t)
  const own = new Error("mine")
  const work = ["a", "b", "c", "d", "e"].map((name) =>
    store.write(async (tx) => {
      await put(name)(tx)
      if (name === "c") throw own
      return name
    }),
  )
  const settled = await Promise.allSettled([...work, store.write(put("a"))])
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected", "fulfilled", "fulfilled", "rejected"],
  )
  assert.equal((settled[2] as PromiseRejectedResult).reason, own)
  assert.match(String((settled[5] as PromiseRejectedResult).reason), /UNIQUE/)
  assert.deepEqual(await words(store), ["a", "b", "d", "e"])
})

test("what fails while a commit is prepared fails every write of it, and nothing of them stays", async (t) => {
  const path = join(tempFolder(), "comity.db")
  let broken = false
  const beforeCommit = async () => {
    if (broken) throw new Error("cannot sign")
  }
  const store = new Store({ path, clock: fakeClock(), beforeCommit, onFatal: assert.ifError, maxMib: 0 })
  t.after(() => store.close())
  await store.write((tx) => tx.run(sql`create table word (text text)`))
  broken = true
  const settled = await Promise.allSettled([store.write(put("a")), store.write(put("b"))])
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["rejected", "rejected"],
  )
  broken = false
  assert.deepEqual(await words(store), [])
})

test("a store that may not grow says so, loses nothing, reads on and writes on when there is room again", async (t) => {
  const { store, fatal } = await scratch(t, 2)
  const block = Buffer.alloc(256 * 1024, 1)
  await store.write(put("first", block))
  const settled = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => store.write(put(`b${i}`, block))))
  const refused = settled.filter((one) => one.status === "rejected")
  assert.ok(refused.length > 0 && refused.length < 12, `${refused.length} of 12 refused`)
  for (const { reason } of refused) assert.deepEqual([reason.kind, reason.code], ["full", "store.full"])
  const held = await words(store)
  assert.equal(held.length, 1 + 12 - refused.length)
  await store.write((tx) => tx.run(sql`delete from word where text <> 'first'`))
  await store.write(put("again", block))
  assert.deepEqual(await words(store), ["again", "first"])
  assert.deepEqual(fatal, [])
})

test("after an I/O error nothing is acknowledged any more, and the node is told once", async (t) => {
  for (const code of [10, 522, 11, 14, 26, 8]) {
    const { store, fatal } = await scratch(t)
    const error = failure(code)
    const group = [
      store.write(put("before")),
      store.write(async () => {
        throw error
      }),
      store.write(put("behind")),
    ]
    const settled = await Promise.allSettled(group)
    assert.deepEqual(
      settled.map((one) => one.status === "rejected" && one.reason),
      [error, error, error],
      `code ${code}`,
    )
    await assert.rejects(store.write(put("later")), /closed/)
    assert.deepEqual(fatal, [error])
    assert.deepEqual(await words(store), [])
  }
})

test("a database that was damaged on the disk ends the node at the first write that meets the damage", async (t) => {
  const { store, path } = await scratch(t)
  for (let i = 0; i < 4; i++) await store.write(put(`b${i}`, Buffer.alloc(64 * 1024, i)))
  await store.close()
  const damaged = openSync(path, "r+")
  writeSync(damaged, Buffer.alloc(8 * 4096, 0xff), 0, 8 * 4096, statSync(path).size - 8 * 4096)
  closeSync(damaged)
  const fatal: unknown[] = []
  const onFatal = (error: unknown) => void fatal.push(error)
  const again = new Store({ path, clock: fakeClock(), beforeCommit: async () => {}, onFatal, maxMib: 0 })
  t.after(() => again.close())
  await assert.rejects(
    again.write((tx) => tx.run(sql`delete from word`)),
    { errcode: 11 },
  )
  assert.equal(fatal.length, 1)
  await assert.rejects(again.write(put("later")), /closed/)
})

test("a missing value is a bug that stops the write, not a NULL", async (t) => {
  const { store } = await scratch(t)
  await assert.rejects(
    store.write((tx) => tx.run(sql`insert into word (text, body) values ('x', ${undefined})`)),
    TypeError,
  )
  await assert.rejects(store.all(sql`select text from word where text = ${undefined}`), TypeError)
  assert.deepEqual(await words(store), [])
})

test("a scan sees one moment, however much is written meanwhile", async (t) => {
  const { store, path } = await scratch(t)
  await store.write(put("a"))
  const reader = openReader(path)
  const count = () => reader.get<{ n: number }>(sql`select count(*) as n from word`)?.n
  assert.equal(count(), 1)
  await store.write(put("b"))
  assert.equal(count(), 1)
  assert.equal((await words(store)).length, 2)
  reader.close()
})

test("the log of changes stays small while writes go on, and is folded away at the end", async (t) => {
  const { store, path } = await scratch(t)
  const block = Buffer.alloc(1024 * 1024, 7)
  let largest = 0
  for (let i = 0; i < 110; i++) {
    await store.write((tx) => tx.run(sql`insert or replace into word (text, body) values (${`b${i % 4}`}, ${block})`))
    largest = Math.max(largest, statSync(`${path}-wal`).size)
  }
  assert.ok(largest < 100 * 1024 * 1024, `the log of changes grew to ${largest} bytes`)
  await store.close()
  assert.throws(() => statSync(`${path}-wal`), { code: "ENOENT" })
})

test("closing waits for what was asked before, and takes nothing after", async (t) => {
  const { store, path } = await scratch(t)
  const asked = [store.write(put("a")), store.write(put("b"))]
  const closed = store.close()
  await assert.rejects(store.write(put("c")), /closed/)
  await Promise.all([...asked, closed])
  const reader = openReader(path)
  assert.equal(reader.all(sql`select text from word`).length, 2)
  reader.close()
})

test("a lock that another program holds delays writes, and nothing else", async (t) => {
  const { store, path, fatal } = await scratch(t)
  const other = new DatabaseSync(path)
  other.exec("begin immediate")
  const writing = store.write(put("late"))
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.deepEqual(await words(store), [])
  other.exec("rollback")
  other.close()
  await writing
  assert.deepEqual(await words(store), ["late"])
  assert.deepEqual(fatal, [])
})

test("a lock that another program takes while a group of writes is undone delays them, and loses none", async (t) => {
  const path = join(tempFolder(), "comity.db")
  const foreign = new DatabaseSync(path, { timeout: 0 })
  let lurking = false
  /** Between this commit and what follows, the other program is there. */
  const takeLock = () => {
    try {
      foreign.exec("begin immediate")
      setTimeout(() => foreign.exec("rollback"), 50)
    } catch {
      queueMicrotask(takeLock)
    }
  }
  const beforeCommit = async () => {
    if (lurking) queueMicrotask(takeLock)
    lurking = false
  }
  const fatal: unknown[] = []
  const onFatal = (error: unknown) => fatal.push(error)
  const store = new Store({ path, clock: fakeClock(), beforeCommit, onFatal, maxMib: 0 })
  t.after(() => store.close())
  await store.write((tx) => tx.run(sql`create table word (text text not null unique, body blob)`))
  let runs = 0
  const faulty = async () => {
    runs += 1
    lurking = runs === 1 // the next commit is that of the first write, made again alone
    throw new Error("this one fails")
  }
  const outcomes = await Promise.allSettled([store.write(put("a")), store.write(faulty), store.write(put("b"))])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  )
  assert.deepEqual([await words(store), fatal], [["a", "b"], []])
  foreign.close()
})

test("a database that cannot be read any more ends the process, as one that cannot be written does", async (t) => {
  const { store, path, fatal } = await scratch(t)
  for (let i = 0; i < 50; i++) await store.write(put(`word ${i}`, Buffer.alloc(3000)))
  await store.close()
  const file = openSync(path, "r+")
  const { size } = statSync(path)
  for (let at = size - 20 * 4096; at < size; at += 4096) writeSync(file, Buffer.alloc(4096, 7), 0, 4096, at)
  closeSync(file)
  const beforeCommit = async () => {}
  const again = new Store({ path, clock: fakeClock(), beforeCommit, onFatal: (error) => fatal.push(error), maxMib: 0 })
  t.after(() => again.close().catch(unlessClosed))
  await assert.rejects(again.all(sql`select text, body from word`))
  assert.equal(fatal.length, 1)
})
