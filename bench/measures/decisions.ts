import type { Json } from "../../src/kernel/canonical.ts"
import type { Instant } from "../../src/kernel/time.ts"
import type { PartyId } from "../../src/parties/index.ts"
import {
  DEFAULT_TERMS,
  decide,
  decider,
  incidentsOf,
  kindsOf,
  personalData,
  type ReleaseFacts,
  type ReleaseObject,
  readMarking,
  sectorsOf,
  sourcesOf,
  type Terms,
} from "../../src/policy/index.ts"
import { effectiveMarking, type JsonObject } from "../../src/stix/index.ts"
import type { Bench } from "../context.ts"
import { objects, REAL_COUNT } from "../data.ts"

const group = "decisions"
const ROUNDS = 10
const SELF = "identity--00000000-0000-4000-8000-000000000000"
const NOW = 1_782_907_200_000_000 as Instant
const NO_APPROVALS = { binding: "", given: [] }

/** Terms in which something of everything is limited, so that no check is passed over. */
const STRICT: Terms = {
  ...DEFAULT_TERMS,
  audience: {
    parties: null,
    kinds: ["government", "international"],
    places: ["BR", "DE", "FI", "JP"],
    bound: ["budapest"],
    confidential: true,
  },
  objects: { ...DEFAULT_TERMS.objects, types: ["attack-pattern", "course-of-action", "indicator", "malware", "tool"] },
  marking: "amber",
  actions: "amber",
  personal: { is: "redact" },
  start: "2026-01-01",
  end: "2027-01-01",
}

/** The decision itself, for objects of the library, in this process and on one core; then what is read of them for it. */
export async function measureDecisions(bench: Bench): Promise<void> {
  const count = bench.options.quick ? 3000 : REAL_COUNT
  const texts = objects(bench.source, 0, count)
  const begun = process.cpuUsage()
  const all = texts.map(readObject)
  const reading = secondsSince(begun)
  const goal = { of: "figure", atLeast: 50_000 } as const
  const total = count * ROUNDS
  const [one, each] = [timeOf(() => together(all)), timeOf(() => alone(all))]
  bench.report({
    ...{ group, name: "decisions of one release", value: total / one.seconds, unit: "decisions/s", goal },
    note: `${total.toLocaleString("en")} of ${count.toLocaleString("en")} objects, 8 readers; released ${one.released}`,
  })
  const note = "audience, refusal list and terms looked at anew for each; 8 readers"
  bench.report({ group, name: "decisions by themselves", value: total / each.seconds, unit: "decisions/s", goal, note })
  bench.report({
    ...{ group, name: "objects read for it", value: count / reading, unit: "objects/s" },
    note: "parsed; personal data, sources, marks and carried files found",
  })
}

function together(all: readonly ReleaseObject[]): number {
  let released = 0
  for (let round = 0; round < ROUNDS; round++) {
    const rule = decider({ terms: STRICT, facts: FACTS, purpose: "defence", time: NOW })
    for (const object of all) if (rule(object, "own", NO_APPROVALS).is === "release") released++
  }
  return released
}

function alone(all: readonly ReleaseObject[]): number {
  let released = 0
  for (let round = 0; round < ROUNDS; round++) {
    for (const object of all) {
      if (decide(object, "own", STRICT, FACTS, NO_APPROVALS, "defence", NOW).is === "release") released++
    }
  }
  return released
}

function timeOf(work: () => number): { seconds: number; released: number } {
  const begun = process.cpuUsage()
  const released = work()
  return { seconds: secondsSince(begun), released }
}

/** Of one core: whoever else works on the machine does not count. */
function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1_000_000
}

const refused = (value: string) => ({
  id: "refusal--1" as never,
  value,
  reason: null,
  source: "OJ",
  since: "2026-01-01",
})
const FACTS: ReleaseFacts = {
  actor: { is: "person", officer: true, by: "commitment" },
  officers: 2,
  collection: { kind: "shared", closedAt: null, agreement: null },
  audience: Array.from({ length: 8 }, (_, at) => ({
    ...{ party: `${SELF.slice(0, -1)}${at + 1}` as PartyId, names: [`CERT ${at}`, `National CSIRT ${at}`] },
    ...{ kind: "government", places: ["DE"], peer: { state: "active", theirs: "active" } },
  })),
  law: new Map([["budapest/DE", { state: "bound", rests: null }]]),
  refusals: {
    parties: new Map(Array.from({ length: 200 }, (_, at) => [`refused ${at}`, refused(`Refused ${at}`)])),
    places: new Map([["KP", refused("KP")]]),
    kinds: new Map([["exploit-code", refused("exploit-code")]]),
  },
  ...{ first: false, again: false, urgent: null, articles: {} },
}

/** The real objects carry no TLP level: every second one is taken as GREEN, the others as AMBER. */
function readObject(text: Buffer, at: number): ReleaseObject {
  const value = JSON.parse(text.toString("utf8")) as Json
  const object: JsonObject = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {}
  const { level, others } = effectiveMarking(object)
  const statement = { type: "marking-definition", definition_type: "statement", definition: { statement: "©" } }
  return {
    ...{ type: String(object.type), kinds: kindsOf(object), marking: level ?? (at % 2 === 0 ? "green" : "amber") },
    ...{ strictest: null, others: others.map((id) => readMarking(id, statement)) },
    ...{ sectors: sectorsOf(object), incidents: incidentsOf(object) },
    ...{ personal: personalData(object), sources: sourcesOf(object, SELF) },
    ...{ aside: false, withdrawn: false, revokedSince: false, recalledAt: null },
  }
}
