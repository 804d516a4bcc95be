import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { day } from "../../../test/support/node-in-process.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import { everybodyPulls, import_, marked, only, release, releasesOf, shownAt } from "../../../test/support/sharing.ts"
import { newVersion, type Stix, stixId } from "../../../test/support/stix.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { sha256 } from "../../kernel/hash.ts"
import { DAY } from "../../kernel/time.ts"
import { addShared, audienceOf, type Collection, loadCollection, narrowTerms } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import {
  type ApprovalRequest,
  approvalsOf,
  approve,
  DEFAULT_TERMS,
  keptTerms,
  listWaiting,
  loadApproval,
  type Terms,
  waitingFor,
} from "../../policy/index.ts"
import { narrowAudience, widenAudience } from "../release/audiences.ts"
import { newestEverKey } from "../release/queries.ts"
import type { Releases } from "../release/releases.ts"
import { prepareRelease, releaseOn, startRelease } from "../release/releasing.ts"
import { mark, recall } from "../release/withdrawing.ts"
import { RuleWish } from "../standing/model.ts"
import { addRule } from "../standing/rules.ts"
import { StandingRules } from "../standing/running.ts"
import { approveAndRelease, sayNo } from "./deciding.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let releases: Releases
let olga: string
let omar: string

before(async () => {
  federation = await testFederation(["fi", "jp", "br"])
  ;[fi, jp, br] = federation.members as [Member, Member, Member]
  releases = releasesOf(fi)
  olga = await addOfficer(fi, "Olga")
  omar = await addOfficer(fi, "Omar")
})
after(() => federation.close())

const STRICT: Terms = { ...DEFAULT_TERMS, marking: "amber+strict" }

async function shareUnder(terms: Terms, ...audience: Member[]): Promise<Collection> {
  const parties = audience.map(({ party }) => party)
  const wish = { title: "Strict", alias: null, audience: parties, terms: keptTerms(terms) }
  return loadCollection(fi.store, await addShared(fi.store, wish, null))
}

/** An officer asks for what one alone may not let out. */
async function ask(shared: Collection, objects: readonly Stix[]): Promise<ApprovalRequest> {
  const done = await release(
    fi,
    [shared],
    objects.map(({ id }) => id),
    { by: olga },
  )
  assert.equal(only(done).held, objects.length)
  const [approval] = await approvalsOf(fi.store, done.id)
  assert.ok(approval !== undefined)
  return approval
}

async function agree({ id }: ApprovalRequest, by = omar): Promise<number> {
  const { digest } = await loadApproval(fi.store, id)
  const yes = { by: { person: by, officer: true }, digest: digest ?? "" }
  const went = await approveAndRelease({ store: fi.store, releases, clock: fi.clock }, id, yes)
  return went === null ? 0 : only(await releases.settled(went.id)).released
}

const strict = () => marked("amber+strict")

test("what two people must agree to goes when the second one did, and not before", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = strict()
  await import_(fi, object)
  const approval = await ask(shared, [object])
  await everybodyPulls(federation, fi)
  assert.equal(await shownAt(jp, object.id), null)
  assert.deepEqual(await waitingFor(fi.store, { person: olga, officer: true }, fi.clock.now()), [])
  await assert.rejects(agree(approval, olga), { code: "approval.same-person" })
  assert.equal(await agree(approval), 1)
  await everybodyPulls(federation, fi)
  assert.equal(await shownAt(jp, object.id), "amber+strict")
})

test("the first release into a collection needs two, the next one of the same kind does not", async () => {
  const shared = await shareUnder(DEFAULT_TERMS, jp)
  const [first, second] = [marked("green"), marked("green")]
  await import_(fi, first, second)
  const approval = await ask(shared, [first])
  assert.deepEqual(
    approval.grounds.map(({ code }) => code),
    ["people.first"],
  )
  assert.equal(await agree(approval), 1)
  assert.equal(only(await release(fi, [shared], [second.id], { by: olga })).released, 1)
})

