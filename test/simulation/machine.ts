import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import sql, { type Sql } from "sql-template-tag"
import { addNewcomer, nameless } from "../../src/accounts/people.ts"
import { type KeyFiles, KeyRing, keyFiles } from "../../src/crypto/index.ts"
import type { Row } from "../../src/http/index.ts"
import { withChance } from "../../src/kernel/chance.ts"
import { silent } from "../../src/kernel/diagnostics.ts"
import { type Clock, type Instant, plusMicroseconds } from "../../src/kernel/time.ts"
import { inceptKeyLog, loadOrCreateKeys, sealLogs, settleRing } from "../../src/ledger/index.ts"
import { addOwnParty, ownParty, type PartyId } from "../../src/parties/index.ts"
import {
  cosignersOf,
  guardLogs,
  type PeeringParts,
  type PeerVerbs,
  peerRows,
  Quotas,
  type Send,
  strangersOf,
  verbsOf,
} from "../../src/peering/index.ts"
import { releasesUnderWay } from "../../src/sharing/release/queries.ts"
import { Releases } from "../../src/sharing/release/releases.ts"
import { type Folder, folderAt, Store, type StoreOptions, type Tx } from "../../src/store/index.ts"
import { prepared } from "../support/node-in-process.ts"
import { DISK } from "../support/temp.ts"
import { SeededChance } from "./dice.ts"
import type { Actor } from "./oracle-terms.ts"

/** The process of a node has ended: what it had not made durable is gone, and nobody hears of what it did. */
export class Crash extends Error {}

/** Where a process ends: at its n-th commit from now, before that is durable or after, when nobody was told yet. */
export type CrashPoint = { when: "before-commit" | "after-commit"; commits: number }

/** One run of a node's process, from a start to a crash or an orderly end. */
export type Life = {
  store: Store
  parts: PeeringParts
  rows: Row[]
  releases: Releases
  files: KeyFiles
  ring: KeyRing
  pulse: Pulse
}

/** Whether a process still runs; what it had begun asks for it at every step. */
export type Pulse = { ended: boolean }

/** What a hostile node makes of the protocol; an honest one leaves it as it is. */
export type Twist = (verbs: PeerVerbs) => PeerVerbs

/** Peers that a hint told to ask. */
export type Wake = (peer: number) => void

export function simulationFolder(): string {
  return mkdtempSync(join(DISK, "cy-sim-"))
}

/** A store of a process that can end at any commit. */
class MortalStore extends Store {
  readonly #check: () => void
  readonly #committed: () => void

  constructor(options: StoreOptions, check: () => void, committed: () => void) {
    super(options)
    this.#check = check
    this.#committed = committed
  }

  override async all<Row>(query: Sql): Promise<Row[]> {
    this.#check()
    return super.all<Row>(query)
  }

  override async get<Row>(query: Sql): Promise<Row | undefined> {
    this.#check()
    return super.get<Row>(query)
  }

  override async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.#check()
    const done = await super.write(work)
    this.#committed()
    return done
  }
}

/** Who may command a node: what the model and what the node calls them. */
export type Person = { actor: Actor; by: string | null; officer: boolean }

export type MachineParts = {
  name: string
  root: string
  clock: Clock
  skew: number
  send: Send
  wake: Wake
  twist: Twist
}

/** A node with its folder, whether its process runs or not; store and code are those of a real one. */
export class Machine {
  readonly name: string
  readonly endpoint: string
  readonly clock: Clock
  party = "" as PartyId
  life: Life | null = null
  starts = 0
  restores = 0
  /** Since its start some of its logs are guarded. */
  waits = false
  /** Every key that it ever signed with. */
  readonly publicKeys: Buffer[] = []
  /** The operator of the machine first, somebody who is no officer last. */
  readonly people: Person[] = [{ actor: { is: "operator" }, by: null, officer: false }]
  #crash: CrashPoint | null = null
  #generation = 0
  readonly #parts: MachineParts
  #folder: Folder

  constructor(parts: MachineParts) {
    this.#parts = parts
    this.name = parts.name
    this.endpoint = `https://${parts.name}.example`
    this.clock = { now: () => plusMicroseconds(parts.clock.now(), parts.skew) }
    this.#folder = this.#newFolder()
  }

  get folder(): Folder {
    return this.#folder
  }

