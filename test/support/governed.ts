import assert from "node:assert/strict"
import { type ActingParts, act } from "../../src/agreements/acts/acting.ts"
import { type Carry, govern } from "../../src/agreements/acts/governing.ts"
import type { Act } from "../../src/agreements/acts/model.ts"
import { startDraft } from "../../src/agreements/drafts.ts"
import { type AgreementText, textHash } from "../../src/agreements/model.ts"
import type { Tabler } from "../../src/agreements/tabled/audience.ts"
import type { ItemId } from "../../src/agreements/tabled/item.ts"
import { Shelf } from "../../src/agreements/tabled/shelf.ts"
import { tableDraft } from "../../src/agreements/tabled/tabling.ts"
import { audienceOf, type Collection, loadCollection } from "../../src/library/index.ts"
import { governedBy } from "../../src/policy/index.ts"
import { carryOver } from "../../src/sharing/index.ts"
import { decideAnew } from "../../src/sharing/release/reconsidering.ts"
import { sampleText } from "./agreements.ts"
import type { Federation, Member } from "./federation.ts"
import { releasesOf } from "./sharing.ts"

const OFFICER: Tabler = { by: "commitment", actor: { is: "person", officer: true, by: "commitment" } }
export const TAKEN_BACK = "The terms changed"
export const SIGN: Act = { is: "sign", reservations: [] }

/** Three members that negotiate, and whose nodes do what an agreement in force wants. */
export class Governed {
  readonly federation: Federation
  readonly #parts: ReadonlyMap<Member, ActingParts>

  constructor(federation: Federation) {
    this.federation = federation
    this.#parts = new Map(
      federation.members.map((one) => {
        const { store, clock, signer } = one
        return [one, { store, clock, signer, shelf: new Shelf(), prepare: one.parts.prepare }]
      }),
    )
  }

  of(member: Member): ActingParts {
    return this.#parts.get(member) as ActingParts
  }

  /** Between all three, without instruments. */
  text(change: (text: AgreementText) => AgreementText = (same) => same): AgreementText {
    const [a, b, c] = this.federation.members as [Member, Member, Member]
    const sample = sampleText([
      { party: a.party, name: "Alfa" },
      { party: b.party, name: "Bravo" },
    ])
    const third = { party: c.party, name: "Charlie", role: "negotiator", binder: "Director", instrument: "" } as const
    return change({ ...sample, parties: [...sample.parties.map((one) => ({ ...one, instrument: "" })), third] })
  }

  /** Whatever was said reaches everybody, and each node does what follows from it. */
  async settled(): Promise<void> {
    const { members } = this.federation
    for (let i = 0; i < 2; i++) {
      for (const one of members) for (const other of members) if (one !== other) await one.round(other)
      for (const one of members) await this.governs(one)
    }
  }

  async governs(member: Member): Promise<void> {
    const releases = releasesOf(member)
    const begun: string[] = []
    const carry: Carry = async (tx, from, to) => {
      const going = await carryOver(tx, from, to, { by: null, officer: false })
      begun.push(going.id)
      return () => releases.run(going)
    }
    const { store, shelf } = this.of(member)
    for (const one of await shelf.negotiations(store)) await govern({ store, shelf, carry }, one, member.clock.now())
    for (const id of begun) await releases.settled(id)
    await decideAnew(member, TAKEN_BACK)
  }

  async table(by: Member, next: AgreementText, from: { negotiation: ItemId; base: string } | null): Promise<ItemId> {
    this.federation.clock.forward(5_000_000)
    const draft = await startDraft(by.store, next, null, from ?? { negotiation: null, base: null })
    return tableDraft(this.of(by), draft, OFFICER)
  }

  async does(member: Member, negotiation: ItemId, what: Act, version: AgreementText): Promise<void> {
    this.federation.clock.forward(5_000_000)
    await act(this.of(member), { negotiation, version: textHash(version), by: "Olga Officer", act: what }, OFFICER)
    await this.settled()
  }

  async signedByAll(first: AgreementText, from: { negotiation: ItemId; base: string } | null = null): Promise<ItemId> {
    const [a] = this.federation.members as [Member]
    const id = await this.table(a, first, from)
    await this.settled()
    for (const one of this.federation.members) await this.does(one, id, SIGN, first)
    return id
  }

  async collectionOf(member: Member, id: ItemId): Promise<Collection> {
    const [row] = await governedBy(member.store, id)
    assert.ok(row !== undefined, "nothing governs")
    return loadCollection(member.store, row.collection)
  }

  async readers(member: Member, id: ItemId): Promise<string[]> {
    const audience = await audienceOf(member.store, await this.collectionOf(member, id))
    return audience.map(({ party }) => party).toSorted()
  }
}
