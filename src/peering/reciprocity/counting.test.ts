import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import sql from "sql-template-tag"
import { ExchangeModel } from "../../../test/support/exchange-model.ts"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { day, prepared } from "../../../test/support/node-in-process.ts"
import { indicator, newVersion, type Stix } from "../../../test/support/stix.ts"
import { PLAIN_TERMS } from "../../../test/support/terms.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  addObjects,
  addShared,
  type Collection,
  type CollectionId,
  eraseShared,
  loadCollection,
  markObject,
  narrow,
  putShared,
  recallObject,
} from "../../library/index.ts"
import type { Tx } from "../../store/index.ts"
import { expectReceipts } from "../index.ts"
import { Counting } from "./counting.ts"
import { type Figures, SPANS } from "./model.ts"

type Step =
  | { is: "put"; collection: number; object: number; again: boolean }
  | { is: "clash" }
  | { is: "recall" | "mark" | "erase"; collection: number; object: number; withdrawn: boolean }
  | { is: "leave"; collection: number }
  | { is: "pull"; receipts: boolean }
  | { is: "wait"; hours: number; seconds: number }

const where = { collection: fc.nat(1), object: fc.nat(4) }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant("put"), ...where, again: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("clash") }) },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constantFrom("recall", "mark", "erase"), ...where, withdrawn: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("leave"), collection: fc.nat(1) }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant("pull"), receipts: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant("wait"),
      hours: fc.nat(24 * 40),
      seconds: fc.integer({ min: 1, max: 997 }),
    }),
  },
)

/** One history in two nodes and in the model. */
class History {
  readonly federation: Federation
  readonly fi: Member
  readonly jp: Member
  readonly model = new ExchangeModel()
  readonly #collections: CollectionId[] = []
  readonly #objects: { clash: boolean; versions: Stix[] }[] = []
  readonly #left = new Set<number>()
  #receipts = true

  constructor(federation: Federation) {
    this.federation = federation
    const [fi, jp] = federation.members as [Member, Member]
    this.fi = fi
    this.jp = jp
    federation.wire = async ({ url }, pass) => {
      if (url.endsWith("/receipts") && !this.#receipts) throw new ComityError("unavailable", "peer.unreachable")
      return pass()
    }
  }

  async begin(): Promise<void> {
    for (const title of ["A", "B"]) {
      this.#collections.push(
        await addShared(this.fi.store, { title, alias: null, terms: PLAIN_TERMS, audience: [this.jp.party] }, null),
      )
    }
  }

  async take(one: Step): Promise<void> {
    this.federation.clock.forward(7_000_000)
    if (one.is === "wait") this.federation.clock.forward((one.hours * 3600 + one.seconds) * 1_000_000)
    else if (one.is === "put") await this.#put(one.collection, one.object, one.again)
    else if (one.is === "clash") await this.#clash()
    else if (one.is === "pull") await this.#pull(one.receipts)
    else if (one.is === "leave") await this.#leave(one.collection)
    else await this.#say(one.is, one.collection, one.object, one.withdrawn)
  }

