import { countOfficers } from "../accounts/index.ts"
import type { Instant } from "../kernel/time.ts"
import { audienceOf, type Collection, loadCollection, wasReleasedBefore } from "../library/index.ts"
import { ownParty, type PartyId } from "../parties/index.ts"
import { governedBy, type InForce, isNarrower, readTerms, type TrialWish } from "../policy/index.ts"
import type { Reader } from "../store/index.ts"
import { reservationsOf } from "./acts/acting.ts"
import { effectOf, narrowedFor } from "./acts/effect.ts"
import { admitted, articlesOf } from "./acts/governing.ts"
import type { ClauseTerms } from "./clause-terms.ts"
import { type AgreementText, negotiatorsOf } from "./model.ts"
import { narrowedByAll } from "./reserving.ts"
import { partsBetween } from "./splitting.ts"
import type { Negotiation, Version } from "./tabled/negotiation.ts"

/** What is tried: a text, and where it is tabled its version, on which parties may have reserved something. */
export type Tried = { text: AgreementText; tabled: { negotiation: Negotiation; version: Version | null } | null }

/** One collection that a text would make here; `first`: its first release waits for a second officer, whatever it is. */
export type Part = { wish: TrialWish; readers: readonly PartyId[]; first: boolean }

/** As many trials as the text would make collections here, and the parties for whom it would make none. */
export async function trialsFor(
  reader: Reader,
  { text, tabled }: Tried,
  now: Instant,
): Promise<{ parts: Part[]; none: PartyId[] }> {
  const own = (await ownParty(reader))?.id ?? ""
  const others = negotiatorsOf(text).flatMap(({ party }) => (party === own ? [] : [party]))
  const narrowed = (party: string) => narrowedNow(tabled, party, now)
  const reserving = others.map((party) => ({ party, narrowed: narrowed(party) }))
  const { parts, none } = partsBetween(text, narrowed(own), reserving)
  const standing = await standingIn(reader, tabled?.negotiation.id ?? null)
  const several = (await countOfficers(reader)) >= 2
  const wishes = parts.map(async ({ terms, readers }) => {
    // Readers of different collections today compare with different ones; whom something speaks against reads none.
    const may = await admitted(reader, { terms }, readers, { anew: true, now })
    const todayOf = (party: PartyId) => standing.find((one) => one.readers.includes(party))
    const groups = [
      ...Map.groupBy(may, todayOf),
      ...Map.groupBy(
        readers.filter((party) => !may.includes(party)),
        todayOf,
      ),
    ]
    const made = groups.map(async ([today, some]): Promise<Part> => {
      const agreement = tabled?.negotiation.id ?? null
      const before = today === undefined ? null : beforeIn(today)
      const goesOn = today !== undefined && before !== null && isNarrower(terms, before.terms)
      const first = several && !(goesOn && (await wasReleasedBefore(reader, today.collection.key, now)))
      return { wish: { terms, articles: articlesOf(text), readers: some, agreement, before }, readers: some, first }
    })
    return Promise.all(made)
  })
  return { parts: (await Promise.all(wishes)).flat(), none }
}

/** By the reservations with which it signed, or would sign as far as it tabled them. */
function narrowedNow(tabled: Tried["tabled"], party: string, now: Instant): ClauseTerms | null {
  const version = tabled?.version ?? null
  if (tabled === null || version === null) return null
  const { bindings } = effectOf(tabled.negotiation, version, now)
  const signed = bindings.find((one) => one.party.party === party && one.signed !== null)
  if (signed !== undefined) return narrowedFor(version.text, signed)
  return narrowedByAll(version.text, reservationsOf(tabled.negotiation, version, party))
}

type Standing = { row: InForce; collection: Collection; readers: readonly PartyId[] }

/** The open collections in which the agreement governs here, and who reads each. */
async function standingIn(reader: Reader, negotiation: string | null): Promise<Standing[]> {
  const rows = negotiation === null ? [] : await governedBy(reader, negotiation)
  const all = await Promise.all(
    rows.map(async (row) => {
      const collection = await loadCollection(reader, row.collection)
      return { row, collection, readers: (await audienceOf(reader, collection)).map(({ party }) => party) }
    }),
  )
  return all.filter(({ collection }) => collection.closedAt === null)
}

function beforeIn({ row, collection: { terms } }: Standing): TrialWish["before"] {
  const read = terms === null ? null : readTerms(terms.text)
  return read === null ? null : { terms: read, articles: row.articles }
}
