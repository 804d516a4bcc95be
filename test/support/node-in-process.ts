import { copyFileSync, existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type KeyFiles, KeyRing, keyFiles } from "../../src/crypto/index.ts"
import { type Clock, DAY, type Instant, parseInstant, plusMicroseconds } from "../../src/kernel/time.ts"
import { inceptKeyLog, loadOrCreateKeys, sealLogs, settleRing } from "../../src/ledger/index.ts"
import { addCollection, type Collection, loadCollection, type Prepared } from "../../src/library/index.ts"
import { Preparation, unpack } from "../../src/library/preparation.ts"
import { claim, type Folder, folderAt, Store, type Tx } from "../../src/store/index.ts"
import { envelope, type Stix } from "./stix.ts"
import { tempFolder } from "./temp.ts"

/** Stands still until a test moves it. */
export type FakeClock = Clock & { set(instant: Instant): void; forward(microseconds: number): void }

export const START = parseInstant("2026-01-01T00:00:00Z") as Instant

export function fakeClock(start: Instant = START): FakeClock {
  let now = start
  return {
    now: () => now,
    set: (instant) => {
      now = instant
    },
    forward: (microseconds) => {
      now = plusMicroseconds(now, microseconds)
    },
  }
}

/** A store on a folder of its own, with the logs of a node, in the process of the test. */
export type InProcess = {
  folder: Folder
  clock: FakeClock
  store: Store
  files: KeyFiles
  signer: KeyRing
  /** What `onFatal` was told. */
  fatal: unknown[]
  /** A new inbox. */
  collection(alias?: string): Promise<Collection>
  /** The collection as it stands now: its size and last time. */
  reload(collection: Collection): Promise<Collection>
  /** Runs SQL behind the store's back, on a connection of its own; only between writes. */
  meddle(text: string, ...values: (string | number | Uint8Array | null)[]): Record<string, unknown>[]
  /** Closes the store and opens it again, as a restart does. */
  reopen(): Promise<void>
  /** A copy of the database as it stands; returns its path. */
  backup(): string
  /** Closes the store and opens it again on such a copy, as an operator does who restores a backup. */
  restore(copy: string): Promise<void>
  close(): Promise<void>
}

export type InProcessOptions = {
  maxMib?: number
  path?: string
  clock?: FakeClock
  beforeCommit?: (tx: Tx) => Promise<void>
}

export async function openInProcess(options: InProcessOptions = {}): Promise<InProcess> {
  const folder = folderAt(options.path ?? tempFolder())
  claim(folder)?.release()
  const files = keyFiles(folder.keys)
  const signer = new KeyRing(loadOrCreateKeys(files, !existsSync(folder.database)))
  const clock = options.clock ?? fakeClock()
  const fatal: unknown[] = []
  const open = () =>
    new Store({
      path: folder.database,
      clock,
      beforeCommit: async (tx) => {
        await sealLogs(tx, signer)
        await options.beforeCommit?.(tx)
      },
      onFatal: (error) => fatal.push(error),
      maxMib: options.maxMib ?? 0,
    })
  const node: InProcess = {
    ...{ folder, clock, files, signer, fatal, store: open() },
    collection: async (alias) =>
      loadCollection(node.store, await addCollection(node.store, { title: "T", id: null, alias: alias ?? null })),
    reload: ({ id }) => loadCollection(node.store, id),
    meddle: (text, ...values) => meddle(folder.database, text, values),
    reopen: async () => {
      await node.store.close()
      node.store = open()
    },
    backup() {
      const copy = join(tempFolder(), "copy.db")
      meddle(folder.database, "vacuum into ?", [copy])
      return copy
    },
    async restore(copy) {
      await node.store.close()
      for (const rest of ["-wal", "-shm"]) rmSync(`${folder.database}${rest}`, { force: true })
      copyFileSync(copy, folder.database)
      node.store = open()
    },
    close: () => node.store.close(),
  }
  await inceptKeyLog(node.store, files)
  await settleRing(signer, node.store, files)
  return node
}

function meddle(path: string, text: string, values: (string | number | Uint8Array | null)[]) {
  const database = new DatabaseSync(path)
  try {
    return database.prepare(text).all(...values) as Record<string, unknown>[]
  } finally {
    database.close()
  }
}

/** Objects as a worker would hand them over, read in the thread of the test; throws if one is refused. */
export function prepared(...objects: (Stix | string)[]): Prepared[] {
  const preparation = new Preparation({ lift: false, maxObjectBytes: 10 * 1024 * 1024 })
  const whole = preparation.push(Buffer.from(envelope(...objects)))
  const last = preparation.end()
  const fault = whole.fault ?? last.fault ?? whole.rejected[0] ?? null
  if (fault !== null) throw new Error(`not taken: ${JSON.stringify(fault)}`)
  return [...unpack(whole), ...unpack(last)]
}

/** 2022-01-01 and so many days, as STIX writes it. */
export function day(number: number): string {
  return new Date(Date.UTC(2022, 0, 1) + (number * DAY) / 1000).toISOString()
}
