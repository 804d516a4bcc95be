import assert from "node:assert/strict"
import { afterEach, beforeEach, test } from "node:test"
import sql from "sql-template-tag"
import { type Federation, type Member, testFederation } from "../../../test/support/federation.ts"
import { indicators, mirrorAt, put, share } from "../../../test/support/shared.ts"
import { findLog, readConflict } from "../../ledger/index.ts"
import { loadCollection } from "../../library/index.ts"
import { loadPeer } from "../../parties/index.ts"
import { feedOfOrigin } from "../feeds/queries.ts"
import { bodyOf, say } from "../index.ts"
import { settleConflicts } from "./conflicts.ts"
import { tagFor } from "./meeting.ts"
import { listConflicts } from "./queries.ts"

let federation: Federation
let fi: Member
let jp: Member
let br: Member
let de: Member
let id: string
let origin: string

/** Finland shares with Japan and Brazil, who read it, and are partners of each other; Germany does not read it. */
beforeEach(async () => {
  federation = await testFederation(["fi", "jp", "br", "de"])
  ;[fi, jp, br, de] = federation.members as [Member, Member, Member, Member]
  id = await share(fi, jp, br)
  origin = (await loadCollection(fi.store, id)).origin
  await put(federation, fi, id, ...indicators(3))
})
afterEach(() => federation.close())

/** Finland shows Japan one history from here on, and Brazil another: with so many entries. */
async function twoFaces(toJapan: number, toBrazil: number): Promise<void> {
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(toJapan))
  await jp.round(fi)
  await fi.restore(copy)
  await put(federation, fi, id, ...indicators(toBrazil))
  await br.round(fi)
}

const found = async (node: Member) =>
  (await listConflicts(node.store, 10)).map(({ how, firstSize, secondSize }) => [how, firstSize, secondSize])
const stateAt = async (node: Member) => (await feedOfOrigin(node.store, origin))?.state
const filesAt = async (node: Member) =>
  (await node.store.all<{ file: Uint8Array }>(sql`select file from conflicting_checkpoints`)).map(({ file }) =>
    Buffer.from(file),
  )

for (const [toJapan, toBrazil] of [
  [2, 2],
  [2, 6],
  [6, 2],
  [1, 300],
  [300, 1],
] as const) {
  test(`two histories, of ${3 + toJapan} and ${3 + toBrazil} entries, are evidence at both readers after one exchange`, async () => {
    await twoFaces(toJapan, toBrazil)
    assert.deepEqual([await found(jp), await found(br)], [[], []])
    await jp.round(br)
    await br.round(jp) // what one found waits for the other in its outbox, if the other could not see it itself
    const sizes = [3 + Math.min(toJapan, toBrazil), 3 + Math.max(toJapan, toBrazil)]
    for (const node of [jp, br]) {
      assert.deepEqual(
        (await found(node)).map(([, ...rest]) => rest),
        [sizes],
        node.name,
      )
      assert.equal(await stateAt(node), "broken")
      const [file] = await filesAt(node)
      assert.equal(readConflict(file ?? Buffer.alloc(0)).origin, origin)
    }
    assert.deepEqual(await filesAt(jp), await filesAt(br))
    assert.deepEqual(await found(de), [])
    const [row] = jp.meddle(`select count(*) as n from journal_entry where header like '%feed.conflicting%'`)
    assert.equal(row?.n, 1)
  })
}

test("of a log that is no longer believed nothing is fetched and nothing is cosigned", async () => {
  await twoFaces(2, 2)
  await jp.round(br)
  await put(federation, fi, id, ...indicators(1))
  await jp.round(fi)
  assert.equal((await mirrorAt(jp)).size, 5)
  await fi.round(jp)
  const row = await fi.store.get<{ failure: string }>(
    sql`select cosign_failure as failure from audience where party = ${jp.party}`,
  )
  assert.equal(row?.failure, "feed.broken")
})

test("readers that hold one history agree, each log is named once, and nothing is said while nothing changes", async () => {
  await jp.round(fi)
  await br.round(fi)
  const said: string[] = []
  federation.wire = async ({ url }, pass) => {
    said.push(url.split("/").at(-1) ?? "")
    return pass()
  }
  await jp.round(br)
  await jp.round(br)
  await br.round(jp)
  const names = ["common", "witnessed"]
  assert.deepEqual(
    said.filter((verb) => names.includes(verb)),
    ["common", "witnessed", "common"],
  )
  await put(federation, fi, id, ...indicators(2))
  await jp.round(fi)
  said.length = 0
  await jp.round(br)
  await br.round(jp)
  assert.deepEqual(
    said.filter((verb) => names.includes(verb)),
    ["witnessed"],
  )
  assert.deepEqual([await found(jp), await found(br)], [[], []])
})

