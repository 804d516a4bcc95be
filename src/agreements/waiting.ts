import { DAY, type Instant, parseInstant, plusMicroseconds } from "../kernel/time.ts"
import { ownParty } from "../parties/index.ts"
import type { Store } from "../store/index.ts"
import { effectOf, governing } from "./acts/effect.ts"
import { termsOf } from "./clause-terms.ts"
import { clausesOf } from "./model.ts"
import { type Negotiation, newestOf, standOf } from "./tabled/negotiation.ts"
import { shelfOf } from "./tabled/shelf.ts"

/** Negotiations in which this party has something to do, or that end soon. */
export type AgreementsWaiting = Readonly<Record<"sign" | "position" | "ending", readonly Negotiation[]>>

/**
 * `sign`: somebody signed, and this party's signature or instrument is missing; `position`: another party tabled the
 * newest text, on which this one has said nothing; `ending`: what governs ends within its notice, or somebody is leaving.
 */
export async function agreementsWaiting(store: Store, now: Instant): Promise<AgreementsWaiting> {
  const own = (await ownParty(store))?.id
  if (own === undefined) return { sign: [], position: [], ending: [] }
  const negotiations = await shelfOf(store).negotiations(store)
  const part = negotiations.filter(({ parties }) =>
    parties.some(({ party, role }) => party === own && role === "negotiator"),
  )
  return {
    sign: part.filter((one) => waitsForSignature(one, own, now)),
    position: part.filter((one) => waitsForPosition(one, own, now)),
    ending: part.filter((one) => endsSoon(one, now)),
  }
}

function waitsForSignature(negotiation: Negotiation, own: string, now: Instant): boolean {
  return negotiation.versions.some((version) => {
    const effect = effectOf(negotiation, version, now)
    if (effect.is !== "open" || (version !== newestOf(negotiation) && governing(negotiation, now) !== null))
      return false
    const mine = effect.bindings.find(({ party }) => party.party === own)
    return mine?.is === "waits" || (mine?.is === "unsigned" && effect.bindings.some(({ signed }) => signed !== null))
  })
}

function waitsForPosition(negotiation: Negotiation, own: string, now: Instant): boolean {
  const newest = newestOf(negotiation)
  const effect = effectOf(negotiation, newest, now)
  const signed = effect.bindings.some(({ party, is }) => party.party === own && is !== "unsigned")
  if (newest.party === own || signed || effect.is !== "open") return false
  return clausesOf(newest.text).every(
    ({ id }) => (standOf(negotiation, newest.hash, id, own)?.says.position ?? null) === null,
  )
}

function endsSoon(negotiation: Negotiation, now: Instant): boolean {
  const found = governing(negotiation, now)
  if (found === null) return false
  const { end, notice } = termsOf(found.version.text)
  const last = end === null ? null : parseInstant(`${end}T00:00:00Z`)
  const ends = last !== null && now >= plusMicroseconds(last, (1 - notice) * DAY)
  return ends || found.effect.bindings.some(({ until }) => until !== null && until > now)
}
