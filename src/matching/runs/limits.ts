import { ComityError } from "../../kernel/errors.ts"
import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import type { Reader } from "../../store/index.ts"
import { ITEM_TYPES, type ItemType, isItemType } from "../items/types.ts"
import { selectCountsTold, selectPlacesTaken } from "./limit-queries.ts"
import { paddedSize } from "./model.ts"

/** What one partner may find out here in any 24 hours, whatever its list is said to be. */
export type Limits = {
  /** Places of its lists, padding included: whoever lies may fill all of them with guesses. */
  places: Readonly<Record<ItemType, number>>
  /** Numbers that are told: differences of many numbers tell single items. */
  counts: number
  /** After so many hours a run that is not over is given up, and its keys are erased. */
  hours: number
}

/** Addresses can be counted through, so few of them; of the others more than anybody has. */
export const PLACES_USUAL: Limits["places"] = {
  ...{ ipv4: 6144, ipv6: 24_576, cidr: 6144, domain: 131_072, url: 131_072, email: 98_304 },
  ...{ hash: 2_097_152, wallet: 131_072, person: 1024, phone: 1024, case: 2048 },
}
/** `ipv4=768,hash=0`: what an operator sets, over the defaults; null for anything else. */
export function placesIn(text: string): Limits["places"] | null {
  const rows = text.split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim().split("=")]))
  const named = rows.map(([type = "", number = "", ...rest]) =>
    isItemType(type) && /^\d{1,9}$/.test(number) && rest.length === 0 ? ([type, Number(number)] as const) : null,
  )
  return named.includes(null) ? null : { ...PLACES_USUAL, ...Object.fromEntries(named.filter((one) => one !== null)) }
}

export const COUNTS_USUAL = 32
export const HOURS_USUAL = 24
/** Proposals of one partner that wait for an answer. */
export const PROPOSED_MOST = 20

/** What a partner used of its quota in the last 24 hours, and what is left. */
export type Usage = {
  places: readonly { type: ItemType; used: number; most: number }[]
  counts: { used: number; most: number }
}

export async function usageOf(reader: Reader, limits: Limits, peer: number, now: Instant): Promise<Usage> {
  const since = plusMicroseconds(now, -DAY)
  const taken = await selectPlacesTaken(reader, peer, since)
  const used = await selectCountsTold(reader, peer, since)
  return {
    places: ITEM_TYPES.map((type) => ({ type, used: taken.get(type) ?? 0, most: limits.places[type] })),
    counts: { used, most: limits.counts },
  }
}

/** Throws `slow-down match.quota` or `slow-down match.counts` where a run of such sizes is more than is left today. */
export async function requireLeft(
  reader: Reader,
  limits: Limits,
  { peer, now, types }: { peer: number; now: Instant; types: readonly { type: ItemType; most: number }[] },
): Promise<void> {
  const { places, counts } = await usageOf(reader, limits, peer, now)
  for (const { type, most } of types) {
    const row = places.find((one) => one.type === type)
    const left = (row?.most ?? 0) - (row?.used ?? 0)
    if (paddedSize(most) > left) throw new ComityError("slow-down", "match.quota", { type, left, most })
  }
  if (counts.used + types.length > counts.most) {
    throw new ComityError("slow-down", "match.counts", { used: counts.used, most: counts.most })
  }
}

/** How many addresses of one neighbourhood make a list look like one that was counted through: a quarter of all. */
const DENSE_24 = 64
/** The same of the larger neighbourhood, a /16, of which nobody has so many by chance. */
const DENSE_16 = 2048

/** Prefixes of addresses in the own list that hold suspiciously many; `forms` are the canonical bytes, 4 each. */
export class DensePrefixes {
  readonly #small = new Map<number, number>()
  readonly #large = new Map<number, number>()

  add(address: Uint8Array): void {
    const large = ((address[0] ?? 0) << 8) | (address[1] ?? 0)
    const small = large * 256 + (address[2] ?? 0)
    this.#small.set(small, (this.#small.get(small) ?? 0) + 1)
    this.#large.set(large, (this.#large.get(large) ?? 0) + 1)
  }

  /** How many neighbourhoods are dense. */
  get number(): number {
    const dense = (counts: ReadonlyMap<number, number>, least: number) =>
      [...counts.values()].filter((count) => count >= least).length
    return dense(this.#small, DENSE_24) + dense(this.#large, DENSE_16)
  }
}
