import assert from "node:assert/strict"
import sql from "sql-template-tag"
import { type KeyPair, newKeyPair, signerOf } from "../../src/crypto/index.ts"
import { canonicalize } from "../../src/kernel/canonical.ts"
import { silent } from "../../src/kernel/diagnostics.ts"
import { DAY, type Instant, plusMicroseconds } from "../../src/kernel/time.ts"
import { signCheckpoint } from "../../src/ledger/checkpoint.ts"
import { inceptStatement } from "../../src/ledger/key-statements.ts"
import {
  addMirror,
  addObjects,
  addShared,
  applySlice,
  type Collection,
  findMember,
  loadCollection,
  readHeader,
  serveEntries,
  setSaidTerms,
} from "../../src/library/index.ts"
import { addOwnParty, insertPeer, insertStatement, type OwnParty, type PartyId } from "../../src/parties/index.ts"
import { keepContradiction } from "../../src/peering/evidence/conflicts.ts"
import { listConflicts } from "../../src/peering/evidence/queries.ts"
import { loadFeed } from "../../src/peering/feeds/queries.ts"
import { guardLogs } from "../../src/peering/index.ts"
import { toldOf } from "../../src/peering/reciprocity/message.ts"
import { SPANS } from "../../src/peering/reciprocity/model.ts"
import { newestEverKey } from "../../src/sharing/release/queries.ts"
import { Releases } from "../../src/sharing/release/releases.ts"
import { recall } from "../../src/sharing/release/withdrawing.ts"
import { tlpMarkingId } from "../../src/stix/index.ts"
import { figures } from "./figures.ts"
import { day, type InProcess, openInProcess, prepared } from "./node-in-process.ts"
import { cardSaying } from "./sharing.ts"
import { indicator, newVersion, type Stix, stixId } from "./stix.ts"
import { PLAIN_TERMS } from "./terms.ts"

/** What pages of sharing need to have something to show; the ids by which their addresses are found. */
export type SharedThings = Record<
  | "shared"
  | "received"
  | "release"
  | "outgone"
  | "recalledHere"
  | "recalledThere"
  | "partner"
  | "partnerUntold"
  | "newcomer"
  | "conflict"
  | "guarded",
  string
>

/** The first statement of a node that nobody runs. */
const inceptOf = (key: Buffer) => inceptStatement({ current: key, next: key, recovery: key })

const PARTNERS = [
  { name: "Coastal CERT", place: "JP", state: "active" },
  { name: "River CSIRT", place: "BR", state: "active" },
  { name: "Delta Bank", place: "FI", state: "suspended" },
  { name: "Harbour Police", place: "NO", state: "invited" },
] as const

function sign(name: string, level: "green" | "amber" | null, changes: Record<string, unknown> = {}): Stix {
  const refs = level === null ? {} : { object_marking_refs: [tlpMarkingId(level)] }
  return indicator({ name, ...refs, ...changes })
}

/** Partners, a shared collection with its receipts, a release that waits for a decision, and one that came from a partner. */
export async function addSharedThings(node: InProcess, names: string): Promise<SharedThings> {
  const keys = PARTNERS.map(() => newKeyPair())
  const [coast, river, , newcomer] = await addPartners(node, names, keys)
  const shared = await share(node, `Lantern for partners${names}`, [coast, river])
  const first = sign(`Relay that changed${names}`, "green", { modified: day(1) })
  const [out, wrong] = [sign(`Relay that went out${names}`, "green"), sign(`Relay that was wrong${names}`, "green")]
  const [amber, plain] = [sign(`Relay for us${names}`, "amber"), sign(`Relay without a mark${names}`, null)]
  await import_(node, [first, out, wrong, amber, plain])
  const releases = new Releases({ store: node.store, clock: node.clock, diagnostics: silent })
  const one = await prepare(node, releases, shared, [first, out, wrong])
  await releases.start(one, { by: null, officer: false })
  await releases.settled(one)
  await serve(node, shared, coast)
  await serve(node, shared, river)
  await import_(node, [newVersion(first, day(2), { revoked: true })])
  const reason = `The address belongs to a hospital${names}`
  await recall(node.store, { id: wrong.id, reason }, null)
  answer(node, coast, names)
  exchangeCounts(node, coast)
  const release = await prepare(node, releases, shared, [out, amber, plain, first])
  const came = await receive(node, coast, names)
  await addFeeds(node, { coast, river, received: came.received, names })
  const guarded = await addGuarded(node, `Night watch${names}`, [coast, river])
  const conflict = await addConflict(node, keys[1] as KeyPair)
  return {
    ...{ conflict, guarded },
    ...{
      shared: shared.id,
      release,
      partner: coast ?? "",
      partnerUntold: river ?? "",
      newcomer: newcomer ?? "",
      outgone: out.id,
      recalledHere: wrong.id,
    },
    ...came,
  }
}

