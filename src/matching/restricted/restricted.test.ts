import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { addOfficer, dismissOfficer } from "../../../test/support/officers.ts"
import { silent } from "../../kernel/diagnostics.ts"
import { newId } from "../../kernel/ids.ts"
import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { addShared, loadCollection, narrow, narrowTerms } from "../../library/index.ts"
import { addOwnParty, insertPeer, loadPeer, ownParty, type PartyId } from "../../parties/index.ts"
import { DEFAULT_TERMS, keptTerms, type MatchingRow, saveInForce, type Terms } from "../../policy/index.ts"
import { RESTRICTED_TYPES, type RestrictedType } from "../items/types.ts"
import { saveList } from "../lists/lists.ts"
import { PLACES_USUAL } from "../runs/limits.ts"
import { Matches } from "../runs/matches.ts"
import { Statement, signStatement } from "../runs/message.ts"
import type { RunId } from "../runs/model.ts"
import {
  accept,
  confirmProposal,
  consent,
  decline,
  type ProposeWish,
  propose,
  type RunParts,
} from "../runs/operations.ts"
import { insertRun, insertWord, selectWords, setCommitted, setCounted, updateRun } from "../runs/queries.ts"
import { loadRun } from "../runs/standing.ts"
import { approvalsOfRun, approveMatch, matchApprovalsFor, objectToMatch, withdrawMatch } from "./approving.ts"
import { restrictedGate } from "./gate.ts"
import { mayMatch } from "./model.ts"
import { mayGoOn } from "./permitting.ts"

const PARTNER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad2" as PartyId
const STRANGER = "identity--7d444840-9dc0-41d1-b245-5ffdce74fad3" as PartyId
const AGREEMENT = "comity-agreement--5f2c3c1e-6a53-4e0a-8d39-0a4c7d0a9a12"
const PHONE: MatchingRow = { type: "phone", purpose: "investigation", basis: "Act 12", safeguard: "sealed" }

const node = await openInProcess()
const { store, clock } = node
after(() => node.close())

const ada = await addOfficer(node, "Ada Officer")
const omar = await addOfficer(node, "Omar Officer")
const lea = await addOfficer(node, "Lea Leaving")
await store.write(async (tx) => {
  await addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null)
  for (const [party, name] of [
    [PARTNER, "Baltic"],
    [STRANGER, "Cecil"],
  ] as const) {
    await insertPeer(tx, { party, name, endpoint: "https://b.example", state: "active", theirs: "active" })
  }
})
const own = (await ownParty(store))?.id as PartyId
const query = { text: "x", types: [], markings: [], origins: [], collections: [], from: null, to: null } as const
const { id: list } = await saveList(store, { name: "Case 7", query: { ...query, revoked: "no" } }, null)
const { id: other } = await saveList(store, { name: "Case 8", query: { ...query, revoked: "no" } }, null)

const woken: string[] = []
const parts: RunParts = {
  ...{ store, self: { party: async () => own, signer: node.signer }, gate: restrictedGate },
  ...{ limits: { places: PLACES_USUAL, counts: 1000, hours: 48 }, requireList: async () => {} },
  wake: (run) => woken.push(run),
}
const TERMS: Terms = { ...DEFAULT_TERMS, end: "2026-06-30", matching: [PHONE] }

/** The agreement as it stands before each test: in force with the partner, over one collection. */
beforeEach(async () => {
  node.meddle("update match_run set ended_at = 1, state = 'cancelled' where ended_at is null")
  const id = await addShared(store, { title: "Ours", alias: null, audience: [PARTNER], terms: keptTerms(TERMS) }, null)
  await store.write((tx) =>
    saveInForce(tx, { agreement: AGREEMENT, part: "", collection: id, text: "", articles: { matching: "4(1)" } }),
  )
})
const governed = async (run: (of: Awaited<ReturnType<typeof loadCollection>>) => Promise<void>) => {
  const [row] = node.meddle("select collection from in_force where agreement = ?", AGREEMENT)
  await run(await loadCollection(store, String(row?.collection)))
}

const WISH: ProposeWish = {
  ...{ party: PARTNER, list, purpose: "investigation", basis: "Inquiry 17", agreement: AGREEMENT, learners: "both" },
  types: [
    { type: "ipv4", most: 200, smallest: 5 },
    { type: "phone", most: 200, smallest: 5 },
  ],
}
const wordsOf = async (id: string) => selectWords(store, (await loadRun(store, id)).key)
const asked = async (id: string) => (await approvalsOfRun(store, await loadRun(store, id)))[0]
const states = async (id: string) => (await approvalsOfRun(store, await loadRun(store, id))).map(({ state }) => state)
const digestFor = async (id: string) => (await asked(id))?.digest ?? ""
const approvalFor = async (id: string) => (await asked(id))?.id ?? ""

