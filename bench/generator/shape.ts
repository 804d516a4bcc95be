import { integer, type Random, randomFor } from "./random.ts"

/**
 * What stands at one place of a block. `again` is a later version of a relationship of the same block; the rest are
 * STIX types.
 */
export type Kind =
  | "relationship"
  | "again"
  | "x-mitre-analytic"
  | "attack-pattern"
  | "course-of-action"
  | "malware"
  | "x-mitre-detection-strategy"
  | "intrusion-set"
  | "x-mitre-data-component"
  | "tool"
  | "campaign"
  | "x-mitre-data-source"
  | "x-mitre-tactic"
  | "indicator"
  | "sighting"
  | Observable

export type Observable = "ipv4-addr" | "ipv6-addr" | "domain-name" | "url" | "file" | "email-addr"

export const BLOCK = 1000

/** 880 in the shares of 31,300 objects of ATT&CK and CAPEC, and 120 of what those lack. */
const SHARES: Record<Kind, number> = {
  relationship: 679,
  again: 5,
  "x-mitre-analytic": 51,
  "attack-pattern": 49,
  "course-of-action": 34,
  malware: 23,
  "x-mitre-detection-strategy": 22,
  "intrusion-set": 6,
  "x-mitre-data-component": 4,
  tool: 3,
  campaign: 2,
  "x-mitre-data-source": 1,
  "x-mitre-tactic": 1,
  indicator: 50,
  sighting: 20,
  "ipv4-addr": 12,
  "ipv6-addr": 4,
  "domain-name": 12,
  url: 10,
  file: 10,
  "email-addr": 2,
}

/** Bytes at the quantiles 0, 0.25, 0.5, 0.75, 0.95 and 1 of the real objects of that type. */
const SIZES: Partial<Record<Kind, readonly number[]>> = {
  relationship: [520, 1027, 1128, 1238, 1740, 8772],
  again: [520, 1027, 1128, 1238, 1740, 8772],
  "x-mitre-analytic": [811, 1511, 1694, 1942, 2576, 4899],
  "attack-pattern": [635, 2154, 2889, 4162, 6896, 13653],
  "course-of-action": [407, 479, 545, 946, 2781, 6125],
  malware: [743, 1333, 1532, 1894, 2874, 5551],
  "x-mitre-detection-strategy": [727, 839, 894, 999, 1095, 1324],
  "intrusion-set": [612, 1589, 2253, 3599, 6911, 14511],
  "x-mitre-data-component": [728, 1320, 2002, 2928, 10150, 33524],
  tool: [873, 1155, 1370, 1843, 2408, 3225],
  campaign: [1559, 1853, 2110, 2449, 3695, 7352],
  "x-mitre-data-source": [875, 1032, 1328, 1487, 1655, 1843],
  "x-mitre-tactic": [900, 1170, 1278, 1661, 2519, 2533],
}

const QUANTILES = [0, 0.25, 0.5, 0.75, 0.95, 1]
/** One object in 16 blocks is as large as the largest real ones: a list of all members of a collection. */
const HUGE_EVERY = 16
const HUGE = [209_212, 243_408]

/** The kinds at the places of every block, in one fixed shuffle, so that each prefix is a fair sample. */
export const SLOTS: readonly Kind[] = shuffled()

const slotsByKind = new Map<Kind, readonly number[]>(
  (Object.keys(SHARES) as Kind[]).map((kind) => [kind, SLOTS.flatMap((at, slot) => (at === kind ? [slot] : []))]),
)

/** The places of a block where objects of this kind stand, ascending. */
export function slotsOf(kind: Kind): readonly number[] {
  return slotsByKind.get(kind) ?? []
}

/** How many bytes this object should have in all; null where the kind has its natural size. */
export function sizeOf(kind: Kind, block: number, random: Random): number | null {
  if (kind === "x-mitre-data-source" && block % HUGE_EVERY === 0) return HUGE[(block / HUGE_EVERY) % 2] ?? null
  const sizes = SIZES[kind]
  return sizes ? Math.round(atQuantile(sizes, random())) : null
}

/** Between the quantiles in a straight line; the last twentieth rises late and steeply, as the real sizes do. */
function atQuantile(sizes: readonly number[], share: number): number {
  const above = QUANTILES.findIndex((quantile) => share < quantile)
  const [low, high] = [QUANTILES[above - 1] ?? 0, QUANTILES[above] ?? 1]
  const [small, large] = [sizes[above - 1] ?? 0, sizes[above] ?? 0]
  const part = (share - low) / (high - low)
  return high === 1 ? small * (large / small) ** (part ** 4) : small + (large - small) * part
}

function shuffled(): Kind[] {
  const slots = (Object.keys(SHARES) as Kind[]).flatMap((kind) => Array<Kind>(SHARES[kind]).fill(kind))
  if (slots.length !== BLOCK) throw new RangeError(`shares sum to ${slots.length}, not ${BLOCK}`)
  const random = randomFor(2026, 1)
  for (let last = slots.length - 1; last > 0; last -= 1) {
    const other = integer(random, last + 1)
    const [a, b] = [slots[last], slots[other]] as [Kind, Kind]
    slots[last] = b
    slots[other] = a
  }
  return slots
}
