import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { test } from "node:test"
import sql from "sql-template-tag"
import { fakeClock } from "../../test/support/node-in-process.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { claim, folderAt } from "./folder.ts"
import { scan } from "./scan.ts"
import { Store } from "./store.ts"

const HOLDER = `
  import { claim, folderAt } from ${JSON.stringify(new URL("./folder.ts", import.meta.url).href)}
  globalThis.held = claim(folderAt(process.argv[1]))
  process.stdout.write(held === null ? "refused" : "held")
  setInterval(() => {}, 1000)
`

/** Another process that owns the folder, or tried to. */
async function otherOwner(root: string) {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", HOLDER, root], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const [said] = await once(child.stdout, "data", { signal: AbortSignal.timeout(20_000) })
  const kill = async () => {
    child.kill("SIGKILL")
    await once(child, "exit")
  }
  return { said: String(said), kill }
}

test("a folder has one owner in whatever process, and is free again when that one is killed", async () => {
  const folder = folderAt(join(tempFolder(), "d"))
  const other = await otherOwner(folder.root)
  assert.equal(other.said, "held")
  assert.equal(claim(folder), null)
  await other.kill()
  const mine = claim(folder)
  assert.ok(mine)
  assert.equal(claim(folder), null)
  const late = await otherOwner(folder.root)
  assert.equal(late.said, "refused")
  await late.kill()
  mine.release()
  const again = claim(folder)
  assert.ok(again)
  again.release()
})

test("nobody but the owner looks into a folder that was made by claiming it", () => {
  const folder = folderAt(join(tempFolder(), "d"))
  claim(folder)?.release()
  for (const path of [folder.root, folder.keys]) assert.equal(statSync(path).mode & 0o777, 0o700, path)
  assert.equal(statSync(join(folder.root, "lock.db")).mode & 0o777, 0o600)
})

test("a folder that cannot be claimed for another reason than an owner says so", () => {
  const folder = folderAt(join(tempFolder(), "d"))
  claim(folder)?.release()
  writeFileSync(join(folder.root, "lock.db"), "no database, and longer than the head of one".repeat(10))
  assert.throws(() => claim(folder), /not a database/)
})

test("a folder whose socket would not fit is refused with both lengths, counted in bytes", () => {
  const fitting = `/${"d".repeat(103 - "/".length - "/comity.sock".length)}`
  assert.equal(Buffer.byteLength(folderAt(fitting).socket), 103)
  for (const path of [`${fitting}d`, `${fitting.slice(0, -1)}é`]) {
    assert.throws(() => folderAt(path), {
      code: "folder.path-too-long",
      kind: "invalid",
      details: { path, length: 104, most: 103 },
    })
  }
})

function storeAt(path: string): Store {
  return new Store({ path, clock: fakeClock(), beforeCommit: async () => {}, onFatal: () => {}, maxMib: 0 })
}

test("the schema is brought forward once, and data outlives a restart", async () => {
  const path = join(tempFolder(), "comity.db")
  for (const round of [1, 2, 3]) {
    const store = storeAt(path)
    await store.write((tx) =>
      tx.run(sql`insert into log (kind, origin, size, edge, checkpoint, last_at)
                 values ('ledger', ${`o${round}`}, 0, ${Buffer.alloc(0)}, '', 0)`),
    )
    const done = await store.all<{ id: number }>(sql`select id from migration order by id`)
    assert.deepEqual(
      done.map(({ id }) => id),
      done.map((_, i) => i + 1),
    )
    assert.equal((await store.all(sql`select key from log`)).length, round)
    await store.close()
  }
})

test("a folder of a newer version is left alone", async () => {
  const path = join(tempFolder(), "comity.db")
  await storeAt(path).close()
  const newer = new DatabaseSync(path)
  newer.exec("insert into migration (id) values (99)")
  newer.close()
  assert.throws(
    () => storeAt(path),
    (error: { code?: string; details?: { schema: number } }) => {
      return error.code === "folder.newer" && error.details?.schema === 99
    },
  )
  const after = new DatabaseSync(path)
  assert.equal(after.prepare("select max(id) as id from migration").get()?.id, 99)
  after.close()
})

/** A worker module whose steps count up to `data.last`, and fail where `data.broken` says. */
function counter(): URL {
  const path = join(tempFolder(), "counter.mjs")
  const serve = new URL("./scan.ts", import.meta.url).href
  writeFileSync(
    path,
    `import { serveScan } from ${JSON.stringify(serve)}
     serveScan(function* (reader, { last, broken }) {
       for (let i = 1; i <= last; i++) {
         if (i === broken) throw new RangeError("broken at " + i)
         yield i
       }
     })`,
  )
  return new URL(`file://${path}`)
}

test("a scan gives its steps in order, hands on its error, and ends when nobody wants more", async () => {
  const path = join(tempFolder(), "comity.db")
  await storeAt(path).close()
  const module = counter()
  const steps = await Array.fromAsync(scan<number>(module, path, { last: 3, broken: 0 }))
  assert.deepEqual(steps, [1, 2, 3])
  const seen: number[] = []
  const broken = async () => {
    for await (const step of scan<number>(module, path, { last: 9, broken: 3 })) seen.push(step)
  }
  await assert.rejects(broken(), /broken at 3/)
  assert.deepEqual(seen, [1, 2])
  for await (const step of scan<number>(module, path, { last: 1e9, broken: 0 })) if (step === 5) break
})
