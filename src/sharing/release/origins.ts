import type { Origin } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { type OriginRow, originQuery, originsIn, type ReleaseOrigin } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"

/** Whose an object version is, by each way in which it stands here. */
export async function originsOf(
  reader: Reader,
  { key, origin }: { key: number; origin: Origin },
): Promise<ReleaseOrigin[]> {
  if (origin === "own") return [origin]
  const party = origin as PartyId
  return originsIn(party, await reader.all<OriginRow>(originQuery(key, party)))
}
