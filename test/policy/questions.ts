import type { Instant } from "../../src/kernel/time.ts"
import { type Bound, boundStates, type Day, type FactRef } from "../../src/law/index.ts"
import { partyKinds, peerStates } from "../../src/parties/index.ts"
import {
  ACTIONS,
  CEILINGS,
  DEFAULT_TERMS,
  type Found,
  type LawFacts,
  ONWARD,
  type OtherMarking,
  PURPOSES,
  REDACTED_KINDS,
  type Recipient,
  type ReleaseFacts,
  type ReleaseObject,
  type ReleaseOrigin,
  type Terms,
} from "../../src/policy/index.ts"
import { TLP_LEVELS } from "../../src/stix/index.ts"
import { type Asked, allowed, NOON, partyId, plainObject } from "../support/decisions.ts"

/** Numbers that follow from a seed (mulberry32): the same questions in every run. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  below(most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % most
  }

  one<T>(...items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  yes(oneIn = 2): boolean {
    return this.below(oneIn) === 0
  }

  some<T>(items: readonly T[], most: number): T[] {
    const found = items.filter(() => this.yes())
    return found.slice(0, most)
  }

  maybe<T>(make: () => T, oneIn = 2): T | null {
    return this.yes(oneIn) ? make() : null
  }
}

const PARTS = ["object", "origin", "terms", "facts", "approvals", "purpose", "time"] as const
const SECTORS = ["energy", "water"] as const
const CLASSES = ["fraud", "intrusions"] as const
const PLACES = ["BR", "EU", "JP"]
const DAYS = ["2026-06-30", "2026-07-01", "2026-07-02"]

/** One question: most differ from one that may leave in few things, or nothing would ever leave. */
export function question(dice: Dice): Asked {
  if (dice.yes(2000)) return { ...any(dice), ...broken(dice) }
  const other = any(dice)
  if (dice.yes(4)) return other
  const parts = PARTS.filter(() => dice.yes(9))
  const asked = { ...allowed, ...Object.fromEntries(parts.map((part) => [part, other[part]])) }
  const near = { ...asked, ...mixed(dice, asked, other) }
  if (near.terms === null || other.terms === null) return near
  return dice.one(near, near, near, takingOut(near, other), withPeople(near, other), byLaw(near, other))
}

/** Of what is taken out there is little by chance. */
function takingOut(near: Asked, other: Asked): Asked {
  const { personal, sources } = other.object
  const { personal: allowing, attribution } = other.terms ?? DEFAULT_TERMS
  const terms = { ...(near.terms ?? DEFAULT_TERMS), personal: allowing, attribution }
  return { ...near, object: { ...near.object, personal, sources }, terms }
}

/** And of what rests on the law. */
function byLaw(near: Asked, other: Asked): Asked {
  const { audience, personal } = other.terms ?? DEFAULT_TERMS
  const terms = near.terms ?? DEFAULT_TERMS
  const bound = { ...terms.audience, bound: audience.bound }
  const facts = { ...near.facts, law: other.facts.law }
  const object = { ...near.object, personal: other.object.personal }
  return { ...near, object, facts, terms: { ...terms, audience: bound, personal } }
}

/** And of what two people decide. */
function withPeople(near: Asked, other: Asked): Asked {
  const { officers, first, urgent } = other.facts
  const { urgent: mayBe, marking } = other.terms ?? DEFAULT_TERMS
  const terms = { ...(near.terms ?? DEFAULT_TERMS), urgent: mayBe, marking }
  const facts = { ...near.facts, officers, first, urgent }
  return { ...near, object: { ...near.object, marking }, terms, facts, approvals: other.approvals }
}

/** Of the large parts some members. */
function mixed(dice: Dice, asked: Asked, other: Asked): Partial<Asked> {
  const take = <T extends object>(own: T, others: T, oneIn: number): T => {
    const names = Object.keys(own).filter(() => dice.yes(oneIn))
    return { ...own, ...Object.fromEntries(names.map((name) => [name, others[name as keyof T]])) }
  }
  return {
    object: take(asked.object === other.object ? plainObject : asked.object, other.object, 5),
    facts: take(asked.facts === other.facts ? allowed.facts : asked.facts, other.facts, 12),
    terms: take(DEFAULT_TERMS, other.terms ?? DEFAULT_TERMS, 8),
  }
}

