import { tagOf } from "../../crypto/index.ts"
import type { Collection, Prepared } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { type Redaction, redactedCopy } from "../../policy/index.ts"
import { parseValue, type Tlp, uuidText } from "../../stix/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { parsed } from "./candidates.ts"
import { copiesOf, copySecret, findCopy, insertCopy } from "./copy-queries.ts"

/** An object and all its copies: whatever befalls the one befalls the others. */
export async function withCopies(reader: Reader, id: string): Promise<string[]> {
  return [id, ...(await copiesOf(reader, id))]
}

/**
 * The id of an object's copy in a collection, the same for each of its versions and telling nothing of it:
 * HMAC(node secret, collection ‖ original id), as a UUID.
 */
export async function copyIdFor(
  tx: Tx,
  collection: Collection,
  { id: original, party }: { id: string; party: PartyId | null },
): Promise<string> {
  const known = await findCopy(tx, collection.key, original)
  if (known !== null) return known
  const tag = tagOf(await copySecret(tx), `comity/copy/v1\n${collection.id}\n${original}`)
  const id = `${original.split("--")[0]}--${uuidText(Buffer.from(tag, "base64url"), 4)}`
  await insertCopy(tx, collection.key, { original, copy: id, party })
  return id
}

/** The copy, ready to be kept; null where none can be made. */
export function preparedCopy(
  bytes: Uint8Array,
  without: readonly Redaction[],
  copy: { id: string; author: string; marking: Tlp | null },
): Prepared | null {
  const made = redactedCopy(parsed(bytes), without, copy)
  const outcome = made === null ? null : parseValue(made)
  if (outcome === null || !outcome.ok) return null
  const { id, type, spec, version, modified, created, revoked, createdBy, marking, canonical } = outcome.parsed
  return {
    ...{ position: 0, offset: 0, id, type, spec, version, stamp: modified ?? created, created, revoked, createdBy },
    ...{ marking, canonical, bytes: Buffer.from(JSON.stringify(made)), liftedFrom: null, warnings: [] },
  }
}