test("who reads a log later than others meets them then", async () => {
  await jp.round(fi)
  await jp.round(br) // Brazil does not read it yet
  await br.round(fi)
  await br.round(jp)
  const common = (node: Member) => node.store.all<{ log: number }>(sql`select log from common_log`)
  assert.deepEqual([(await common(jp)).length, (await common(br)).length], [1, 1])
})

test("who comes to read a log after its two histories came to light is shown them", async () => {
  id = await share(fi, jp, br, de)
  origin = (await loadCollection(fi.store, id)).origin
  await put(federation, fi, id, ...indicators(3))
  await twoFaces(6, 2)
  await jp.round(br)
  await br.round(jp)
  await de.round(fi) // has the history of Brazil, and cannot prove by itself that Japan's is another
  assert.deepEqual([(await filesAt(jp)).length, (await filesAt(de)).length], [1, 0])
  await jp.round(de) // they find that both read it
  await jp.round(de)
  assert.deepEqual(await filesAt(de), await filesAt(jp))
  assert.equal(await stateAt(de), "broken")
  await jp.round(de)
  const [row] = jp.meddle("select count(*) as n from outbox where kind = 'conflict'")
  assert.equal(row?.n, 2) // one for each of the others, once
})

test("who does not read a log learns nothing of it, nor that two others read one", async () => {
  await jp.round(fi)
  await br.round(fi)
  const wire: { to: string; body: string }[] = []
  federation.wire = async (request, pass) => {
    const answer = await pass()
    wire.push({ to: request.url, body: `${request.body.toString()} ${answer.body.toString()}` })
    return answer
  }
  await jp.round(de)
  await br.round(de)
  await jp.round(br)
  const bodies = wire.filter(({ to }) => to.startsWith("https://de.")).map(({ body }) => body)
  assert.equal(
    bodies.some((body) => body.includes(origin)),
    false,
  )
  const tags = bodies
    .filter((body) => body.includes('"tags"'))
    .map((body) => JSON.parse(body.split(" ")[0] ?? "").tags as string[])
  assert.equal(tags.length, 2)
  assert.deepEqual(
    tags.map(({ length }) => length),
    [8, 8],
  ) // one log looks like eight
  assert.equal(
    tags[0]?.some((tag) => tags[1]?.includes(tag)),
    false,
  )
  // Even to each other the origin travels only once both have shown that they know it.
  const first = wire.find(({ to }) => to.startsWith("https://br."))
  assert.equal(first?.body.includes(origin), false)
})

test("a tag is of two parties in one direction, and a log's owner is not asked about its own", async () => {
  const pair = { from: jp.party, to: br.party }
  assert.equal(tagFor(origin, pair), tagFor(origin, { ...pair }))
  assert.notEqual(tagFor(origin, pair), tagFor(origin, { from: br.party, to: jp.party }))
  await jp.round(fi)
  const ask = async (from: Member, to: Member, tags: string[]) => {
    const body = bodyOf({ v: 1, tags })
    const answer = await say(from.parts, await loadPeer(from.store, to.party), "common", { body })
    return JSON.parse(Buffer.from(answer.body).toString()).tags as string[]
  }
  const own = tagFor(origin, { from: fi.party, to: jp.party })
  assert.deepEqual(await ask(fi, jp, [own]), [])
  await br.round(fi)
  const good = tagFor(origin, { from: br.party, to: jp.party })
  assert.deepEqual(await ask(de, jp, [good]), []) // taken from Brazil, it is of no use
  assert.deepEqual(await ask(br, jp, [good]), [good])
})

test("what is held of a log is told to nobody who is not known to read it", async () => {
  await jp.round(fi)
  const { checkpoint } = await findLog(fi.store, (await loadCollection(fi.store, id)).log)
  const body = bodyOf({ v: 1, checkpoints: [checkpoint] })
  const answer = await say(de.parts, await loadPeer(de.store, jp.party), "witnessed", { body })
  assert.equal(Buffer.from(answer.body).toString(), '{"answers":[],"v":1}')
})

test("an owner that shows the other history to one reader is found out by that reader alone", async () => {
  await jp.round(fi)
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(2))
  await jp.round(fi)
  await fi.restore(copy)
  await put(federation, fi, id, ...indicators(4))
  await assert.rejects(jp.round(fi), { code: "feed.conflicting-checkpoints" })
  assert.deepEqual(await found(jp), [["pull", 5, 7]])
  assert.equal(await stateAt(jp), "broken")
  assert.equal((await mirrorAt(jp)).size, 5)
})