test("a looser mark than before needs two", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = marked("amber", { modified: day(1) })
  await import_(fi, object)
  const looser = newVersion(object, day(2), { object_marking_refs: marked("green").object_marking_refs })
  await import_(fi, looser)
  const approval = await ask(shared, [looser])
  assert.ok(approval.grounds.some(({ code }) => code === "people.looser"))
})

test("where nobody agrees within a day, or somebody says no, nothing goes", async () => {
  const shared = await shareUnder(STRICT, jp)
  const [late, refused] = [strict(), strict()]
  await import_(fi, late, refused)
  const approval = await ask(shared, [late])
  fi.clock.forward(DAY)
  await assert.rejects(agree(approval), { code: "approval.over" })
  const other = await ask(shared, [refused])
  await sayNo(fi.store, other.id, { by: { person: omar, officer: true }, note: "Not for them" })
  await assert.rejects(agree(other), { code: "approval.over" })
  assert.equal((await fi.reload(shared)).size, 0)
})

test("a yes lets out one version once: after a recall it is asked anew", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = strict()
  await import_(fi, object)
  assert.equal(await agree(await ask(shared, [object])), 1)
  await recall(fi.store, { id: object.id, reason: "Wrong" }, null)
  assert.equal(only(await release(fi, [shared], [object.id], { by: olga, again: true })).held, 1)
})

test("the yes of somebody who is no officer any more does not count", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = strict()
  await import_(fi, object)
  const approval = await ask(shared, [object])
  const otto = await addOfficer(fi, "Otto")
  await dismissOfficer(fi, "Otto")
  assert.equal(await agree(approval, otto), 0)
  assert.equal((await fi.reload(shared)).size, 0)
})

test("for a wider audience a second officer is asked anew about everything that the collection held", async () => {
  const shared = await shareUnder(DEFAULT_TERMS, jp)
  const object = marked("green")
  await import_(fi, object)
  assert.equal(await agree(await ask(shared, [object])), 1)
  const wish = { collection: shared.id, party: br.party }
  const { release: begun } = await widenAudience(fi.store, releases, wish, { by: olga, officer: true })
  assert.equal(only(await releases.settled(begun.id)).held, 1)
  await everybodyPulls(federation, fi)
  assert.equal(await shownAt(br, object.id), null)
  const [approval] = await approvalsOf(fi.store, begun.id)
  assert.ok(approval !== undefined)
  assert.equal(await agree(approval), 1)
  await everybodyPulls(federation, fi)
  assert.equal(await shownAt(br, object.id), "green")
})

test("what a standing rule may not let out alone is asked for in the name of its officer", async () => {
  const shared = await shareUnder(STRICT, jp)
  await addRule(fi.store, RuleWish.parse({ title: "Strict", collection: shared.id, markings: ["amber+strict"] }), olga)
  await import_(fi, strict())
  const [id = ""] = await new StandingRules({ ...fi, releases, diagnostics: silent, takenBack: "" }).runAll()
  assert.equal(only(await releases.settled(id)).held, 1)
  const [approval] = await approvalsOf(fi.store, id)
  assert.ok(approval !== undefined)
  await assert.rejects(agree(approval, olga), { code: "approval.same-person" })
  assert.equal(await agree(approval), 1)
})

/** Everything that can happen to what was asked about; `agree` is the second person's yes. */
const STEPS = ["ask", "agree", "edit", "mark", "narrow"] as const
type Step = (typeof STEPS)[number]

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]))
}

type World = { shared: Collection; object: Stix; approval: ApprovalRequest | null; agreed: Set<string> }

async function readersNow(shared: Collection): Promise<string> {
  const members = await audienceOf(fi.store, await fi.reload(shared))
  return members
    .map(({ party }) => party as PartyId)
    .toSorted()
    .join(" ")
}

/** What a second person saw, in one text: bytes, mark and readers. */
async function seen({ shared, object }: World): Promise<string> {
  const key = await newestEverKey(fi.store, object.id)
  const [row] = fi.meddle("select bytes, marking from object where key = ?", key ?? 0)
  return `${sha256(row?.bytes as Uint8Array).toString("hex")} ${row?.marking} ${await readersNow(shared)}`
}

