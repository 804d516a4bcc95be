import { existsSync, readFileSync, rmSync } from "node:fs"
import { pathToFileURL } from "node:url"
import sql, { type Sql } from "sql-template-tag"
import { Connection } from "./connection.ts"
import { isBusy, isFull } from "./failures.ts"
import type { SyncReader } from "./reader.ts"

/**
 * A file that can be made again from the database at any time: a cache with its own shape. `library.` in front of a
 * table's name means the database, which this connection can only read.
 */
export type Derived = SyncReader & {
  run(query: Sql): void
  /**
   * Works in a transaction that stays open until `commit`: all of it or nothing, and everything read meanwhile is of
   * the same moment. What fails takes the whole transaction back.
   */
  extend<T>(work: () => T): T
  /** Does nothing where no transaction is open. */
  commit(): void
  /** Gives memory back to the system until the next query. */
  rest(): void
  /** Says that the file is whole, so that not even a power failure makes the next start doubt it. */
  close(): void
}

export type DerivedOptions = {
  /** Path of the derived file. */
  path: string
  /** Path of the database that it is made from. */
  database: string
  /** Number of the schema; a file of another one is thrown away. */
  version: number
  schema: string
}

const CACHE_MIB = 8

/** Opens the file, or makes it anew where it is missing, damaged or of another schema. */
export function openDerived(options: DerivedOptions): Derived {
  const old = existsSync(options.path) ? reopened(options) : null
  if (old !== null) return old
  removeDerived(options.path)
  const connection = connect(options)
  connection.exec(`begin; ${options.schema}`)
  connection.exec("create table opened (boot text not null, clean integer not null)")
  connection.run(sql`insert into opened (boot, clean) values (${bootOf()}, 0)`)
  connection.exec(`pragma user_version = ${options.version}; commit`)
  return derived(connection)
}

/** Also what SQLite keeps beside it. */
export function removeDerived(path: string): void {
  for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true })
}

function reopened(options: DerivedOptions): Derived | null {
  let connection: Connection | null = null
  try {
    connection = connect(options)
    if (isWhole(connection, options.version)) return derived(connection)
  } catch (error) {
    if (isFull(error) || isBusy(error)) throw error // says nothing of the file
  }
  connection?.close()
  return null
}

/**
 * Nothing is synced to the disk, which a killed process does not harm; after a power failure the file may be anything.
 * So a file that was left open during another run of the system is not believed.
 */
function isWhole(connection: Connection, version: number): boolean {
  if (connection.get<{ user_version: number }>(sql`pragma user_version`)?.user_version !== version) return false
  const opened = connection.get<{ boot: string; clean: number }>(sql`select boot, clean from opened`)
  if (opened === undefined || (opened.clean === 0 && opened.boot !== bootOf())) return false
  connection.run(sql`update opened set boot = ${bootOf()}, clean = 0`)
  return true
}

/** Names this run of the system; the same text for all where the system has no such name. */
function bootOf(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim()
  } catch {
    return ""
  }
}

function connect({ path, database }: DerivedOptions): Connection {
  const connection = new Connection(path, { readOnly: false, cacheMib: CACHE_MIB })
  try {
    // What is deleted is overwritten, in pages that are free and in the journal too.
    connection.exec("pragma journal_mode = truncate; pragma synchronous = off; pragma secure_delete = on")
    connection.all(sql`attach ${`${pathToFileURL(database).href}?mode=ro`} as library`)
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

function derived(connection: Connection): Derived {
  // `all` also for what changes something: FTS5 leaves row ids behind that the driver's `run` cannot tell as numbers.
  const run = (query: Sql) => void connection.all(query)
  return {
    all: (query) => connection.all(query),
    get: (query) => connection.get(query),
    iterate: (query) => connection.iterate(query),
    run,
    extend: (work) => extend(connection, work),
    commit: () => commit(connection),
    rest: () => connection.rest(),
    close() {
      try {
        commit(connection)
        run(sql`update opened set clean = 1`)
      } finally {
        connection.close()
      }
    },
  }
}

function extend<T>(connection: Connection, work: () => T): T {
  if (!connection.inTransaction) connection.exec("begin")
  try {
    return work()
  } catch (error) {
    if (connection.inTransaction) connection.exec("rollback")
    throw error
  }
}

function commit(connection: Connection): void {
  if (!connection.inTransaction) return
  try {
    connection.exec("commit")
  } finally {
    if (connection.inTransaction) connection.exec("rollback")
  }
}