function any(dice: Dice): Asked {
  return {
    object: object(dice),
    origin: dice.yes() ? "own" : origin(dice),
    terms: dice.yes(8) ? null : terms(dice),
    facts: facts(dice),
    approvals: {
      binding: "this",
      given: Array.from({ length: dice.below(3) }, () => ({
        ...{ by: dice.one("ada", "bo", "cy"), officer: !dice.yes(4), binding: dice.one("this", "this", "other") },
        at: (NOON - dice.one(-1, 0, 1, 86_399_999_999, 86_400_000_000, 3_600_000_000)) as Instant,
      })),
    },
    purpose: dice.one(...PURPOSES),
    time: dice.one(NOON, NOON, (NOON - 43_200_000_000) as Instant, (NOON + 43_199_999_999) as Instant),
  }
}

/** What no type allows: the answer is a refusal all the same. */
function broken(dice: Dice): Partial<Asked> {
  return dice.one<unknown>(
    { object: null },
    { facts: null },
    { facts: { ...allowed.facts, audience: null } },
    { terms: {} },
    { approvals: null, facts: { ...allowed.facts, first: true }, object: plainObject, terms: DEFAULT_TERMS },
  ) as Partial<Asked>
}

function object(dice: Dice): ReleaseObject {
  return {
    type: dice.one("indicator", "report", "artifact", "marking-definition"),
    kinds: dice.yes(5) ? ["exploit-code", "malware-sample"] : [],
    marking: dice.yes(9) ? null : dice.yes(60) ? ("violet" as ReleaseObject["marking"]) : dice.one(...TLP_LEVELS),
    strictest: dice.yes() ? null : dice.one(...TLP_LEVELS),
    others: Array.from({ length: dice.below(3) }, () => otherMarking(dice)),
    sectors: dice.some([...SECTORS, "moon"], 2),
    incidents: dice.some([...CLASSES, "rsit:new"], 2),
    personal: found(dice),
    sources: found(dice),
    ...{ aside: dice.yes(9), withdrawn: dice.yes(6), revokedSince: dice.yes(9) },
    recalledAt: dice.yes(5) ? NOON : null,
  }
}

function found(dice: Dice): Found[] {
  if (dice.yes()) return []
  return Array.from({ length: 1 + dice.below(3) }, (_, at) => ({
    ...{ path: `/${at}`, what: dice.one(...REDACTED_KINDS), whole: dice.yes(9) },
  }))
}

function otherMarking(dice: Dice): OtherMarking {
  const id = dice.one("marking-definition--1", "marking-definition--2")
  const marking = dice.yes() ? null : dice.one(...TLP_LEVELS)
  const is = dice.one("statement", "statement", "actions", "actions", "unknown")
  if (is !== "actions") return { id, marking, is }
  return { id, marking, is, actions: dice.yes(5) ? null : dice.one(...ACTIONS) }
}

function origin(dice: Dice): ReleaseOrigin {
  return { party: partyId(3), terms: dice.yes(5) ? null : terms(dice), agreement: dice.one(null, "treaty", "other") }
}

