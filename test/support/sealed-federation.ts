import { newSealKey, type Recipient } from "../../src/crypto/index.ts"
import type { PartyId } from "../../src/parties/index.ts"
import { type DraftWish, type SealedParts, sealDraft } from "../../src/sharing/sealed/drafting.ts"
import { type KeyParts, publishedRecipients, publishKey, registerKey } from "../../src/sharing/sealed/keys.ts"
import type { CardRecipient, SealingKey } from "../../src/sharing/sealed/model.ts"
import { sealedCouriers, sealedVerbs } from "../../src/sharing/sealed/verbs.ts"
import { type Federation, type Member, testFederation } from "./federation.ts"
import { inPieces } from "./sealing.ts"

export type SealedFederation = Federation & {
  /** What a member works with; the cards of partners are read at their nodes. */
  sealing(member: Member): SealedParts
}

export const QUOTA = 16 * 1024 * 1024

export async function sealedFederation(names: readonly string[]): Promise<SealedFederation> {
  const federation = await testFederation(names, ({ store, self }) => ({
    verbs: sealedVerbs({ store, self, bytesMost: QUOTA }),
    couriers: sealedCouriers,
  }))
  const cardOf = async (party: PartyId): Promise<CardRecipient[]> => {
    const member = federation.members.find((one) => one.party === party)
    return member === undefined ? [] : publishedRecipients(member.store)
  }
  return Object.assign(federation, {
    sealing: ({ store, parts: { self } }: Member) => ({
      store,
      self,
      recipientsOf: ({ party }) => cardOf(party),
      announce: async () => {},
    }),
  } satisfies Pick<SealedFederation, "sealing">)
}

/** Keys change, and nobody is sent a card. */
export function quiet(store: Member["store"]): KeyParts {
  return { store, announce: async () => {} }
}

/** A desk's key that partners may use, and its private half. */
export async function deskOf(
  { store }: Pick<Member, "store">,
  name = "Night desk",
): Promise<SealingKey & { identity: string }> {
  const { identity, recipient } = await newSealKey("x25519")
  const key = await registerKey(store, { kind: "desk", name, recipient, owner: null }, null)
  await publishKey(quiet(store), key.id, null)
  return { ...key, identity }
}

export function wishFor(to: Member, recipients: readonly Recipient[], content: string | Buffer): DraftWish {
  const more = { tlp: "red", purpose: "Help with the case of the harbour", account: null } as const
  const text = typeof content === "string"
  return {
    ...{ ...more, party: to.party, recipients, name: text ? "" : "evidence.bin" },
    ...{ type: text ? "text/plain" : "application/octet-stream", content: inPieces(Buffer.from(content)) },
  }
}

export function draft(
  federation: SealedFederation,
  [from, to]: readonly [Member, Member],
  recipients: readonly Recipient[],
  content: string | Buffer,
) {
  return sealDraft(federation.sealing(from), wishFor(to, recipients, content))
}