  /** The database is copied from an empty one that was made once: making it anew costs more than a whole round. */
  async install(empty: string, officers: number): Promise<void> {
    cpSync(empty, this.#folder.database)
    await this.start()
    await this.running().store.write(async (tx) => {
      this.party = (await addOwnParty(tx, this.#words(), null)).id
      for (let number = 0; number < officers; number++) await this.#addPerson(tx, `officer ${number}`, true)
      await this.#addPerson(tx, "clerk", false)
    })
  }

  async #addPerson(tx: Tx, name: string, officer: boolean): Promise<void> {
    const role = officer ? "officer" : "reader"
    const row = await addNewcomer(tx, { name, role, administrator: false }, null)
    await tx.run(sql`update account set secret = 'x' where key = ${row.key}`)
    const actor: Actor = officer ? { is: "officer", name } : { is: "clerk" }
    this.people.push({ actor, by: nameless(row), officer })
  }

  person(number: number): Person {
    return this.people[number % this.people.length] as Person
  }

  get officers(): number {
    return this.people.filter(({ officer }) => officer).length
  }

  #words() {
    return { name: this.name, kind: "government", place: "FI" } as const
  }

  /** Throws `Crash` while the process is down. */
  running(): Life {
    if (this.life === null || this.life.pulse.ended) throw new Crash(this.name)
    return this.life
  }

  get isUp(): boolean {
    return this.life !== null && !this.life.pulse.ended
  }

  /** The process ends there; an operation that does not come so far is not disturbed. */
  crashAt(point: CrashPoint | null): void {
    this.#crash = point
  }

  async start(): Promise<void> {
    if (this.life !== null) throw new Error(`${this.name} runs already`)
    this.#crash = null
    this.starts += 1
    const files = keyFiles(this.#folder.keys)
    const ring = new KeyRing(loadOrCreateKeys(files, !files.has("current")))
    const pulse: Pulse = { ended: false }
    const store = this.#openStore(ring, pulse)
    const parts = this.#partsOf({ store, ring, files, pulse })
    const releases = new Releases({ store, clock: this.clock, diagnostics: silent })
    const verbs = this.#parts.twist(verbsOf(parts, this.#parts.wake))
    const quotas = new Quotas(() => this.clock.now() / 1000)
    const rows = peerRows({ ...parts, verbs, strangers: strangersOf(parts), quotas })
    this.life = { store, parts, rows, releases, files, ring, pulse }
    await inceptKeyLog(store, files)
    await settleRing(ring, store, files)
    this.noteKey()
    await guardLogs(store)
    this.waits = true
    await this.goOn()
  }

  /** What was being released goes on once no log is guarded; until then it would wait by a timer. */
  async goOn(): Promise<void> {
    const { store, releases } = this.running()
    if (!this.waits || (await this.isGuarded())) return
    this.waits = false
    if ((await ownParty(store)) !== null) await releases.resume()
    for (const { id } of await releasesUnderWay(store)) await releases.settled(id)
  }

  async isReleasing(): Promise<boolean> {
    return (await releasesUnderWay(this.running().store)).length > 0
  }

  async isGuarded(): Promise<boolean> {
    const row = await this.running().store.get(sql`select 1 as found from log where guarded = 1 limit 1`)
    return row !== undefined
  }

  /** What a crash or an orderly end leaves behind is closed. */
  async stop(): Promise<void> {
    const life = this.life
    if (life === null) return
    if (!life.pulse.ended) await life.releases.close()
    life.pulse.ended = true
    await life.store.close()
    this.life = null
  }

  /** Nothing that the process had begun goes on. */
  end(): void {
    const life = this.running()
    life.pulse.ended = true
    life.releases.close().catch(() => {})
  }

  /** The folder as it is now, elsewhere. */
  backUp(): string {
    const copy = `${this.#folder.root}-backup-${this.#generation++}`
    cpSync(this.#folder.root, copy, { recursive: true })
    return copy
  }

  /** The process must be down. What the folder held is lost, as when a disk breaks. */
  restore(copy: string): void {
    if (this.life !== null) throw new Error(`${this.name} runs`)
    rmSync(this.#folder.root, { recursive: true })
    cpSync(copy, this.#folder.root, { recursive: true })
    this.restores += 1
  }

  /** Who cosigned which log, as the folder says, whether a process has hold of it or not. */
  cosigners(): { origin: string; party: string }[] {
    return this.#look(
      `select l.origin, a.party from log l join collection c on c.log = l.key join audience a on a.collection = c.key
       where c.party is null and a.cosigned > 0`,
    ).map(({ origin, party }) => ({ origin: String(origin), party: String(party) }))
  }

  /** Size of the newest checkpoint of somebody's log that this node verified. */
  heldOf(origin: string): number {
    const [row] = this.#look(
      "select f.target from feed f join collection c on c.key = f.collection join log l on l.key = c.log where l.origin = ?",
      origin,
    )
    return Number(row?.target ?? 0)
  }

  #look(text: string, ...values: string[]): Record<string, unknown>[] {
    const database = new DatabaseSync(this.#folder.database, { readOnly: true })
    try {
      return database.prepare(text).all(...values)
    } finally {
      database.close()
    }
  }

  noteKey(): void {
    const { publicKey } = this.running().ring
    if (!this.publicKeys.some((key) => key.equals(publicKey))) this.publicKeys.push(publicKey)
  }

  /** It went back to a backup of before its key changed: nobody takes its word until its people say more. */
  get isOutdated(): boolean {
    return this.publicKeys.at(-1)?.equals(this.running().ring.publicKey) === false
  }

  /** Another process with the same keys on a copy of the folder: what a node must never do, and a hostile one does. */
  async twin(wake: Wake): Promise<Machine> {
    const twin = new Machine({ ...this.#parts, wake })
    rmSync(twin.folder.root, { recursive: true })
    cpSync(this.#folder.root, twin.folder.root, { recursive: true })
    twin.party = this.party
    await twin.start()
    return twin
  }

  #newFolder(): Folder {
    const folder = folderAt(mkdtempSync(join(this.#parts.root, `${this.name}-`)))
    mkdirSync(folder.keys)
    return folder
  }

  #openStore(ring: KeyRing, pulse: Pulse): Store {
    const check = () => this.#require(pulse)
    const dies = (when: CrashPoint["when"]) => {
      check()
      if (this.#crash?.when !== when || --this.#crash.commits > 0) return
      this.end()
      throw new Crash(this.name)
    }
    const options: StoreOptions = {
      path: this.#folder.database,
      clock: this.clock,
      maxMib: 0,
      beforeCommit: async (tx) => {
        await sealLogs(tx, ring)
        dies("before-commit")
      },
      onFatal: (error) => {
        throw error
      },
    }
    return new MortalStore(options, check, () => dies("after-commit"))
  }

  #require(pulse: Pulse): void {
    if (pulse.ended) throw new Crash(this.name)
  }

  #partsOf({ store, ring, files, pulse }: Pick<Life, "store" | "ring" | "files" | "pulse">): PeeringParts {
    const cosigner = cosignersOf(files.secret())
    const self = { party: async () => this.party, endpoint: () => this.endpoint, signer: ring, cosigner }
    const send: Send = async (request) => {
      this.#require(pulse)
      const answer = await this.#parts.send(request)
      this.#require(pulse)
      return answer
    }
    return { store, clock: this.clock, self, send, prepare, recipients: async () => [], diagnostics: silent }
  }
}

/** Bodies read in the thread of the simulation; one that can't be kept is null. */
const prepare: PeeringParts["prepare"] = async (bodies) =>
  bodies.map((body) => {
    try {
      const [object, ...more] = prepared(body.toString("utf8"))
      return object?.bytes.equals(body) === true && more.length === 0 ? object : null
    } catch {
      return null
    }
  })

let empty: Buffer | null = null

/** An empty database that was brought to the newest schema, made once for all histories of a process. */
export async function emptyDatabase(root: string): Promise<string> {
  const path = join(root, "empty.db")
  empty ??= await withChance(new SeededChance("empty"), () => makeEmpty(join(root, "made.db")))
  writeFileSync(path, empty)
  return path
}

async function makeEmpty(path: string): Promise<Buffer> {
  const clock: Clock = { now: () => 0 as Instant }
  const failed = (error: unknown) => {
    throw error
  }
  await new Store({ path, clock, beforeCommit: async () => {}, onFatal: failed, maxMib: 0 }).close()
  return readFileSync(path)
}