test("a checkpoint that is shown is evidence too: of the same size, of a smaller one, and by its own proof", async () => {
  for (const more of [2, 1, 4]) {
    const [to] = more === 4 ? [br] : [jp]
    const copy = fi.backup()
    await put(federation, fi, id, ...indicators(2))
    await to.round(fi)
    await fi.restore(copy)
    await put(federation, fi, id, ...indicators(more))
    await fi.round(to)
    const expected = { 2: ["checkpoint", 5, 5], 1: ["checkpoint", 4, 5], 4: ["checkpoint", 5, 7] }[more]
    assert.deepEqual(await found(to), [expected], String(more))
    await fi.restore(copy)
    await to.store.write((tx) => tx.run(sql`delete from conflicting_checkpoints`))
    await to.store.write((tx) => tx.run(sql`update feed set state = 'open'`))
  }
})

test("an older state alone is no conflict: a restored backup that went no further shows what it showed before", async () => {
  await jp.round(fi)
  const copy = fi.backup()
  await put(federation, fi, id, ...indicators(2))
  await jp.round(fi)
  await fi.restore(copy)
  await jp.round(fi)
  await fi.round(jp)
  assert.deepEqual([await found(jp), await stateAt(jp)], [[], "open"])
})

test("a conflict file is believed for what it proves and nothing else, once, and from whoever shows it", async () => {
  await twoFaces(2, 2)
  await jp.round(br)
  const [file] = await filesAt(jp)
  assert.ok(file)
  const tell = async (from: Member, to: Member, body: Buffer) =>
    say(from.parts, await loadPeer(from.store, to.party), "conflict", { body })
  await assert.rejects(tell(jp, de, file), { code: "peer.refused", kind: "not-found" }) // Germany reads no such log
  await assert.rejects(tell(jp, br, Buffer.from("{}")), { code: "peer.refused", kind: "invalid" })
  await tell(jp, br, file)
  await tell(de, br, file)
  assert.equal((await filesAt(br)).length, 1)
})

test("a file about another's keys, or with endless changes of keys, is put away without following them", async () => {
  await twoFaces(2, 2)
  await jp.round(br)
  const [file] = await filesAt(jp)
  const said = JSON.parse(String(file)) as { statements: string[] }
  const tell = async (statements: string[]) =>
    say(jp.parts, await loadPeer(jp.store, br.party), "conflict", {
      body: bodyOf({ ...said, statements }),
    })
  // Nonsense would be "broken" as soon as somebody followed it.
  const nonsense = Buffer.from("{}").toString("base64")
  const refused = { code: "peer.refused", details: { status: 403, code: "conflict.unsigned" } }
  await assert.rejects(tell([nonsense]), refused)
  await assert.rejects(tell([...said.statements, ...Array(60).fill(nonsense)]), refused)
})

test("keys that are not the owner's prove nothing against it, even for its log's name", async () => {
  await twoFaces(2, 2)
  await jp.round(br)
  const [file] = await filesAt(jp)
  assert.ok(file)
  // Brazil knows another Finland: the same log, other keys.
  const [incept] = br.meddle("select body from peer_key where peer = (select key from peer where name = 'de')")
  await br.store.write(async (tx) => {
    await tx.run(sql`delete from conflicting_checkpoints`)
    await tx.run(sql`update feed set state = 'open'`)
    await tx.run(
      sql`update peer_key set body = ${incept?.body as Uint8Array} where peer = (select key from peer where name = 'fi')`,
    )
  })
  const told = say(jp.parts, await loadPeer(jp.store, br.party), "conflict", { body: file })
  await assert.rejects(told, { code: "peer.refused", kind: "refused" })
  assert.equal(await stateAt(br), "open")
})

test("after people talked a feed goes on with what is held; the other history stops it again", async () => {
  await twoFaces(2, 4)
  await jp.round(br)
  const settle = () =>
    jp.store.write(async (tx) => {
      const feed = await feedOfOrigin(tx, origin)
      if (feed !== null) await settleConflicts(tx, feed, "somebody")
    })
  await settle()
  assert.equal(await stateAt(jp), "open")
  assert.notEqual((await listConflicts(jp.store, 1))[0]?.settledAt, null)
  await assert.rejects(settle(), { code: "feed.not-broken" })
  await assert.rejects(jp.round(fi), { code: "feed.conflicting-checkpoints" })
  assert.equal(await stateAt(jp), "broken")
  assert.deepEqual(
    (await listConflicts(jp.store, 9)).map(({ settledAt }) => settledAt),
    [null],
  )
})
