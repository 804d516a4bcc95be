// What owners take back by themselves; nothing of `src` is imported here.

import type { Oracle } from "./oracle.ts"
import {
  aboutEach,
  DAY,
  type Entry,
  type Place,
  type Prediction,
  placesIn,
  type Shared,
  typeOf,
  WRITTEN,
} from "./oracle-logs.ts"
import { isAgainst } from "./oracle-terms.ts"

/** What an owner takes back once terms are narrower: it is recalled, or erased where another collection serves it on. */
export function decidedAnew(oracle: Oracle, owner: string): Prediction {
  const fallen = new Map<string, Set<Shared>>()
  const [all, prediction]: [Shared[], Prediction] = [oracle.ownedBy(owner), new Map()]
  for (const shared of all) {
    for (const { token, body, state, parts } of placesIn(shared)) {
      const version = oracle.version(token)
      if (state !== "served" || version.owner !== owner) continue
      if (!isAgainst({ type: typeOf(version), mark: version.mark, parts }, shared.terms)) continue
      fallen.set(body, (fallen.get(body) ?? new Set()).add(shared))
    }
  }
  for (const [body, from] of fallen) {
    const serves = (one: Shared) => placesIn(one).some((place) => place.body === body && place.state === "served")
    const kind = all.some((one) => !from.has(one) && serves(one)) ? "erase" : "recall"
    const done = ({ state, recalled }: Place) => (kind === "erase" ? state === "erased" : recalled)
    for (const shared of from) {
      const entries = aboutEach(placesIn(shared), body, (place) => (done(place) ? null : { kind, mark: null }))
      prediction.set(shared.id, [...(prediction.get(shared.id) ?? []), ...entries])
    }
  }
  return prediction
}

/** What an owner serves no longer than readers may keep it. */
export function outlived(oracle: Oracle, owner: string): Prediction {
  const prediction: Prediction = new Map()
  for (const shared of oracle.ownedBy(owner)) {
    const { retention } = shared.terms
    const until = retention === null ? -Infinity : oracle.now(owner) - retention * DAY
    const own = placesIn(shared).filter(({ state, token }) => {
      return state === "served" && oracle.version(token).owner === owner
    })
    const late = own.filter(({ at, since }) => at > until && since <= until)
    const over = [...own.filter(({ at }) => at <= until), ...late.sort((a, b) => a.since - b.since || a.seq - b.seq)]
    const entries = over.map(({ seq }): Entry => ({ ...WRITTEN, kind: "erase", about: seq }))
    if (entries.length > 0) prediction.set(shared.id, entries)
  }
  return prediction
}
