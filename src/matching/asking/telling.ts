import { ComityError } from "../../kernel/errors.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, type Peer } from "../../parties/index.ts"
import { bodyOf, enqueue } from "../../peering/index.ts"
import type { Store } from "../../store/index.ts"
import type { Knowledge } from "../runs/model.ts"
import { requireOpen } from "../runs/operations.ts"
import { undecided } from "./knowing.ts"
import { setDecided, setKnown } from "./knowing-queries.ts"
import { sealLabel } from "./labels.ts"
import type { EpochId } from "./model.ts"

/** What an item is known as here, as far as policy lets it be told to this partner; null where nothing may. */
export type KnownHere = (
  peer: Pick<Peer, "party">,
  epoch: EpochId,
  items: readonly Buffer[],
) => Promise<(Knowledge | null)[]>

/** What an officer would let the partner know now, for who is to decide. Throws as `tellKnown` does. */
export async function wouldTell(
  { store, knownHere }: { store: Store; knownHere: KnownHere },
  id: string,
): Promise<(Knowledge | null)[]> {
  const { party, epoch, items } = await undecided(store, id)
  return knownHere(
    await loadPeer(store, party),
    epoch,
    items.map(({ item }) => item),
  )
}

/**
 * An officer lets a partner know what is known here of items that it has too: each is sealed so that only who has the
 * item can open it. Throws `not-found match.knowing-unknown`, `conflict match.knowing-decided`, and what `requireOpen` throws.
 */
export async function tellKnown(
  { store, knownHere }: { store: Store; knownHere: KnownHere },
  id: string,
  by: string | null,
): Promise<void> {
  const looked = await undecided(store, id)
  const peer = await loadPeer(store, looked.party)
  await requireOpen(store, peer)
  const items = looked.items.map(({ item }) => item)
  const known = await knownHere(peer, looked.epoch, items)
  await store.write(async (tx) => {
    const knowing = await undecided(tx, id)
    await requireOpen(tx, await loadPeer(tx, knowing.party))
    const labels = knowing.items.map(({ seq, tag, item, output }) => {
      const one = known[seq] ?? null
      if (output === null) throw new ComityError("conflict", "match.key-over")
      return { tag: tag.toString("hex"), sealed: sealLabel(output, knowing.id, item, one).toString("base64") }
    })
    for (const { seq } of knowing.items) await setKnown(tx, knowing.key, seq, known[seq] ?? null)
    await setDecided(tx, { key: knowing.key, state: "told", by })
    await enqueue(tx, { key: knowing.peer }, "match-told", bodyOf({ v: 1, is: "told", id: knowing.id, labels }))
    const told = known.filter((one) => one !== null).length
    const facts = { knowing: knowing.id, party: knowing.party, items: labels.length, told, side: "us" }
    await record(tx, { what: "match.knowing-told", by, facts })
  })
}
