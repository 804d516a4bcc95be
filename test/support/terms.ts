import fc from "fast-check"
import { partyKinds } from "../../src/parties/index.ts"
import {
  ACTIONS,
  CEILINGS,
  DEFAULT_TERMS,
  INCIDENT_CLASSES,
  keptTerms,
  MATCHED,
  ONWARD,
  PURPOSES,
  Terms,
} from "../../src/policy/index.ts"

const party = (number: number) => `identity--00000000-0000-4000-8000-00000000000${number}`
export const PARTIES = [party(1), party(2), party(3)] as const

const set = (...items: readonly string[]) =>
  fc.option(fc.subarray([...items], { minLength: 1, maxLength: Math.min(items.length, 3) }), { freq: 2 })
const number = (...numbers: number[]) => fc.option(fc.constantFrom(...numbers))
const instrument = fc.constantFrom(null, "convention-108", "gdpr-adequacy")
const row = fc.record({
  type: fc.constantFrom(...MATCHED),
  purpose: fc.constantFrom(...PURPOSES.slice(0, 2)),
  ...{ basis: fc.constantFrom("Art. 3", "Act 12"), safeguard: fc.constantFrom("Art. 14", "Art. 15") },
})
/** Missing in most: what is not said about matching allows nothing. */
const matching = fc
  .uniqueArray(row, { maxLength: 3, selector: ({ type, purpose }) => `${type} ${purpose}` })
  .map((rows) => (rows.length === 0 ? {} : { matching: rows }))
const day = fc.option(fc.constantFrom("2026-01-01", "2026-06-30", "2027-01-01"))

/** Terms as people might write them; half of each term is not limited, so that something goes at all. */
export const someTerms: fc.Arbitrary<Terms> = fc
  .record({
    v: fc.constant(1 as const),
    audience: fc.record({
      parties: set(...PARTIES),
      kinds: set(...partyKinds),
      places: set("JP", "BR", "EU"),
      bound: set("budapest", "convention-108", "eu"),
      confidential: fc.boolean(),
    }),
    objects: fc.record({
      types: set("indicator", "report", "identity"),
      sectors: set("energy", "water", "retail"),
      incidents: set(...INCIDENT_CLASSES.slice(0, 3)),
    }),
    marking: fc.constantFrom(...CEILINGS),
    actions: fc.option(fc.constantFrom(...ACTIONS)),
    purposes: fc.subarray([...PURPOSES], { minLength: 1 }),
    personal: fc.oneof(
      fc.constant({ is: "forbid" }),
      fc.constant({ is: "redact" }),
      fc.record({ is: fc.constant("allow"), safeguard: fc.constantFrom("Art. 14", "Art. 15"), instrument }),
    ),
    attribution: fc.constantFrom("named", "hidden"),
    onward: fc.constantFrom(...ONWARD),
    retention: number(30, 90),
    duties: fc.record({ acknowledge: number(4, 24), answer: number(4, 24), sightings: number(7, 30) }),
    start: day,
    end: day,
    notice: fc.constantFrom(0, 30, 90),
    urgent: fc.boolean(),
    matching,
  })
  .map(({ matching: said, ...terms }) => Terms.parse({ ...terms, ...said }))

/** The default terms with some parts taken from others. */
export const nearTerms: fc.Arbitrary<Terms> = fc
  .tuple(someTerms, fc.subarray([...Object.keys(DEFAULT_TERMS), "matching"] as (keyof Terms)[], { maxLength: 3 }))
  .map(([other, names]) => {
    const said = names.filter((name) => name in other)
    return { ...DEFAULT_TERMS, ...Object.fromEntries(said.map((name) => [name, other[name]])) }
  })

/** What shared collections of tests stand under unless a test is about terms. */
export const PLAIN_TERMS = keptTerms(DEFAULT_TERMS)
