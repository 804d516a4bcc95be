import sql from "sql-template-tag"
import { idHash, type Origin } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { type OriginRow, originQuery, originsIn, type ReleaseOrigin } from "../../policy/index.ts"
import type { Tlp } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import { partnersOriginal } from "./copy-queries.ts"

/** A version of a partner's object, where this node holds a copy of it. */
export type Copied = { party: PartyId; key: number | null; marking: Tlp | null }

/** Of which partner's version this is a copy; null if it is none. */
export async function copiedFrom(
  reader: Reader,
  { id, spec, version }: { id: string; spec: string; version: string },
): Promise<Copied | null> {
  const found = await partnersOriginal(reader, id)
  if (found === null) return null
  const { original, party } = found
  const row = await reader.get<{ key: number; marking: Tlp | null }>(
    sql`select key, marking from object where id_hash = ${idHash(original)} and id = ${original} and spec = ${spec}
          and version = ${version} and origin = ${party} and aside = 0`,
  )
  return { party, key: row?.key ?? null, marking: row?.marking ?? null }
}

/** A copy goes on as the version itself may: by no terms where nothing of that is left here. */
export async function originsOfCopy(reader: Reader, { party, key }: Copied): Promise<ReleaseOrigin[]> {
  return key === null ? [{ party, terms: null, agreement: null }] : originsOf(reader, { key, origin: party })
}

/** Whose an object version is, by each way in which it stands here. */
export async function originsOf(
  reader: Reader,
  { key, origin }: { key: number; origin: Origin },
): Promise<ReleaseOrigin[]> {
  if (origin === "own") return [origin]
  const party = origin as PartyId
  return originsIn(party, await reader.all<OriginRow>(originQuery(key, party)))
}
