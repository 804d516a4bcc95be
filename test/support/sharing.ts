import assert from "node:assert/strict"
import { silent } from "../../src/kernel/diagnostics.ts"
import { ComityError } from "../../src/kernel/errors.ts"
import { sha256 } from "../../src/kernel/hash.ts"
import type { Instant } from "../../src/kernel/time.ts"
import { addObjects, addShared, type Collection, loadCollection, loadNewest } from "../../src/library/index.ts"
import { CardDetails, cardBytes, type OwnParty } from "../../src/parties/index.ts"
import type { Release, TargetOutcome } from "../../src/sharing/release/model.ts"
import { newestEverKey } from "../../src/sharing/release/queries.ts"
import { Releases } from "../../src/sharing/release/releases.ts"
import { type Chosen, loadRelease } from "../../src/sharing/release/releasing.ts"
import { type Tlp, tlpMarkingId } from "../../src/stix/index.ts"
import type { Federation, Member } from "./federation.ts"
import { prepared } from "./node-in-process.ts"
import { indicator, type Stix } from "./stix.ts"
import { PLAIN_TERMS } from "./terms.ts"

/** The card by which a party says where it is, and whatever else it likes. */
export function cardSaying(
  own: OwnParty,
  more: Partial<CardDetails> = {},
  endpoint = "https://partner.invalid",
): Buffer {
  const details = CardDetails.parse({ places: [own.place], ...more })
  const said = { details, endpoint, root: sha256("").toString("base64"), recipients: [] }
  return cardBytes(own, { ...said, created: 0 as Instant, modified: 0 as Instant })
}

/** An indicator under that mark. */
export function marked(level: Tlp | null, changes: Record<string, unknown> = {}): Stix {
  return indicator({ ...(level === null ? {} : { object_marking_refs: [tlpMarkingId(level)] }), ...changes })
}

/** A shared collection of a member's, for these others. */
export async function share(owner: Member, ...audience: Member[]): Promise<Collection> {
  const parties = audience.map(({ party }) => party)
  return loadCollection(
    owner.store,
    await addShared(owner.store, { title: "Shared", alias: null, terms: PLAIN_TERMS, audience: parties }, null),
  )
}

/** Objects come into an inbox of the member. */
export async function import_(node: Member, ...objects: Stix[]): Promise<void> {
  node.clock.forward(1_000_000)
  const outcomes = await addObjects(node.store, await node.collection(), prepared(...objects))
  assert.deepEqual(new Set(outcomes.map(({ is }) => is)), new Set(["accepted"]))
}

export function releasesOf(node: Member): Releases {
  return new Releases({ store: node.store, clock: node.clock, diagnostics: silent })
}

/** The operator, or an officer that is named, lets out the newest versions of these objects. */
export async function release(
  node: Member,
  collections: readonly Collection[],
  ids: readonly string[],
  change: Partial<Chosen> = {},
): Promise<Release> {
  const releases = releasesOf(node)
  node.clock.forward(1_000_000)
  const keys = await Promise.all(ids.map((id) => newestEverKey(node.store, id)))
  const chosen = { unmarked: null, again: false, by: null, officer: true, ...change }
  const objects = keys.flatMap((key) => key ?? [])
  const id = await releases.prepare({ ...chosen, collections: collections.map((one) => one.id), objects })
  await releases.settled(id)
  await releases.start(id, chosen)
  await releases.settled(id)
  return loadRelease(node.store, id)
}

export function only({ outcome, failure }: Release): TargetOutcome {
  assert.equal(failure, null)
  assert.equal(outcome.length, 1)
  return outcome[0] as TargetOutcome
}

/** All of them pull from one of them until nothing is left. */
export async function everybodyPulls(federation: Federation, from: Member): Promise<void> {
  for (const member of federation.members) if (member !== from) await member.round(from)
}

/** The mark under which a holder shows an object; null if it shows none of it. */
export async function shownAt(node: Pick<Member, "store">, id: string): Promise<string | null> {
  try {
    return (await loadNewest(node.store, id)).marking ?? "none"
  } catch (error) {
    if (error instanceof ComityError && error.kind === "not-found") return null
    throw error
  }
}
