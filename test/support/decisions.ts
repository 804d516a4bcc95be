import type { Instant } from "../../src/kernel/time.ts"
import type { PartyId } from "../../src/parties/index.ts"
import {
  type Approvals,
  DEFAULT_TERMS,
  type Purpose,
  type Recipient,
  type ReleaseFacts,
  type ReleaseObject,
  type ReleaseOrigin,
  type Terms,
} from "../../src/policy/index.ts"

export type Asked = {
  object: ReleaseObject
  origin: ReleaseOrigin
  terms: Terms | null
  facts: ReleaseFacts
  approvals: Approvals
  purpose: Purpose
  time: Instant
}

export const partyId = (number: number) => `identity--00000000-0000-4000-8000-00000000000${number}` as PartyId
/** 2026-07-01T12:00:00Z */
export const NOON = 1_782_907_200_000_000 as Instant

export const jp: Recipient = {
  ...{ party: partyId(1), names: ["Example CSIRT Japan"], kind: "government", places: ["JP"] },
  peer: { state: "active", theirs: "active" },
}
export const plainObject: ReleaseObject = {
  ...{ type: "indicator", kinds: [], marking: "green", strictest: null, others: [], sectors: [], incidents: [] },
  ...{ personal: [], sources: [], aside: false, withdrawn: false, revokedSince: false, recalledAt: null },
}
/** Something that goes: everything else differs from it in something. */
export const allowed: Asked = {
  object: plainObject,
  origin: "own",
  terms: DEFAULT_TERMS,
  facts: {
    actor: { is: "person", officer: true, by: "ada" },
    officers: 2,
    collection: { kind: "shared", closedAt: null, agreement: null },
    audience: [jp],
    refusals: { parties: new Map(), places: new Map(), kinds: new Map() },
    law: new Map(),
    ...{ first: false, again: false, urgent: null, articles: {} },
  },
  approvals: { binding: "this", given: [] },
  purpose: "defence",
  time: NOON,
}
