import type { Visit } from "../accounts/index.ts"
import type { Choice } from "../http/index.ts"
import type { Facts } from "../law/index.ts"

/** Who looks, and at which facts. */
type Looking = { facts: Facts; visit: Visit }

/** Everywhere: no code of M49 in a form, so that an address says it in a word. */
export const WORLD = "world"

/** Codes of M49 of a place; nothing but a filter. */
export function regionsOf({ rows }: Facts, place: string): { region: string; subregion: string } | null {
  const found = rows.regions.find((one) => one.place === place)
  return found === undefined ? null : { region: found.region, subregion: found.subregion }
}

export function placesIn({ rows }: Facts, code: string): string[] {
  const inside = rows.regions.filter(({ region, subregion }) => code === WORLD || region === code || subregion === code)
  return [...new Set(inside.map(({ place }) => place))]
}

/** Every region, each followed by its subregions. */
export function regionCodes({ facts, visit }: Looking): string[] {
  const { format } = visit
  const byName = (codes: Iterable<string>) =>
    [...new Set(codes)].toSorted((a, b) => format.compare(format.region(a), format.region(b)))
  return byName(facts.rows.regions.map(({ region }) => region)).flatMap((region) => [
    region,
    ...byName(facts.rows.regions.filter((one) => one.region === region).map(({ subregion }) => subregion)).filter(
      (subregion) => subregion !== region,
    ),
  ])
}

export function regionChoices(look: Looking, world: string): Choice[] {
  const outer = new Set(look.facts.rows.regions.map(({ region }) => region))
  const named = regionCodes(look).map((code) => {
    const name = look.visit.format.region(code)
    return { value: code, label: outer.has(code) ? name : `– ${name}` }
  })
  return [{ value: WORLD, label: world }, ...named]
}