export function terms(dice: Dice): Terms {
  const set = <T>(...items: T[]) => dice.maybe(() => items.filter((_, at) => at === 0 || dice.yes()))
  const safeguard = dice.one("Art. 14", "Art. 15")
  const instrument = dice.one(null, "budapest", "eu")
  // What may be matched changes no decision to release.
  const row = { type: "phone", purpose: "evidence", basis: safeguard, safeguard } as const
  return {
    ...(instrument === null ? {} : { matching: [row] }),
    v: 1,
    audience: {
      parties: set(partyId(1), partyId(2)),
      kinds: set(...(dice.yes() ? [...partyKinds] : partyKinds.toReversed())),
      places: set(...(dice.yes() ? PLACES : PLACES.toReversed())),
      bound: dice.maybe(() => dice.one(["budapest"], ["budapest", "eu"], ["eu"])),
      confidential: dice.yes(),
    },
    objects: {
      types: set(dice.one("indicator", "report")),
      sectors: set(...(dice.yes() ? SECTORS : SECTORS.toReversed())),
      incidents: set(...CLASSES),
    },
    marking: dice.one(...CEILINGS),
    actions: dice.maybe(() => dice.one(...ACTIONS)),
    purposes: [dice.one(...PURPOSES), dice.one(...PURPOSES)],
    personal: dice.one<Terms["personal"]>({ is: "forbid" }, { is: "redact" }, { is: "allow", safeguard, instrument }),
    attribution: dice.one("named", "hidden"),
    onward: dice.one(...ONWARD),
    retention: dice.one(null, 30, 90),
    duties: { acknowledge: dice.one(null, 4), answer: dice.one(null, 4), sightings: dice.one(null, 7, 30) },
    start: dice.one(null, ...DAYS),
    end: dice.one(null, ...DAYS),
    notice: dice.one(0, 30),
    urgent: dice.yes(),
  }
}

function facts(dice: Dice): ReleaseFacts {
  const refused = (value: string) => ({
    id: "refusal--1" as never,
    value,
    reason: null,
    source: "OJ",
    since: "2026-01-01",
  })
  const refusing = (...values: string[]) => new Map(dice.some(values, 2).map((value) => [value, refused(value)]))
  return {
    actor: dice.yes(4) ? { is: "operator" } : { is: "person", officer: !dice.yes(6), by: dice.one("ada", "bo") },
    officers: dice.below(4),
    collection: {
      kind: dice.one("shared", "shared", "shared", "inbox", "received"),
      closedAt: dice.yes(6) ? NOON : null,
      agreement: dice.one(null, "treaty"),
    },
    audience: Array.from({ length: dice.below(4) }, () => recipient(dice)),
    refusals: {
      parties: dice.yes(3) ? refusing("b", "c d", partyId(2)) : new Map(),
      places: dice.yes(3) ? refusing("BR", "EU") : new Map(),
      kinds: dice.yes(3) ? refusing("report", "malware-sample") : new Map(),
    },
    law: law(dice),
    ...{ first: dice.yes(), again: dice.yes() },
    urgent: dice.maybe(() => ({ reason: dice.one("it spreads", " "), told: dice.one("ada", "bo", "") })),
    articles: dice.one<ReleaseFacts["articles"]>(
      {},
      { marking: "Art. 1", personal: "Art. 2", urgent: "Art. 3", kinds: "4", bound: "5" },
    ),
  }
}

/** Of each place and instrument something; half of the worlds know that everyone is bound, or little would go. */
function law(dice: Dice): LawFacts {
  const most = dice.one(1, boundStates.length)
  const pairs = ["budapest", "eu"].flatMap((instrument) => PLACES.map((place) => `${instrument}/${place}`))
  return new Map(
    pairs.flatMap((of): [string, Bound][] => {
      if (dice.yes(12)) return []
      const state = boundStates[dice.below(most)] ?? "unknown"
      const row = {
        fact: `participation/${of}` as FactRef,
        source: dice.one("Depositary", "OJ"),
        asOf: "2026-02" as Day,
      }
      return [[of, { state, rests: dice.yes(4) ? null : row }]]
    }),
  )
}

function recipient(dice: Dice): Recipient {
  const state = () => (dice.yes(5) ? dice.one(...peerStates) : "active")
  return {
    party: partyId(1 + dice.below(3)),
    names: dice.some(["A", "B", "Ｂ", "c  d", "C\u200b D"], 2),
    kind: dice.yes(5) ? null : dice.one(...partyKinds),
    places: dice.yes(5) ? null : dice.some(PLACES, 2),
    peer: dice.yes(9) ? null : { state: state(), theirs: state() },
  }
}