/** A proposal of the partner's, as it came. */
async function proposedToUs(): Promise<RunId> {
  const id = newId("match")
  await store.write(async (tx) => {
    const peer = await loadPeer(tx, PARTNER)
    const expiresAt = plusMicroseconds(tx.now, 2 * DAY)
    const { purpose, basis, agreement, learners, types } = WISH
    const row = { id, peer: peer.key, role: "acceptor", state: "proposed", list: null, expiresAt } as const
    const key = await insertRun(tx, { ...row, purpose, basis, agreement, learners }, types)
    const head = { v: 1, run: id, from: PARTNER, to: own, at: "2026-01-01T00:00:00.000Z", step: "propose" }
    const said = Statement.parse({
      ...{ ...head, mode: "balanced", suite: "ED25519-UNIFORM-X25519-v1", items: 1, types, purpose, basis, agreement },
      ...{ learns: { count: "both", items: learners }, expires: "2026-01-03T00:00:00.000Z" },
    })
    await insertWord(tx, key, { side: "theirs", step: "propose", note: signStatement(said, node.signer), outbox: null })
  })
  return id
}

/** The same once both have counted: addresses and numbers alike. */
async function counted(): Promise<RunId> {
  const id = await proposedToUs()
  await accept(parts, id, { list }, ada)
  await accept(parts, id, { list }, omar)
  await store.write(async (tx) => {
    const run = await loadRun(tx, id)
    const types = run.types.map(({ type }) => ({ type, size: 256, seed: "0".repeat(64) }))
    await setCommitted(tx, run.key, "own", { types, set: { root: "a".repeat(64), added: null, removed: null } })
    await setCounted(
      tx,
      run.key,
      types.map(({ type }) => ({ type, count: 9 })),
    )
    await updateRun(tx, { ...run, state: "counted", phase: "consent" })
    for (const step of ["commit", "tags", "count"] as const) {
      for (const side of ["own", "theirs"] as const) {
        const note = (await selectWords(tx, run.key)).theirs.propose ?? ""
        await insertWord(tx, run.key, { side, step, note, outbox: null })
      }
    }
  })
  return id
}

test("e-mail addresses need no agreement, but two officers of each side, and no command can stand in for one", async () => {
  const types = [{ type: "email", most: 200, smallest: 5 }] as const
  const wish: ProposeWish = { ...WISH, agreement: null, types }
  const run = await propose(parts, wish, ada)
  assert.equal((await wordsOf(run)).own.propose, undefined)
  await assert.rejects(confirmProposal(parts, run, ada), { code: "approval.same-person" })
  assert.equal(await approveMatch(parts, await approvalFor(run), { by: omar, digest: await digestFor(run) }), run)
  assert.notEqual((await wordsOf(run)).own.propose, undefined)
  await assert.rejects(propose(parts, wish, null), { code: "match.restricted-command" })
})

test("a type that names people may be matched only as an agreement in force between the two says, with its article", () => {
  const at = (day: string) => (Date.parse(`${day}T12:00:00Z`) * 1000) as Instant
  const terms = { ...TERMS, start: "2026-01-02" }
  const under = { agreement: AGREEMENT, terms, articles: { matching: "4(1)" } } as const
  const none = { ...under, terms: DEFAULT_TERMS }
  const table: [RestrictedType, MatchingRow["purpose"], readonly (typeof under | typeof none)[], string, string][] = [
    ["phone", "investigation", [under], "2026-01-02", "allowed"],
    ["phone", "investigation", [none, under], "2026-06-30", "allowed"],
    ["phone", "investigation", [], "2026-01-02", "no-agreement"],
    ["phone", "investigation", [none], "2026-01-02", "type"],
    ["case", "investigation", [under], "2026-01-02", "type"],
    ["person", "investigation", [none, under], "2026-01-02", "type"],
    ["phone", "evidence", [none, under], "2026-01-02", "purpose"],
    ["phone", "investigation", [under], "2026-01-01", "not-begun"],
    ["phone", "investigation", [under], "2026-07-01", "ended"],
  ]
  for (const [type, purpose, agreements, day, wanted] of table) {
    const found = mayMatch(type, purpose, agreements, at(day))
    assert.equal(found.is === "allowed" ? found.is : found.why, wanted, `${type} ${purpose} ${day}`)
    if (found.is === "allowed") {
      assert.deepEqual(found, { is: "allowed", agreement: AGREEMENT, article: "4(1)", row: PHONE })
    }
  }
})