async function addPartners(
  { store, meddle, clock }: InProcess,
  names: string,
  keys: readonly KeyPair[],
): Promise<PartyId[]> {
  const parties: PartyId[] = []
  for (const [at, { name, place, state }] of PARTNERS.entries()) {
    const { publicKey } = keys[at] as KeyPair
    const party = stixId("identity") as PartyId
    const endpoint = "https://partner.invalid"
    await store.write(async (tx) => {
      const key = await insertPeer(tx, { party, name: name + names, endpoint, state, theirs: "active" })
      await insertStatement(tx, key, 0, Buffer.from(canonicalize(inceptOf(publicKey))))
    })
    const own = { id: party, name: cardLine(`${name}${names}`), kind: "government", place } as const
    const bytes = name === "Coastal CERT" ? talkative(own, names) : cardSaying(own)
    meddle(
      "update peer set card = ?, card_at = ?, heard_at = ? where party = ?",
      bytes,
      clock.now(),
      clock.now(),
      party,
    )
    parties.push(party)
  }
  return parties
}

/** As much of a text as stands on a line of a card. */
function cardLine(text: string): string {
  return [...text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/gu, "")].slice(0, 60).join("").slice(0, 60).trim()
}

/** A card with everything on it, by a partner that meanwhile calls itself otherwise and lives elsewhere. */
function talkative(own: OwnParty, names: string): Buffer {
  // Another part of the names on each line, since none holds all of them.
  const line = (text: string, part: number) => cardLine(names === "" ? text : names.slice(part * 30))
  const desk = {
    ...{ name: line("Duty desk", 0), phone: line("+81 3 5550 0100", 1), email: line("duty@coast.example", 2) },
    ...{ hours: line("Mon to Fri 9:00 to 18:00, else by telephone", 3), zone: line("Asia/Tokyo", 4) },
  }
  return cardSaying(
    { ...own, name: line("Coastal Cyber Centre", 0) },
    {
      ...{ roles: ["incident-response", "training"], languages: ["ja", "en"], desk },
      ...{ networks: ["192.0.2.0/24", "2001:db8:1::/48", "AS64500"], domains: ["coast.example", "port.example"] },
    },
    "https://new.partner.invalid",
  )
}

async function share({ store }: InProcess, title: string, audience: (PartyId | undefined)[]): Promise<Collection> {
  const parties = audience.filter((party) => party !== undefined)
  return loadCollection(
    store,
    await addShared(store, { title, alias: null, terms: PLAIN_TERMS, audience: parties }, null),
  )
}

async function import_(node: InProcess, objects: readonly Stix[]): Promise<void> {
  node.clock.forward(1)
  const own = await loadCollection(node.store, "own")
  for (const { is } of await addObjects(node.store, own, prepared(...objects))) assert.equal(is, "accepted")
}

async function prepare(
  { store }: InProcess,
  releases: Releases,
  { id }: Collection,
  objects: readonly Stix[],
): Promise<string> {
  const keys = await Promise.all(objects.map((object) => newestEverKey(store, object.id)))
  const chosen = { objects: keys.flatMap((key) => key ?? []), unmarked: null, again: false, by: null, officer: false }
  const prepared = await releases.prepare({ ...chosen, collections: [id] })
  await releases.settled(prepared)
  return prepared
}

/** As if the party had pulled all of it. */
async function serve({ store }: InProcess, { id }: Collection, party: PartyId | undefined) {
  return store.write(async (tx) => {
    const collection = await loadCollection(tx, id)
    const member = await findMember(tx, collection.key, party ?? "")
    assert.ok(member)
    return serveEntries(tx, collection, member, { from: 0, most: 1000, bytesMost: 10_000_000 })
  })
}

const seen = { type: "sighting", spec_version: "2.1", created: day(1), modified: day(1), count: 3 }

/** Both told each other their counts. */
function exchangeCounts({ meddle, clock }: InProcess, party: PartyId | undefined): void {
  const told = SPANS.map((days) => toldOf({ ...figures(80), days }))
  const now = clock.now()
  meddle(
    `insert into counts_exchange (peer, ours, theirs, changed_at, said_at, heard_at, told_at, counts, counts_at)
     select key, 1, 1, ?, ?, ?, ?, ?, ? from peer where party = ?`,
    ...[now, now, now, now, JSON.stringify(told), now, party ?? ""],
  )
}

/** One party answered; the others are late. */
function answer({ meddle, clock }: InProcess, party: PartyId | undefined, names: string): void {
  const late = plusMicroseconds(clock.now(), -2 * DAY) as Instant
  meddle("update receipt_due set told_at = ?, due_at = ?", late, plusMicroseconds(late, DAY))
  meddle(
    "update receipt_due set state = 'refused', reason = ?, answered_at = ?, receipt = ? where party = ?",
    ...[`Evidence in a case${names}`, clock.now(), "comity/receipts/v1\n{}\n\n— coast AAAA\n", party ?? ""],
  )
}