  async #put(collection: number, chosen: number, again: boolean): Promise<void> {
    const known = this.#objects[chosen]
    if (known === undefined || !again) {
      const before = known?.versions.at(-1)
      const version = known?.versions.length ?? 0
      const next = before === undefined ? indicator() : newVersion(before, day(version))
      if (known === undefined) this.#objects.push({ clash: false, versions: [next] })
      else known.versions.push(next)
      await addObjects(this.fi.store, await this.fi.collection(), prepared(next))
    }
    const { clash, versions } = known ?? (this.#objects.at(-1) as { clash: boolean; versions: Stix[] })
    const object = versions.at(-1) as Stix
    const put = await this.#change(collection, async (tx, shared) => {
      const rows = await tx.all<{ key: number }>(
        sql`select key from object where id = ${object.id} and origin = 'own' order by version desc limit 1`,
      )
      return putShared(tx, shared, rows[0]?.key ?? 0)
    })
    if (put === null) return
    const bytes = Buffer.byteLength(JSON.stringify(object))
    this.model.put(collection, { object: object.id, version: versions.length, clash, bytes })
  }

  /** The reader's own sources say something else of an object before it is shared. */
  async #clash(): Promise<void> {
    const object = indicator({ name: "theirs" })
    await addObjects(this.jp.store, await this.jp.collection(), prepared({ ...object, name: "ours" }))
    await addObjects(this.fi.store, await this.fi.collection(), prepared(object))
    this.#objects.push({ clash: true, versions: [object] })
    await this.#put(0, this.#objects.length - 1, true)
  }

  async #say(kind: "recall" | "mark" | "erase", collection: number, chosen: number, withdrawn: boolean): Promise<void> {
    const id = this.#objects[chosen]?.versions[0]?.id
    if (id === undefined) return
    await this.#change(collection, async (tx, shared) => {
      const told =
        kind === "recall"
          ? await recallObject(tx, shared, id, "")
          : kind === "erase"
            ? await eraseShared(tx, shared, id)
            : await markObject(tx, shared, id, { marking: "amber", withdrawn })
      await expectReceipts(tx, shared, kind, told)
    })
    this.model.say(collection, kind, id, withdrawn, this.federation.clock.now())
  }

  async #leave(collection: number): Promise<void> {
    if (this.#left.has(collection)) return
    this.#left.add(collection)
    await this.#change(collection, (tx, shared) => narrow(tx, shared, this.jp.party, null))
    this.model.leave(collection)
  }

  async #pull(receipts: boolean): Promise<void> {
    this.federation.clock.forward(2 * 3600 * 1_000_000) // what failed before is tried again
    this.#receipts = receipts
    await this.jp.round(this.fi)
    this.model.pull(this.federation.clock.now(), receipts)
  }

  #change<T>(collection: number, work: (tx: Tx, shared: Collection) => Promise<T>): Promise<T> {
    return this.fi.store.write(async (tx) => work(tx, await loadCollection(tx, this.#collections[collection] ?? "")))
  }

  /** What each side counts of the other must be what the model says, for every span. */
  async check(): Promise<void> {
    const now = this.federation.clock.now()
    const said = SPANS.map((days) => this.model.figures(days, now))
    const [given, received] = [await countAt(this.fi, this.jp), await countAt(this.jp, this.fi)]
    for (const [i, model] of said.entries()) {
      const { days } = model
      const atGiver = { days, given: given[i]?.given, theirAnswers: inSeconds(given[i]?.theirAnswers) }
      assert.deepEqual(atGiver, { days, given: model.given, theirAnswers: inSeconds(model.theirAnswers) })
      const atReader = { days, received: received[i]?.received, ourAnswers: inSeconds(received[i]?.ourAnswers) }
      assert.deepEqual(atReader, { days, received: model.received, ourAnswers: inSeconds(model.ourAnswers) })
    }
  }
}

async function countAt(node: Member, other: Member): Promise<readonly Figures[]> {
  const { database } = node.folder
  const counting = new Counting({ database, clock: node.clock, seenAgain: null })
  for await (const report of counting.count([other.party], SPANS)) return report.figures
  return []
}

/** Entries of one transaction are some microseconds apart. */
function inSeconds(answers: Figures["theirAnswers"] | undefined) {
  return { ...answers, median: answers?.median == null ? null : Math.round(answers.median / 1_000_000) }
}

test("after any history both sides count what a plain model counts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40, size: "max" }), async (steps) => {
      const history = new History(await testFederation(["fi", "jp"]))
      try {
        await history.begin()
        for (const one of steps) await history.take(one)
        await history.check()
      } finally {
        await history.federation.close()
      }
    }),
    { numRuns: 6, seed: 12, endOnFailure: true },
  )
})
