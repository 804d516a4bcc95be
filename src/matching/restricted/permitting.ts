import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { inForceWith } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import { type ItemType, isRestricted, RESTRICTED_TYPES, type RestrictedType } from "../items/types.ts"
import type { Run } from "../runs/model.ts"
import { type MayMatch, mayMatch } from "./model.ts"

export type Permitted = Extract<MayMatch, { is: "allowed" }>
type Asked = Pick<Run, "party" | "agreement" | "purpose">

/**
 * What the agreement that a run names says of each of these types. Throws `refused match.restricted-agreement`, `refused
 * match.restricted-type`, `refused match.restricted-purpose`, `refused match.restricted-time`.
 */
export async function requirePermitted(
  reader: Reader,
  run: Asked,
  types: readonly RestrictedType[],
  now: Instant,
): Promise<Permitted[]> {
  const agreements = run.agreement === null ? [] : await inForceWith(reader, run.party, run.agreement)
  return types.map((type) => {
    const found = mayMatch(type, run.purpose, agreements, now)
    if (found.is === "refused") throw refusal(type, run, found)
    return found
  })
}

function refusal(type: RestrictedType, { purpose }: Asked, { why }: MayMatch & { is: "refused" }): ComityError {
  switch (why) {
    case "no-agreement":
      return new ComityError("refused", "match.restricted-agreement", { type })
    case "type":
      return new ComityError("refused", "match.restricted-type", { type })
    case "purpose":
      return new ComityError("refused", "match.restricted-purpose", { type, purpose })
    default:
      return new ComityError("refused", "match.restricted-time", { type })
  }
}

export function restrictedIn({ types }: { types: readonly { type: ItemType }[] }): RestrictedType[] {
  return types.map(({ type }) => type).filter(isRestricted)
}

/** Whether a run may go on: what names people is compared only as long as the agreement lets it be. */
export async function mayGoOn(reader: Reader, run: Asked & Pick<Run, "types">, now: Instant): Promise<boolean> {
  const types = restrictedIn(run)
  if (types.length === 0) return true
  const agreements = run.agreement === null ? [] : await inForceWith(reader, run.party, run.agreement)
  return types.every((type) => mayMatch(type, run.purpose, agreements, now).is === "allowed")
}

/** Types that name people and that agreements in force here let be matched with at least one of these parties. */
export async function permittedWith(reader: Reader, parties: readonly PartyId[]): Promise<RestrictedType[]> {
  const all = await Promise.all(parties.map((party) => inForceWith(reader, party)))
  const named = new Set(all.flat().flatMap(({ terms }) => (terms.matching ?? []).map(({ type }) => type)))
  return RESTRICTED_TYPES.filter((type) => named.has(type))
}
