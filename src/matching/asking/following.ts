import { existsSync, rmSync, statSync } from "node:fs"
import { mkdir, readdir } from "node:fs/promises"
import { join } from "node:path"
import { derived, openBox, sealBox } from "../../crypto/ciphers/index.ts"
import type { Diagnostics } from "../../kernel/diagnostics.ts"
import { ComityError } from "../../kernel/errors.ts"
import { random } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { type Clock, DAY, formatInstant, type Instant, monotonic, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { findPeerByKey, isActive, type PartyId } from "../../parties/index.ts"
import { bodyOf, enqueue, type Self } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { PackedWriter } from "../lists/packed.ts"
import type { Bench } from "./bench.ts"
import { selectSubjects } from "./desk-queries.ts"
import { selectFallen, sizesNow, wasTakenBack } from "./fallen-queries.ts"
import { type EpochSaid, RECORD_BYTES, RECORDS_MOST, signEpoch } from "./message.ts"
import { type Answers, ASKING_SUITE, type EpochId } from "./model.ts"
import {
  deleteAskedBefore,
  type EpochRow,
  insertEpoch,
  selectAnswers,
  selectChecked,
  selectEpoch,
  selectEpochs,
  selectLivingEpochs,
  selectSecret,
  setChecked,
  setEpochEnded,
  updateEpoch,
} from "./queries.ts"
import { type Change, firstHead, generationAt, logAt, type SetPlace } from "./sets.ts"

/** Puts the items of a list that all these parties may be told into a folder; says until when that stays so. */
export type GatherFor = (
  answers: Pick<Answers, "list" | "agreement" | "types">,
  parties: readonly PartyId[],
  folder: string,
  signal: AbortSignal,
) => Promise<{ until: Instant | null }>

export type FollowingParts = {
  store: Store
  clock: Clock
  diagnostics: Diagnostics
  self: Pick<Self, "party" | "signer">
  bench: Bench
  gather: GatherFor
  /** Under which everything of open lists lies. */
  folder: string
  /** 32 bytes of the node. */
  secret: Uint8Array
}

const LOOK_MS = 1000
const AFTER_FAILURE_MS = 60_000
const KEYS_AT_ONCE = 500
/** A list is looked through again at most this part of the time. */
const SHARE = 10
const REST_MOST_MS = 3_600_000
const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const ASKED_KEPT_DAYS = 90
const KEY_INFO = "COMITY-ASK-v1"
const PURPOSE = "comity/match-epoch-key/v1"

type Seen = { commits: number; sizes: Map<number, number>; at: Instant; restUntil: number; until: Instant | null }

/** Keeps what partners may ask as the library and policy say that it is, and begins and ends its keys. */
export class Answering {
  readonly #parts: FollowingParts
  readonly #seen = new Map<string, Seen>()
  /** Not before: what failed is tried again after a while. */
  readonly #failed = new Map<string, number>()
  readonly #stop = new AbortController()
  #timer: NodeJS.Timeout | null = null
  /** While nothing was written since, and nothing waits, there is nothing to look at but once a minute. */
  #commits = -1
  #pending = false
  #lookedAt = 0
  #now: Promise<void> = Promise.resolve()

  constructor(parts: FollowingParts) {
    this.#parts = parts
  }

  start(): void {
    let looking = false
    this.#timer = setInterval(() => {
      const { store, clock } = this.#parts
      const rests = store.commits === this.#commits && !this.#pending && clock.now() - this.#lookedAt < MINUTE
      if (looking || rests) return
      looking = true
      void this.look().finally(() => {
        looking = false
      })
    }, LOOK_MS)
    this.#timer.unref()
  }

  /**
   * Does what there is to do; what fails is tried again, and holds up no other list. `now`: also what would rest for a
   * while, since it was looked through a moment ago.
   */
  look({ now = false } = {}): Promise<void> {
    this.#now = this.#now.then(() => this.#all(now))
    return this.#now
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#stop.abort()
    await this.#now
  }

  folderOf(epoch: string): string {
    return join(this.#parts.folder, "epochs", epoch)
  }

  unseal(epoch: string, sealed: Buffer): Buffer {
    const secret = openBox(this.#keyFor(epoch), sealed, epoch)
    if (secret === null) throw new ComityError("unavailable", "match.key-lost")
    return secret
  }

  #keyFor(epoch: string): Buffer {
    return derived(this.#parts.secret, epoch, PURPOSE)
  }

  async #all(hurried: boolean): Promise<void> {
    const { store, diagnostics, clock } = this.#parts
    this.#commits = store.commits
    this.#lookedAt = clock.now()
    this.#pending = false
    for (const answers of await selectAnswers(store, { open: true })) {
      if (this.#stop.signal.aborted) return
      if (!hurried && monotonic() < (this.#failed.get(answers.id) ?? 0)) continue
      try {
        await this.#one(answers, hurried)
        this.#failed.delete(answers.id)
        await this.#say(answers, null)
      } catch (error) {
        if (this.#stop.signal.aborted) return
        this.#failed.set(answers.id, monotonic() + AFTER_FAILURE_MS)
        const code = error instanceof ComityError ? error.code : "bug"
        const stack = error instanceof ComityError || !(error instanceof Error) ? "" : (error.stack ?? "")
        diagnostics.error("match.answers-failed", { answers: answers.id, code, stack })
        await this.#say(answers, code)
      }
    }
    await this.#sweep()
  }

  /** Whether it fails is written where it changed: each write is something new to look at. */
  async #say({ key }: Answers, failure: string | null): Promise<void> {
    const { store } = this.#parts
    if ((await selectChecked(store, key)).failure === failure) return
    await store.write((tx) => setChecked(tx, key, failure))
  }

  async #one(answers: Answers, hurried: boolean): Promise<void> {
    const fresh = await this.#keys(answers)
    const { store, clock } = this.#parts
    const seen = this.#seen.get(answers.id)
    const [commits, now] = [store.commits, clock.now()]
    if (seen !== undefined && !fresh) {
      const due = now - seen.at >= HOUR || (seen.until !== null && seen.until <= now)
      if (seen.commits === commits && !due) return
      const back = await wasTakenBack(store, seen.sizes)
      if (back) await this.#without(answers, seen.at)
      if (!back && !due && !hurried && monotonic() < seen.restUntil) {
        this.#pending = true
        return
      }
    }
    const began = monotonic()
    const sizes = await sizesNow(store)
    const until = await this.#refresh(answers)
    const restUntil = monotonic() + Math.min(REST_MOST_MS, SHARE * (monotonic() - began))
    this.#seen.set(answers.id, { commits, sizes, at: now, restUntil, until })
  }

  /** Ends keys whose time is over, and begins those that are missing. True if one began. */
  async #keys(answers: Answers): Promise<boolean> {
    const { store, clock, bench } = this.#parts
    const living = await selectEpochs(store, answers.key)
    const over = living.filter(({ until }) => until <= clock.now())
    for (const epoch of over) await this.#end(answers, epoch)
    let began = false
    for (const { type } of answers.types) {
      const own = living.filter((epoch) => epoch.type === type && !over.includes(epoch))
      const last = own.at(-1)
      // The next one is made before the last one ends, so that partners are always answered.
      const soon = plusMicroseconds(clock.now(), Math.min(DAY, (answers.keyDays * DAY) / 10))
      if (last !== undefined && (last.state === "building" || last.until > soon)) continue
      const keys = await bench.run("keys", { seed: random(32), info: `${KEY_INFO}\0${answers.mode}\0${type}` })
      await store.write(async (tx) => {
        const id = newId("epoch")
        const secret = sealBox(this.#keyFor(id), Buffer.from(keys.secret), id)
        const until = plusMicroseconds(tx.now, answers.keyDays * DAY)
        const publicKey = Buffer.from(keys.publicKey)
        await insertEpoch(tx, { id, answers: answers.key, type, secret, publicKey, until, head: firstHead(id) })
      })
      began = true
    }
    return began
  }

  async #end(answers: Answers, { key, id, type }: EpochRow): Promise<void> {
    await this.#parts.store.write(async (tx) => {
      await setEpochEnded(tx, key)
      const facts = { answers: answers.id, epoch: id, type }
      await record(tx, { what: "match.epoch-ended", by: null, facts })
    })
  }

  /** Everything anew, as the library and policy say now. */
  async #refresh(answers: Answers): Promise<Instant | null> {
    const { store, folder, gather } = this.#parts
    const parties: PartyId[] = []
    for (const { peer: key } of answers.partners) {
      const peer = await findPeerByKey(store, key)
      if (peer !== null && isActive(peer)) parties.push(peer.party)
    }
    if (parties.length === 0) return null // nobody may ask now
    const gathered = join(folder, "gathered", answers.id)
    await mkdir(gathered, { recursive: true, mode: 0o700 })
    try {
      const { until } =
        answers.mode === "desk"
          ? await packSubjects(store, answers, gathered)
          : await gather(answers, parties, gathered, this.#stop.signal)
      for (const epoch of await selectEpochs(store, answers.key)) await this.#change(answers, epoch, { gathered })
      return until
    } finally {
      rmSync(gathered, { recursive: true, force: true })
    }
  }

  /** At once and without asking policy: what was taken back is in it no more. */
  async #without(answers: Answers, since: Instant): Promise<void> {
    const { store, bench } = this.#parts
    for (const epoch of await selectEpochs(store, answers.key)) {
      if (epoch.state !== "open") continue
      const { generation, id } = epoch
      const keys = [...(await bench.run("sources", { folder: this.folderOf(id), generation }))]
      const without: number[] = []
      for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
        without.push(...(await selectFallen(store, keys.slice(at, at + KEYS_AT_ONCE), since)))
        await new Promise((resolve) => setImmediate(resolve)) // others have their turn
      }
      if (without.length > 0) await this.#change(answers, epoch, { without })
    }
  }

  async #change(
    answers: Answers,
    epoch: EpochRow,
    { gathered = null, without = [] }: { gathered?: string | null; without?: number[] },
  ): Promise<void> {
    const { store, bench, self } = this.#parts
    const sealed = await selectSecret(store, epoch.key)
    if (sealed === null) return
    const { generation, records, head, type } = epoch
    const place = { folder: this.folderOf(epoch.id), generation, records, head }
    if (generation > 0 && !isWhole(place)) return this.#end(answers, epoch) // the next look begins another key
    const secret = this.unseal(epoch.id, sealed)
    const change = await bench.run("refresh", { place, secret, type, gathered, without })
    if (!change.changed) return
    if (change.records > RECORDS_MOST / 2 && change.records > 2 * change.items) return this.#end(answers, epoch)
    const from = await self.party()
    await store.write(async (tx) => {
      const now = await selectEpoch(tx, epoch.id)
      if (now === null || now.state === "ended" || now.generation !== generation) return
      const said = this.#said(answers, now, { change, from, at: tx.now })
      const note = signEpoch(said, self.signer)
      const { items, added, removed } = change
      await updateEpoch(tx, { ...now, ...setOf(change), state: "open", note })
      const facts = { answers: answers.id, epoch: epoch.id, type, items, added, removed, records: change.records }
      if (now.state === "open") await record(tx, { what: "match.epoch-changed", by: null, facts })
      else {
        await record(tx, { what: "match.epoch-begun", by: null, facts })
        await this.#succeed(tx, answers, now)
      }
    })
    rmSync(generationAt(place.folder, generation), { recursive: true, force: true })
  }

  /** The key before it is over; partners are told that there is something new to look at. */
  async #succeed(tx: Tx, answers: Answers, epoch: EpochRow): Promise<void> {
    for (const other of await selectEpochs(tx, answers.key)) {
      if (other.type === epoch.type && other.id !== epoch.id) await setEpochEnded(tx, other.key)
    }
    for (const { peer } of answers.partners) await enqueue(tx, { key: peer }, "match-offered", bodyOf({ v: 1 }))
  }

  #said(
    { mode }: Answers,
    epoch: EpochRow,
    { change, from, at }: { change: Change; from: PartyId; at: Instant },
  ): EpochSaid {
    const { id, type, publicKey, since, until } = epoch
    return {
      ...({ v: 1, id, from, at: formatInstant(at), mode, type, suite: ASKING_SUITE } as const),
      ...{ public: publicKey, since: formatInstant(since), until: formatInstant(until) },
      ...{ records: change.records, head: Buffer.from(change.head).toString("hex") },
    }
  }

  #swept = 0

  /** Sets of keys that are over, and once a day what was asked long ago. */
  async #sweep(): Promise<void> {
    const { store, folder, clock } = this.#parts
    if (clock.now() - this.#swept >= DAY) {
      this.#swept = clock.now()
      await store.write((tx) => deleteAskedBefore(tx, plusMicroseconds(tx.now, -ASKED_KEPT_DAYS * DAY)))
    }
    const living: ReadonlySet<string> = new Set<EpochId>(await selectLivingEpochs(store))
    const found = await readdir(join(folder, "epochs")).catch(() => [])
    for (const name of found) {
      if (!living.has(name)) rmSync(join(folder, "epochs", name), { recursive: true, force: true })
    }
  }
}

/** False where files are lost, as after a backup that does not have them: then the key is over. */
function isWhole({ folder, generation, records }: SetPlace): boolean {
  const log = logAt(folder)
  return existsSync(generationAt(folder, generation)) && existsSync(log) && statSync(log).size >= records * RECORD_BYTES
}

function setOf({ generation, records, items, head }: Change) {
  return { generation, records, items, head: Buffer.from(head) }
}

/** What our desks work on, each once; it comes from no object, so nothing takes it back but a person. */
async function packSubjects(
  reader: Reader,
  { types }: Pick<Answers, "types">,
  folder: string,
): Promise<{ until: Instant | null }> {
  const writer = new PackedWriter(folder)
  const wanted = new Set(types.map(({ type }) => type))
  const items = new Map(
    (await selectSubjects(reader, { open: true }))
      .filter(({ type }) => wanted.has(type))
      .map(({ item }) => [item.toString("latin1"), item]),
  )
  for (const item of [...items.values()].sort(Buffer.compare)) writer.add(item, [])
  writer.finish()
  return { until: null }
}