async function step(world: World, what: Step): Promise<void> {
  const { shared, object } = world
  fi.clock.forward(1_000_000)
  switch (what) {
    case "ask": {
      const done = await release(fi, [shared], [object.id], { by: olga })
      world.approval = (await approvalsOf(fi.store, done.id))[0] ?? null
      // The second person looks now; whatever happens later was not seen.
      if (world.approval !== null) world.agreed.add(await seen(world))
      return
    }
    case "agree":
      if (world.approval !== null) await agree(world.approval).catch(() => 0)
      return
    case "edit":
      return import_(fi, newVersion(object, day(9), { name: "Another name" }))
    case "mark":
      await mark(fi.store, { id: object.id, marking: "amber+strict" }, null).catch(() => null)
      return
    case "narrow":
      return narrowAudience(fi.store, { collection: shared.id, party: br.party }, null)
  }
}

test("ask, agree, edit, mark, narrow in all orders: nothing goes that is not exactly what was agreed to", async () => {
  let went = 0
  for (const order of orders(STEPS)) {
    const shared = await shareUnder(STRICT, jp, br)
    const object = marked("amber", { modified: day(1), name: order.join(" ") })
    await import_(fi, object)
    const world: World = { shared, object, approval: null, agreed: new Set() }
    for (const what of order) {
      const before = (await fi.reload(shared)).size
      await step(world, what)
      const { key, size } = await fi.reload(shared)
      if (what !== "agree" || size === before) continue
      const rows = fi.meddle(
        "select o.bytes, o.marking from entry e join object o on o.key = e.object where e.collection = ?",
        key,
      )
      for (const { bytes, marking } of rows) {
        const what = `${sha256(bytes as Uint8Array).toString("hex")} ${marking} ${await readersNow(shared)}`
        assert.ok(world.agreed.has(what), `${order.join(" ")}: ${what} was never agreed to`)
        went += 1
      }
    }
    if (!world.agreed.size) assert.equal((await fi.reload(shared)).size, 0, order.join(" "))
  }
  assert.ok(went > 20, `only ${went} releases`)
})

test("narrower terms between the question and the yes void it, and two who agree at once count once", async () => {
  for (const order of orders(["ask", "terms", "agree"] as const)) {
    const shared = await shareUnder(STRICT, jp)
    const object = strict()
    await import_(fi, object)
    let approval: ApprovalRequest | null = null
    let size = 0
    for (const what of order) {
      if (what === "ask") approval = await ask(shared, [object])
      else if (what === "terms") {
        const terms = keptTerms({ ...STRICT, purposes: ["defence"] })
        await fi.store.write(async (tx) => narrowTerms(tx, await loadCollection(tx, shared.id), terms, null))
      } else if (approval !== null) {
        const both: PromiseSettledResult<number>[] = await Promise.allSettled([
          agree(approval),
          agree(approval, await anotherOfficer()),
        ])
        assert.ok(both.filter(({ status }) => status === "fulfilled").length < 2, order.join(" "))
        size = (await fi.reload(shared)).size
      }
    }
    const [asked, narrowed, agreed] = [order.indexOf("ask"), order.indexOf("terms"), order.indexOf("agree")]
    const exact = asked < agreed && !(asked < narrowed && narrowed < agreed)
    assert.equal(size, exact ? 1 : 0, order.join(" "))
  }
})

test("a yes to one purpose lets nothing out for another one", async () => {
  const shared = await shareUnder({ ...STRICT, purposes: ["defence", "evidence"] }, jp)
  const object = strict()
  await import_(fi, object)
  const { id, digest } = await ask(shared, [object])
  await fi.store.write((tx) => approve(tx, id, { by: { person: omar, officer: true }, digest: digest ?? "" }))
  for (const [purpose, released] of [["evidence", 0] as const, ["defence", 1] as const]) {
    const outcome = only(await release(fi, [shared], [object.id], { by: olga, purpose }))
    assert.deepEqual([outcome.released, outcome.held], [released, 1 - released], purpose)
  }
})

let named = 0
const anotherOfficer = () => addOfficer(fi, `Officer ${named++}`)

