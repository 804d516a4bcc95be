import assert from "node:assert/strict"
import { openSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import sql from "sql-template-tag"
import { tempFolder } from "../../test/support/temp.ts"
import { type Derived, openDerived } from "./derived.ts"
import { isDamaged } from "./failures.ts"

const SCHEMA = "create table word (text text not null);"

/** A database with one row, and the options of a file derived from it. */
function scratch() {
  const folder = tempFolder()
  const [path, database] = [join(folder, "index.sqlite"), join(folder, "it's 100% #1?.db")]
  const own = new DatabaseSync(database)
  own.exec("pragma journal_mode = wal; create table object (id text); insert into object values ('a')")
  return { own, options: { path, database, version: 1, schema: SCHEMA } }
}

const put = (index: Derived, text: string) => index.run(sql`insert into word (text) values (${text})`)
const words = (index: Derived) => index.all<{ text: string }>(sql`select text from word`).map(({ text }) => text)

test("the file is kept from one opening to the next, and reads the database without being able to write it", () => {
  const { own, options } = scratch()
  const first = openDerived(options)
  put(first, "x")
  own.exec("insert into object values ('b')")
  assert.equal(first.all(sql`select id from library.object`).length, 2)
  assert.throws(() => first.run(sql`delete from library.object`), /readonly/)
  first.close()
  const second = openDerived(options)
  assert.deepEqual(words(second), ["x"])
  second.close()
})

test("a file of another schema is made anew", () => {
  const { options } = scratch()
  const old = openDerived(options)
  put(old, "x")
  old.close()
  const next = openDerived({ ...options, version: 2, schema: "create table word (text text not null, more text);" })
  assert.deepEqual(next.all(sql`select text, more from word`), [])
  next.close()
})

test("a file that is no database, or was cut off, is made anew", () => {
  for (const spoil of [
    (path: string) => writeFileSync(path, "no database at all ".repeat(500)),
    (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 5000)),
    (path: string) => writeFileSync(path, ""),
  ]) {
    const { options } = scratch()
    const old = openDerived(options)
    put(old, "x")
    old.close()
    spoil(options.path)
    const next = openDerived(options)
    assert.deepEqual(words(next), [])
    next.close()
  }
})

test("damage that shows only later is told from other failures", () => {
  const { options } = scratch()
  const old = openDerived(options)
  old.extend(() => {
    for (let i = 0; i < 500; i++) put(old, `word ${i} ${"x".repeat(100)}`)
  })
  old.close()
  const file = openSync(options.path, "r+")
  for (let at = 4 * 4096; at < statSync(options.path).size; at += 4096)
    writeSync(file, Buffer.alloc(4096, 7), 0, 4096, at)
  const next = openDerived(options)
  assert.throws(
    () => words(next),
    (error) => isDamaged(error),
  )
  assert.throws(
    () => next.get(sql`select nonsense`),
    (error) => !isDamaged(error),
  )
})

test("a file left open during another run of the system is not believed, one that was closed is", () => {
  for (const clean of [0, 1]) {
    const { options } = scratch()
    const old = openDerived(options)
    put(old, "x")
    old.close()
    const file = new DatabaseSync(options.path)
    file.prepare("update opened set boot = 'another', clean = ?").run(clean)
    file.close()
    const next = openDerived(options)
    assert.deepEqual(words(next), clean === 1 ? ["x"] : [])
    next.close()
  }
})

test("a file that its process left open in the same run of the system is kept", () => {
  const { options } = scratch()
  put(openDerived(options), "x")
  const next = openDerived(options)
  assert.deepEqual(words(next), ["x"])
})

test("a transaction goes on until it is committed, and one that fails leaves nothing", () => {
  const { own, options } = scratch()
  const index = openDerived(options)
  const objects = () => index.all(sql`select id from library.object`).length
  index.extend(() => put(index, "x"))
  assert.equal(objects(), 1)
  own.exec("insert into object values ('b')")
  index.extend(() => put(index, "y"))
  assert.equal(objects(), 1)
  index.commit()
  assert.deepEqual([words(index), objects()], [["x", "y"], 2])
  index.extend(() => put(index, "z"))
  const failing = () => {
    throw new Error("this one fails")
  }
  assert.throws(() => index.extend(failing), /this one fails/)
  assert.deepEqual(words(index), ["x", "y"])
  index.close()
})

test("what was deleted is not in the file any more", () => {
  const { options } = scratch()
  const index = openDerived(options)
  put(index, "unmistakable")
  assert.ok(readFileSync(options.path).includes("unmistakable"))
  index.run(sql`delete from word`)
  assert.ok(!readFileSync(options.path).includes("unmistakable"))
  index.close()
})
