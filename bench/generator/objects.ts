import { observable, pattern } from "./observables.ts"
import { AUTHORS, LEVELS, type Plain, PREAMBLE, STATEMENTS } from "./preamble.ts"
import { hexadecimal, integer, pick, type Random, randomFor, uuid } from "./random.ts"
import { BLOCK, type Kind, type Observable, SLOTS, sizeOf, slotsOf } from "./shape.ts"
import { BYTES_PER_UNIT, words } from "./words.ts"

type Place = { seed: number; index: number; block: number; kind: Kind }

const DAY = 86_400_000
const EPOCH = Date.UTC(2020, 0, 1)
const OBSERVABLES: readonly string[] = [
  "ipv4-addr",
  "ipv6-addr",
  "domain-name",
  "url",
  "file",
  "email-addr",
] satisfies Observable[]

/** Object number `index` (from 0) of the set named by the seed, as JSON text; depends on nothing else. */
export function generated(seed: number, index: number): string {
  const fixed = PREAMBLE[index]
  return JSON.stringify(fixed ?? make(placeOf(seed, index)))
}

function placeOf(seed: number, index: number): Place {
  const position = index - PREAMBLE.length
  const kind = SLOTS[position % BLOCK]
  if (kind === undefined) throw new RangeError(`no object ${index}`)
  return { seed, index, block: Math.floor(position / BLOCK), kind }
}

function make(place: Place): Plain {
  if (place.kind === "again") return laterVersion(place)
  const random = randomFor(place.seed, place.index)
  if (isObservable(place.kind)) return observable(place.kind, random)
  const created = EPOCH + integer(random, 2000 * DAY)
  const head: Plain = {
    type: place.kind,
    spec_version: "2.1",
    id: idAt(place.seed, place.index, place.kind),
    created: new Date(created).toISOString(),
    modified: new Date(created + integer(random, 150 * DAY)).toISOString(),
    created_by_ref: pick(random, AUTHORS),
  }
  if (random() < 0.006) head.revoked = true
  return filled({ ...head, ...body(place, random, created), object_marking_refs: marksFor(random) }, place, random)
}

function isObservable(kind: Kind): kind is Observable {
  return OBSERVABLES.includes(kind)
}

/** The nearest relationship before this place that is not revoked (revoked is final), as changed 200 days later. */
function laterVersion(place: Place): Plain {
  const slot = (place.index - PREAMBLE.length) % BLOCK
  const places = slotsOf("relationship")
  const before = places.filter((candidate) => candidate < slot).toReversed()
  for (const earlier of [...before, ...places]) {
    const first = make(placeOf(place.seed, place.index - slot + earlier))
    if (first.revoked === true) continue
    return { ...first, modified: new Date(Date.parse(String(first.modified)) + 200 * DAY).toISOString() }
  }
  throw new RangeError("a block without relationships")
}

/** Random, but a function of the place: so that others can refer to it without making it. */
function idAt(seed: number, index: number, type: string): string {
  return `${type}--${uuid(randomFor(seed ^ 0x5f3759df, index))}`
}

function referenceTo(kind: Kind, place: Place, random: Random): string {
  const block = integer(random, place.block + 1)
  return idAt(place.seed, PREAMBLE.length + block * BLOCK + pick(random, slotsOf(kind)), kind)
}

function marksFor(random: Random): string[] {
  const statement = random() < 0.7 ? [pick(random, STATEMENTS)] : []
  return statement.length === 0 || random() < 0.4 ? [...statement, pick(random, LEVELS)] : statement
}

const CITED = { source_name: "Example report 2026", url: "https://reports.example/2026/11/an-example-report.pdf" }
const USES: readonly (readonly [string, Kind, Kind])[] = [
  ["uses", "malware", "attack-pattern"],
  ["uses", "intrusion-set", "attack-pattern"],
  ["uses", "tool", "attack-pattern"],
  ["uses", "campaign", "malware"],
  ["mitigates", "course-of-action", "attack-pattern"],
  ["detects", "x-mitre-data-component", "attack-pattern"],
  ["indicates", "indicator", "malware"],
]

function body(place: Place, random: Random, created: number): Plain {
  const { kind } = place
  if (kind === "relationship") {
    const [relationship_type, from, to] = pick(random, USES)
    const refs = { source_ref: referenceTo(from, place, random), target_ref: referenceTo(to, place, random) }
    return { relationship_type, ...refs, external_references: [CITED] }
  }
  if (kind === "indicator") {
    return {
      name: `Indicator ${hexadecimal(random, 6)}`,
      indicator_types: ["malicious-activity"],
      pattern: pattern(random),
      pattern_type: "stix",
      valid_from: new Date(created).toISOString(),
      confidence: integer(random, 101),
    }
  }
  if (kind === "sighting") {
    const [first_seen, last_seen] = [created, created + DAY].map((time) => new Date(time).toISOString())
    const count = 1 + integer(random, 50)
    return { sighting_of_ref: referenceTo("indicator", place, random), first_seen, last_seen, count }
  }
  return described(place)
}

function described({ kind, index }: Place): Plain {
  const external_references = [{ ...CITED, external_id: `X${index}` }]
  const base: Plain = { name: `Example ${kind} ${index}`, external_references, x_mitre_version: "1.0" }
  if (kind === "malware") base.is_family = true
  if (kind === "attack-pattern") {
    base.kill_chain_phases = [{ kill_chain_name: "mitre-attack", phase_name: "credential-access" }]
    base.x_mitre_platforms = ["Windows", "Linux", "macOS"]
  }
  return base
}

/** Prose until the object has the size that its kind should have. */
function filled(object: Plain, place: Place, random: Random): Plain {
  const size = sizeOf(place.kind, place.block, random)
  if (size === null) return object
  const missing = Math.floor((size - JSON.stringify(object).length - 17) / BYTES_PER_UNIT)
  return missing > 0 ? { ...object, description: words(random, missing) } : object
}
