import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"

/** Lists of values make texts of many lengths; they must not pile up. */
const STATEMENTS_MOST = 256

/** How long a statement waits, and everything with it, for a lock that another program holds. */
export const BUSY_MS = 200
/** What `sql-template-tag` makes: a text with `?` and the values for it. */
export type Query = { readonly sql: string; readonly values: readonly unknown[] }

const MAPPED_BYTES = 1024 ** 3

/**
 * One SQLite connection that keeps its prepared statements. Rows come back as the query's author declares them:
 * every query stands in a `queries.ts` beside the type of its row.
 */
export class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #mapped = false

  constructor(path: string, options: { readOnly: boolean; cacheMib: number }) {
    this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: BUSY_MS })
    this.#database.exec(`pragma cache_size = -${options.cacheMib * 1024}; pragma foreign_keys = on`)
    this.#map()
  }

  /** Gives back the view of the file and the cache; the next statement takes the view again. */
  rest(): void {
    this.#database.exec("pragma shrink_memory; pragma mmap_size = 0")
    this.#mapped = false
  }

  /** Pages are read where the system holds them: no copy, and nothing that stays allocated when the node rests. */
  #map(): void {
    this.#database.exec(`pragma mmap_size = ${MAPPED_BYTES}`)
    this.#mapped = true
  }

  all<Row>(query: Query): Row[] {
    return this.#prepared(query).all(...values(query)) as Row[]
  }

  get<Row>(query: Query): Row | undefined {
    return this.#prepared(query).get(...values(query)) as Row | undefined
  }

  iterate<Row>(query: Query): IterableIterator<Row> {
    return this.#prepared(query).iterate(...values(query)) as IterableIterator<Row>
  }

  /** Number of rows changed. */
  run(query: Query): number {
    return Number(this.#prepared(query).run(...values(query)).changes)
  }

  /** Fixed text only: transactions, migrations, pragmas. */
  exec(text: string): void {
    this.#database.exec(text)
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepared(query: Query): StatementSync {
    if (!this.#mapped) this.#map()
    const text = query.sql
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      if (this.#statements.size >= STATEMENTS_MOST) this.#statements.clear()
      statement = this.#database.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }
}

/** Node 26 would store `undefined` as NULL without a word; a missing value is a bug, so it stops here. */
function values(query: Query): SQLInputValue[] {
  if (query.values.includes(undefined)) throw new TypeError(`undefined bound in: ${query.sql}`)
  return query.values as SQLInputValue[]
}