test("a stricter mark of a report that holds it, between the question and the yes, voids the yes", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = marked("amber", { modified: day(1), description: "told by ada@example.org" })
  const report = { type: "report", name: "R", published: "2022-01-01T00:00:00.000Z", object_refs: [object.id] }
  const rest = { ...marked("amber+strict", { modified: day(2) }), ...report, id: stixId("report") }
  await import_(fi, object)
  const approval = await ask(shared, [object])
  await import_(fi, { ...rest, pattern: undefined, pattern_type: undefined, valid_from: undefined })
  await assert.rejects(agree(approval), { code: "approval.void" })
  assert.equal((await fi.reload(shared)).size, 0)
})

test("a statement goes with what names it also where both wait for a second person", async () => {
  const shared = await shareUnder(DEFAULT_TERMS, jp)
  const statement: Stix = {
    ...{ type: "marking-definition", spec_version: "2.1", id: stixId("marking-definition"), created: day(1) },
    ...{ definition_type: "statement", definition: { statement: "Ask before you act" } },
  }
  const object = marked("green")
  const refs = [...(object.object_marking_refs as string[]), statement.id]
  await import_(fi, statement, { ...object, object_marking_refs: refs })
  assert.equal(await agree(await ask(shared, [object])), 2)
  assert.equal((await fi.reload(shared)).size, 2)
})

test("who is an officer no more while a release goes on lets nothing out from then on", async () => {
  const shared = await shareUnder(DEFAULT_TERMS, jp)
  const [first, object] = [marked("green"), marked("green")]
  await import_(fi, first, object)
  await agree(await ask(shared, [first]))
  const by = await addOfficer(fi, "Orla")
  const objects = [(await newestEverKey(fi.store, object.id)) as number]
  const chosen = { collections: [shared.id], objects, unmarked: null, again: false, by, officer: true }
  const id = await prepareRelease(fi.store, chosen, "decided")
  await fi.store.write((tx) => startRelease(tx, id, { by, officer: true }))
  await dismissOfficer(fi, "Orla")
  const done = await releaseOn(fi.store, id)
  assert.deepEqual(
    done?.outcome[0]?.grounds.map(({ code }) => code),
    ["actor.not-officer"],
  )
})

test("while nobody looked in time at what went in need, nothing else goes in need", async () => {
  const shared = await shareUnder({ ...STRICT, urgent: true }, jp)
  const [one, other] = [strict(), strict()]
  await import_(fi, one, other)
  const urgent = { reason: "The pump stops", told: omar }
  const go = async ({ id }: Stix) => {
    const objects = [(await newestEverKey(fi.store, id)) as number]
    const chosen = { collections: [shared.id], objects, unmarked: null, again: false, by: olga, officer: true }
    const made = await prepareRelease(fi.store, chosen, "decided")
    await releases.start(made, { by: olga, officer: true, urgent })
    await releases.settled(made)
    return (await approvalsOf(fi.store, made))[0]
  }
  const went = await go(one)
  assert.ok(went !== undefined && (await fi.reload(shared)).size === 1)
  fi.clock.forward(DAY)
  await assert.rejects(go(other), { code: "release.urgent-unreviewed" })
  await agree(went)
  await go(other)
  assert.equal((await fi.reload(shared)).size, 2)
})

test("a second collection, other terms or other bytes never ride on a yes", async () => {
  const shared = await shareUnder(STRICT, jp)
  const object = strict()
  await import_(fi, object)
  const approval = await ask(shared, [object])
  const { digest } = await loadApproval(fi.store, approval.id)
  await assert.rejects(
    approveAndRelease({ store: fi.store, releases, clock: fi.clock }, approval.id, {
      ...{ by: { person: omar, officer: true }, digest: `${digest}x` },
    }),
    { code: "approval.changed" },
  )
  const other = await shareUnder(STRICT, jp)
  assert.equal(await agree(approval), 1)
  assert.equal(only(await release(fi, [other], [object.id], { by: olga })).held, 1)
  assert.ok((await listWaiting(fi.store)).some(({ collection }) => collection === other.id))
})
