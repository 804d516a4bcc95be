import { derived, openBox, sealBox } from "../../crypto/ciphers/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { knowledgeBytes, readKnowledge } from "../runs/knowledge.ts"
import type { Knowledge } from "../runs/model.ts"

const LABEL = "COMITY-ASK-v1-label"

/** What is known of an item, for who has its output: whoever asked for a tag without having the item opens nothing. */
export function sealLabel(output: Uint8Array, id: string, item: Uint8Array, known: Knowledge | null): Buffer {
  return sealBox(derived(output, id, LABEL), Buffer.concat([item, knowledgeBytes(known)]), id)
}

/** Throws `invalid match.label` for what is not for this item here, and `invalid match.knowledge`. */
export function openLabel(output: Uint8Array, id: string, item: Uint8Array, sealed: Uint8Array): Knowledge | null {
  const content = openBox(derived(output, id, LABEL), sealed, id)
  if (content === null || !content.subarray(0, item.length).equals(item)) {
    throw new ComityError("invalid", "match.label")
  }
  return readKnowledge(content.subarray(item.length))
}