test("without an agreement that lets it be, by command, by nobody who decides or with no second officer nothing is proposed", async () => {
  const table: [Partial<ProposeWish>, string | null, string][] = [
    [{}, null, "match.restricted-command"],
    [{}, "nobody", "match.restricted-officer"],
    [{ agreement: null }, ada, "match.restricted-agreement"],
    [{ party: STRANGER }, ada, "match.agreement"],
    [{ purpose: "evidence" }, ada, "match.restricted-purpose"],
    [{ types: [{ type: "case", most: 10, smallest: 1 }] }, ada, "match.restricted-type"],
    [{ list: "list--00000000-0000-4000-8000-000000000000" }, ada, "match-list.unknown"],
  ]
  for (const [change, by, code] of table) await assert.rejects(propose(parts, { ...WISH, ...change }, by), { code })
  clock.forward(200 * DAY)
  await assert.rejects(propose(parts, WISH, ada), { code: "match.restricted-time" })
  clock.forward(-200 * DAY)
  node.meddle("update account set role = 'reader' where name <> 'Ada Officer'")
  await assert.rejects(propose(parts, WISH, ada), { code: "match.restricted-few" })
  node.meddle("update account set role = 'officer'")
  const open = await propose(parts, { ...WISH, types: WISH.types.slice(0, 1), agreement: null }, null)
  assert.equal((await loadRun(store, open)).state, "proposed")
})

test("what one officer proposes is an intention until another one wants the same bytes; the same person twice is refused", async () => {
  const id = await propose(parts, WISH, ada)
  assert.equal((await loadRun(store, id)).state, "drafted")
  assert.deepEqual((await wordsOf(id)).own, {})
  await assert.rejects(confirmProposal(parts, id, ada), { code: "approval.same-person" })
  const [approval, digest] = [await approvalFor(id), await digestFor(id)]
  await assert.rejects(approveMatch(parts, approval, { by: ada, digest }), { code: "approval.same-person" })
  await assert.rejects(approveMatch(parts, approval, { by: "nobody", digest }), { code: "match.restricted-officer" })
  await assert.rejects(approveMatch(parts, approval, { by: omar, digest: "other" }), { code: "approval.changed" })
  assert.deepEqual(await matchApprovalsFor(store, ada, clock.now()), [])
  assert.equal((await matchApprovalsFor(store, omar, clock.now())).length, 1)
  assert.deepEqual((await wordsOf(id)).own, {})
  await approveMatch(parts, approval, { by: omar, digest })
  assert.equal((await loadRun(store, id)).state, "proposed")
  assert.ok((await wordsOf(id)).own.propose)
  assert.deepEqual(await states(id), ["approved"])
  const said = JSON.parse((await asked(id))?.text ?? "")
  assert.deepEqual(said.permitted, [{ article: "4(1)", ...PHONE }])
  assert.deepEqual([said.run, said.list, said.purpose, said.basis], [id, list, "investigation", "Inquiry 17"])
  await assert.rejects(approveMatch(parts, approval, { by: omar, digest }), { code: "approval.over" })
})

test("a yes is void when the list looks for something else, the agreement says something else, or its giver left", async () => {
  const { matching: _, ...rest } = TERMS
  const changes: [by: string, change: () => Promise<unknown>][] = [
    [lea, async () => node.meddle("update match_list set query = replace(query, '\"x\"', '\"y\"') where id = ?", list)],
    [lea, () => dismissOfficer(node, "Lea Leaving")],
    [ada, () => governed((of) => store.write((tx) => narrowTerms(tx, of, keptTerms(rest), null)))],
  ]
  for (const [by, change] of changes) {
    const id = await propose(parts, WISH, by)
    const [approval, digest] = [await approvalFor(id), await digestFor(id)]
    await change()
    await assert.rejects(approveMatch(parts, approval, { by: omar, digest }), { code: "approval.void" })
    assert.equal((await states(id)).at(-1), "void")
    assert.deepEqual((await wordsOf(id)).own, {})
  }
})

test("a proposal is taken up by two who chose the same list and sizes, and a yes runs out", async () => {
  const id = await proposedToUs()
  assert.equal(await accept(parts, id, { list }, ada), "waits")
  assert.equal(await accept(parts, id, { list: other }, omar), "waits")
  assert.equal(await accept(parts, id, { list: other, most: { phone: 100 } }, ada), "waits")
  assert.deepEqual(await states(id), ["waiting", "void", "void"])
  assert.deepEqual((await wordsOf(id)).own, {})
  clock.forward(DAY)
  await assert.rejects(approveMatch(parts, await approvalFor(id), { by: omar, digest: await digestFor(id) }), {
    code: "approval.over",
  })
  assert.equal(await accept(parts, id, { list, most: { phone: 100 } }, omar), "waits")
  assert.deepEqual((await states(id)).slice(0, 2), ["waiting", "expired"])
  await approveMatch(parts, await approvalFor(id), { by: ada, digest: await digestFor(id) })
  const run = await loadRun(store, id)
  assert.deepEqual([run.state, run.list, run.types.map(({ most }) => most)], ["running", list, [200, 100]])
  clock.forward(-DAY)
})

