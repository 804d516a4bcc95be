import { findPlace } from "../kernel/places.ts"
import { bodyOf, type Hit, type Search } from "../library/index.ts"
import { type JsonObject, parseObject } from "../stix/index.ts"
import type { Store } from "../store/index.ts"

/** A `location` of the library (STIX 2.1 section 4.11) that can be shown as a dot. */
export type Located = { hit: Hit; longitude: number; latitude: number; place: string | null }

const MOST = 200

/** The newest locations that say where they are: by coordinates, else by country. */
export async function locations(search: Search, store: Store): Promise<Located[]> {
  const query = {
    text: "",
    types: ["location"],
    markings: [],
    origins: [],
    collections: [],
    from: null,
    to: null,
  } as const
  const { hits } = await search.find({ ...query, revoked: "no", sort: "newest", after: null, limit: MOST })
  const found = await Promise.all(hits.map(async (hit) => locate(hit, await bodyOf(store, hit.key))))
  return found.filter((one) => one !== null)
}

function locate(hit: Hit, bytes: Uint8Array | null): Located | null {
  const outcome = bytes === null ? null : parseObject(bytes)
  if (outcome?.ok !== true) return null
  const { latitude, longitude, country } = outcome.parsed.object as JsonObject
  const code = typeof country === "string" ? country.toUpperCase() : null
  const place = code === null ? null : findPlace(code)
  if (typeof latitude === "number" && typeof longitude === "number") {
    return { hit, latitude, longitude, place: place?.code ?? null }
  }
  return place === null ? null : { hit, latitude: place.latitude, longitude: place.longitude, place: place.code }
}
