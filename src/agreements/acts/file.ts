import { canonicalize } from "../../kernel/canonical.ts"
import { ownStatements } from "../../ledger/index.ts"
import { findPeer, ownParty, readStatements } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { canonicalText, negotiatorsOf } from "../model.ts"
import type { Negotiation, Version } from "../tabled/negotiation.ts"
import { statementText } from "./model.ts"

export const AGREEMENT_FORMAT = "comity-agreement/1"

/**
 * A text with every act on it and the key statements of the parties: all that somebody needs to check, alone and without
 * Comity, who signed what. RFC 8785; what was signed stands in it as the text that was signed.
 */
export async function agreementFile(
  reader: Reader,
  negotiation: Negotiation,
  { hash, text }: Version,
): Promise<Buffer> {
  const acts = negotiation.acts.filter(({ says }) => says.statement.text === hash)
  const own = (await ownParty(reader))?.id
  const pairs = await Promise.all(
    negotiatorsOf(text).map(async ({ party }) => {
      const statements = party === own ? await ownStatements(reader) : await statementsOf(reader, party)
      return [party, statements.map((one) => one.toString("base64"))] as const
    }),
  )
  const file = {
    ...{ format: AGREEMENT_FORMAT, negotiation: negotiation.id, text: canonicalText(text) },
    acts: acts.map(({ says: { statement, key, signature } }) => ({
      statement: statementText(statement),
      key,
      signature,
    })),
    keys: Object.fromEntries(pairs.filter(([, statements]) => statements.length > 0)),
  }
  return Buffer.from(canonicalize(file))
}

async function statementsOf(reader: Reader, party: string): Promise<Buffer[]> {
  const peer = await findPeer(reader, party)
  return peer === null ? [] : readStatements(reader, peer.key)
}