test("two consent to open what names people, bound to what was committed to; addresses alone need one", async () => {
  const id = await counted()
  assert.equal(await consent(parts, id, ["ipv4", "phone"], ada), "waits")
  await assert.rejects(consent(parts, id, ["ipv4", "phone"], ada), { code: "approval.same-person" })
  assert.equal((await wordsOf(id)).own.consent, undefined)
  assert.equal(JSON.parse((await asked(id))?.text ?? "").sets.own, "a".repeat(64))
  const [approval, digest] = [await approvalFor(id), await digestFor(id)]
  node.meddle("update match_run set own_set = ? where id = ?", "b".repeat(64), id)
  await assert.rejects(approveMatch(parts, approval, { by: omar, digest }), { code: "approval.void" })
  assert.equal(await consent(parts, id, ["ipv4", "phone"], omar), "waits")
  await approveMatch(parts, await approvalFor(id), { by: ada, digest: await digestFor(id) })
  assert.ok((await wordsOf(id)).own.consent)
  const plain = await counted()
  assert.equal(await consent(parts, plain, ["ipv4"], ada), "go")
  const none = await counted()
  await decline(parts, none, ada)
})

test("another officer may say no, with a reason, and whoever asked takes it back: a proposal is over by either", async () => {
  for (const end of ["declined", "withdrawn"] as const) {
    const id = await propose(parts, WISH, ada)
    const approval = await approvalFor(id)
    await assert.rejects(objectToMatch(parts, approval, { by: ada, note: "No" }), { code: "approval.same-person" })
    await assert.rejects(objectToMatch(parts, approval, { by: omar, note: " " }), { code: "approval.note" })
    await assert.rejects(withdrawMatch(parts, approval, omar), { code: "approval.over" })
    await (end === "declined"
      ? objectToMatch(parts, approval, { by: omar, note: "Not yet" })
      : withdrawMatch(parts, approval, ada))
    assert.deepEqual(await states(id), [end])
    assert.equal((await loadRun(store, id)).state, "cancelled")
    assert.ok(woken.includes(id))
  }
})

test("a run stops and its keys are erased when the agreement ends, is left or says something else; others go on", async () => {
  const erased: string[] = []
  const matches = new Matches({
    ...{ ...parts, clock, diagnostics: silent },
    advance: async () => "idle",
    erase: async ({ id }) => void erased.push(id),
  })
  await matches.start()
  const plain = await propose(parts, { ...WISH, types: WISH.types.slice(0, 1) }, null)
  const looked = async (id: string) => {
    matches.wake(id as RunId)
    return matches.settled(id)
  }
  for (const stop of ["left", "narrowed"]) {
    const [running, waiting, asks] = [await counted(), await counted(), await proposedToUs()]
    node.meddle("update match_run set state = 'running' where id = ?", running)
    for (const id of [running, waiting]) assert.equal((await looked(id)).endedAt, null)
    const { matching: _, ...rest } = TERMS
    await governed((of) =>
      store.write(async (tx) => {
        if (stop === "left") await narrow(tx, of, PARTNER, null)
        else await narrowTerms(tx, of, keptTerms(rest), null)
      }),
    )
    for (const id of [running, waiting]) {
      const run = await looked(id)
      assert.deepEqual([run.state, run.reason], ["cancelled", "match.agreement"], stop)
      assert.ok(run.erasedAt !== null && erased.includes(id))
    }
    assert.equal((await looked(asks)).state, "proposed")
    await assert.rejects(accept(parts, asks, { list }, ada), ({ code }: { code: string }) =>
      ["match.agreement", "match.restricted-type"].includes(code),
    )
    assert.equal((await looked(plain)).endedAt, null)
    const collection = await addShared(
      store,
      { title: "Again", alias: null, audience: [PARTNER], terms: keptTerms(TERMS) },
      null,
    )
    await store.write((tx) => saveInForce(tx, { agreement: AGREEMENT, part: "", collection, text: "", articles: {} }))
  }
  await matches.close()
  const run = { party: PARTNER, agreement: AGREEMENT, purpose: "investigation" } as const
  const row = {
    most: 1,
    smallest: 1,
    used: null,
    warned: null,
    own: null,
    theirs: null,
    count: { is: "unknown" },
  } as const
  const of = (type: (typeof RESTRICTED_TYPES)[number]) => ({
    ...run,
    types: [{ ...row, type, ours: null, partners: null }],
  })
  const found = await Promise.all(RESTRICTED_TYPES.map((type) => mayGoOn(store, of(type), clock.now())))
  assert.deepEqual(found, [false, true, false])
})
