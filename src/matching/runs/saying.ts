import type { Json } from "../../kernel/canonical.ts"
import { sha256 } from "../../kernel/hash.ts"
import { formatInstant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { bodyOf, enqueue, type Self } from "../../peering/index.ts"
import type { Tx } from "../../store/index.ts"
import { Statement, type Step, signStatement } from "./message.ts"
import type { Run } from "./model.ts"
import { insertWord } from "./queries.ts"

/** Who speaks: read before the transaction, since it reads the store. */
export type Speaker = { party: PartyId; signer: Self["signer"] }

export async function speakerOf(self: Pick<Self, "party" | "signer">): Promise<Speaker> {
  return { party: await self.party(), signer: self.signer }
}

type Content<Name extends Step> = Omit<Extract<Statement, { step: Name }>, "v" | "run" | "from" | "to" | "at" | "step">

/** Signs one step of a run, keeps the bytes that were signed, and sends them. Returns them. */
export async function sayStep<Name extends Step>(
  tx: Tx,
  speaker: Speaker,
  run: Pick<Run, "key" | "id" | "peer" | "party">,
  step: Name,
  content: Content<Name>,
): Promise<string> {
  const head = { v: 1, run: run.id, from: speaker.party, to: run.party, at: formatInstant(tx.now), step } as const
  const note = signStatement(Statement.parse({ ...head, ...content }), speaker.signer)
  const outbox = await enqueue(tx, { key: run.peer }, "match", bodyOf({ v: 1, note }))
  await insertWord(tx, run.key, { side: "own", step, note, outbox })
  return note
}

/** What the ledger names of a run: never an item, nor anything from which one could be guessed. */
export function factsOf({ id, party, types }: Pick<Run, "id" | "party" | "types">): { [name: string]: Json } {
  return { run: id, party, types: types.map(({ type }) => type) }
}

/** By which the ledger names what was signed. */
export function signedHash(note: string): string {
  return sha256(note).toString("base64")
}