/** A partner's collection as it is mirrored here: one object stands, one was recalled. */
async function receive(
  node: InProcess,
  party: PartyId | undefined,
  names: string,
): Promise<Pick<SharedThings, "received" | "recalledThere">> {
  const there = await openInProcess({ clock: node.clock })
  try {
    await there.store.write((tx) => addOwnParty(tx, { name: "Coastal CERT", kind: "government", place: "JP" }, null))
    const us = stixId("identity") as PartyId
    await there.store.write((tx) =>
      insertPeer(tx, { party: us, name: "Us", endpoint: "https://us.invalid", state: "active", theirs: "active" }),
    )
    const shared = await share(there, `Harbour watch${names}`, [us])
    const [stands, gone] = [sign(`Buoy that stands${names}`, "green"), sign(`Buoy that is gone${names}`, "green")]
    await addObjects(there.store, await there.collection("own"), prepared(stands, gone))
    const releases = new Releases({ store: there.store, clock: there.clock, diagnostics: silent })
    const id = await prepare(there, releases, shared, [stands, gone])
    await releases.start(id, { by: null, officer: false })
    await releases.settled(id)
    await mirror(there, shared, us, node, party)
    await recall(there.store, { id: gone.id, reason: `Our sensor was broken${names}` }, null)
    const received = await mirror(there, shared, us, node, party)
    await import_(node, [{ ...seen, id: stixId("sighting"), sighting_of_ref: stands.id }])
    return { received, recalledThere: gone.id }
  } finally {
    await there.close()
  }
}

/** What came from partners: a collection that is up to date, one whose partner is silent, one with two histories. */
async function addFeeds(
  { store, meddle, clock }: InProcess,
  {
    coast,
    river,
    received,
    names,
  }: { coast: PartyId | undefined; river: PartyId | undefined; received: string; names: string },
): Promise<void> {
  const mirrorOf = (party: PartyId | undefined, title: string, n: number) =>
    store.write((tx) => addMirror(tx, { party: party as PartyId, origin: `comity/${String(n).repeat(32)}`, title }))
  const silent = await mirrorOf(river, `Estuary reports${names}`, 1)
  const broken = await mirrorOf(river, `Delta sightings${names}`, 2)
  const feeds = [
    { id: received, party: coast, state: "open", failure: null, failures: 0, target: 3, withheld: 1 },
    { id: silent.id, party: river, state: "open", failure: "peer.unreachable", failures: 7, target: 1200, withheld: 0 },
    {
      id: broken.id,
      party: river,
      state: "broken",
      failure: "feed.conflicting-checkpoints",
      failures: 1,
      target: 8,
      withheld: 0,
    },
  ]
  for (const { id, party, state, failure, failures, target, withheld } of feeds) {
    meddle(
      `insert into feed (peer, remote, collection, target, checkpoint, state, pulled_at, verified_at, failure, failures,
         withheld, refused)
       select p.key, c.id, c.key, ?, '', ?, ?, ?, ?, ?, ?, 0 from peer p, collection c where p.party = ? and c.id = ?`,
      ...[target, state, clock.now(), clock.now(), failure, failures, withheld, party ?? "", id],
    )
  }
}

/** The partner of the last feed signed two checkpoints of eight entries. */
async function addConflict({ store }: InProcess, key: KeyPair): Promise<string> {
  return store.write(async (tx) => {
    const row = await tx.get<{ key: number; origin: string }>(
      sql`select f.key, l.origin from feed f join collection c on c.key = f.collection join log l on l.key = c.log
          where f.state = 'broken'`,
    )
    assert.ok(row)
    const [first = "", second = ""] = [1, 2].map((root) =>
      signCheckpoint(row.origin, 8, Buffer.alloc(32, root), signerOf(key)),
    )
    await keepContradiction(tx, await loadFeed(tx, row.key), { first, second, proof: null }, "pull")
    const [found] = await listConflicts(tx, 1)
    assert.ok(found)
    return Buffer.from(found.hash).toString("hex")
  })
}

/** An own shared collection that was cosigned, after a start. */
async function addGuarded(node: InProcess, title: string, audience: (PartyId | undefined)[]): Promise<string> {
  const { id, key } = await share(node, title, audience)
  node.meddle("update audience set cosigned = 1 where collection = ?", key)
  await guardLogs(node.store)
  return id
}

export async function mirror(
  there: InProcess,
  shared: Collection,
  us: PartyId,
  node: InProcess,
  party: PartyId | undefined,
): Promise<string> {
  const { origin, title } = shared
  const sent = await serve(there, shared, us)
  return node.store.write(async (tx) => {
    const row = await tx.get<{ id: string }>(
      sql`select c.id from collection c join log l on l.key = c.log where l.origin = ${origin}`,
    )
    const held =
      row === undefined
        ? await addMirror(tx, { party: party as PartyId, origin, title })
        : await loadCollection(tx, row.id)
    if (row === undefined) await setSaidTerms(tx, held.key, shared.terms)
    const arrived = sent.slice(held.size).map((entry) => {
      const header = readHeader(entry)
      const holds = header?.kind === "put" || header?.kind === "revoke"
      const body = entry.content?.body.toString("utf8") ?? ""
      return { entry, header, object: holds && body !== "" ? (prepared(body)[0] ?? null) : null }
    })
    await applySlice(tx, held, arrived, null)
    return held.id
  })
}
