import { derived, openBox, sealBox } from "../../crypto/ciphers/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Folder, otherSide, type Side } from "./model.ts"
import type { Common } from "./opening.ts"

/** What we tell of a common item, for those alone who have the item in this run; `transcript` is all that was said in it. */
export function sealLabel(folder: Folder, transcript: Uint8Array, common: Common, label: Uint8Array): Buffer {
  return sealBox(keyOf(transcript, common, folder.side), Buffer.concat([common.item, label]), common.tag)
}

/**
 * What the partner tells of it. Throws `invalid match.label` if it is not for this item and this run, `refused
 * match.other-item` if the partner means another item by it.
 */
export function openLabel(folder: Folder, transcript: Uint8Array, common: Common, sealed: Uint8Array): Buffer {
  const content = openBox(keyOf(transcript, common, otherSide(folder.side)), sealed, common.tag)
  if (content === null) throw new ComityError("invalid", "match.label")
  const { item } = common
  if (!content.subarray(0, item.length).equals(item)) throw new ComityError("refused", "match.other-item")
  return content.subarray(item.length)
}

/** Each side has its own key for what it tells: the two never seal under one. */
function keyOf(transcript: Uint8Array, { full }: Common, by: Side): Buffer {
  return derived(full, transcript, `COMITY-PSI-v1-label\0${by}`)
}
