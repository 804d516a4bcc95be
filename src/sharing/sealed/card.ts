import { z } from "zod"
import { JsonFault, parseStrictJson } from "../../kernel/json.ts"
import { type Peer, readCard } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { Recipients } from "./message.ts"
import type { CardRecipient } from "./model.ts"

const RECIPIENTS_MOST = 200
const Card = z.looseObject({ extensions: z.record(z.string(), z.looseObject({ recipients: z.unknown().optional() })) })

/** To whom of a partner files can be sealed: `recipients` in an extension of its card; nobody where there is no card. */
export async function cardRecipients(reader: Reader, peer: Pick<Peer, "key">): Promise<CardRecipient[]> {
  const bytes = await readCard(reader, peer.key)
  return bytes === null ? [] : recipientsIn(bytes)
}

export function recipientsIn(bytes: Uint8Array): CardRecipient[] {
  const card = Card.safeParse(parsed(bytes))
  if (!card.success) return []
  const told = Object.values(card.data.extensions).find(({ recipients }) => recipients !== undefined)
  const found = Recipients.max(RECIPIENTS_MOST).safeParse(told?.recipients)
  return found.success ? found.data : []
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes)
  } catch (error) {
    if (error instanceof JsonFault) return null
    throw error
  }
}
