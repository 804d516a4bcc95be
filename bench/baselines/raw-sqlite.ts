import { createHash } from "node:crypto"
import { openSync, writeSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { objects, type Source } from "../data.ts"
import { helper, serveParent } from "../helper-process.ts"

type Task =
  | { kind: "open"; file: string }
  /** Inserts a slice, `transaction` rows at a time. */
  | { kind: "insert"; source: Source; first: number; count: number; transaction: number }
  /** Reads all rows in order and writes their bytes to the null device, or hashes each. */
  | { kind: "scan"; hash: boolean }

/** The same rows in the plainest table that could hold them. All times are in seconds, without reading the data. */
export type RawSqlite = {
  insert(source: Source, first: number, count: number, transaction: number): Promise<number>
  scan(hash: boolean): Promise<number>
  stop(): Promise<void>
}

export async function rawSqlite(file: string): Promise<RawSqlite> {
  const child = helper<Task, number>("./baselines/raw-sqlite.ts")
  await child.ask({ kind: "open", file })
  return {
    insert: (source, first, count, transaction) => child.ask({ kind: "insert", source, first, count, transaction }),
    scan: (hash) => child.ask({ kind: "scan", hash }),
    stop: child.stop,
  }
}

let database: DatabaseSync | null = null

function opened(): DatabaseSync {
  if (!database) throw new Error("no database is open")
  return database
}

function open(file: string): number {
  database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
  database.exec("CREATE TABLE object (key INTEGER PRIMARY KEY, id TEXT NOT NULL, bytes BLOB NOT NULL) STRICT")
  database.exec("CREATE INDEX object_by_id ON object (id)")
  return 0
}

function insert(task: Extract<Task, { kind: "insert" }>): number {
  const rows = objects(task.source, task.first, task.count).map((bytes) => ({ id: idIn(bytes), bytes }))
  const statement = opened().prepare("INSERT INTO object (id, bytes) VALUES (?, ?)")
  return timed(() => {
    for (let at = 0; at < rows.length; at += task.transaction) {
      opened().exec("BEGIN IMMEDIATE")
      for (const { id, bytes } of rows.slice(at, at + task.transaction)) statement.run(id, bytes)
      opened().exec("COMMIT")
    }
  })
}

function idIn(bytes: Buffer): string {
  const object: unknown = JSON.parse(bytes.toString("utf8"))
  return typeof object === "object" && object !== null && "id" in object ? String(object.id) : ""
}

function scan(hash: boolean): number {
  const sink = openSync("/dev/null", "w")
  const statement = opened().prepare("SELECT bytes FROM object ORDER BY key")
  return timed(() => {
    for (const { bytes } of statement.iterate()) {
      if (!(bytes instanceof Uint8Array)) throw new TypeError("a row without bytes")
      if (hash) createHash("sha256").update(bytes).digest()
      else writeSync(sink, bytes)
    }
  })
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

if (import.meta.main) {
  serveParent<Task, number>((task) => {
    if (task.kind === "open") return open(task.file)
    return task.kind === "insert" ? insert(task) : scan(task.hash)
  })
}
