import { ComityError } from "../../kernel/errors.ts"
import { newId } from "../../kernel/ids.ts"
import { record } from "../../ledger/index.ts"
import { loadPeer, type Peer } from "../../parties/index.ts"
import { bodyOf, enqueue } from "../../peering/index.ts"
import type { Reader, Store, Tx } from "../../store/index.ts"
import { requireOpen } from "../runs/operations.ts"
import { insertKnowing, type KnowingRow, selectKnowing, selectKnowings, setDecided } from "./knowing-queries.ts"
import { type EpochId, KNOWING_ITEMS_MOST, type Knowing, type KnowingId } from "./model.ts"
import { selectFindings } from "./question-queries.ts"
import { loadQuestion } from "./questioning.ts"
import { heldOf, tagOf } from "./tags.ts"

/**
 * "What do you know of these?" The partner's people see the items that are asked about, since it is for them to decide;
 * `items` are numbers of items of the question that this partner has. Throws `invalid match.items`,
 * `conflict match.not-found-there`, `conflict match.key-over`, and what `loadQuestion`, `loadPeer`, `requireOpen` throw.
 */
export async function wishToKnow(
  store: Store,
  wish: { question: string; party: string; items: readonly number[] },
  by: string | null,
): Promise<KnowingId[]> {
  const wanted = [...new Set(wish.items)]
  if (wanted.length === 0 || wanted.length > KNOWING_ITEMS_MOST) {
    throw new ComityError("invalid", "match.items", { most: KNOWING_ITEMS_MOST })
  }
  return store.write(async (tx) => {
    const question = await loadQuestion(tx, wish.question)
    const peer = await loadPeer(tx, wish.party)
    await requireOpen(tx, peer)
    const findings = question.mode === "desk" ? [] : await selectFindings(tx, question.key)
    const found = findings.filter((one) => one.peer === peer.key && wanted.includes(one.seq))
    if (!wanted.every((seq) => found.some((one) => one.seq === seq))) {
      throw new ComityError("conflict", "match.not-found-there")
    }
    const ids: KnowingId[] = []
    for (const [epoch, items] of Map.groupBy(found, (one) => one.epoch)) {
      ids.push(await sendWish(tx, peer, { question: question.key, epoch: epoch as EpochId, items, by }))
    }
    return ids
  })
}

type Asking = { question: number; epoch: EpochId; by: string | null } & {
  items: Awaited<ReturnType<typeof selectFindings>>
}

async function sendWish(tx: Tx, peer: Peer, { question, epoch, items, by }: Asking): Promise<KnowingId> {
  const id = newId("knowing")
  const asked = items.map(({ type, item, output }) => {
    if (output === null) throw new ComityError("conflict", "match.key-over")
    return { type, item, output, tag: tagOf(output) }
  })
  await insertKnowing(tx, { id, side: "ours", peer: peer.key, question, epoch, by, items: asked })
  const proven = asked.map(({ tag, output }) => ({
    tag: tag.toString("hex"),
    held: heldOf(output, id).toString("hex"),
  }))
  await enqueue(tx, peer, "match-know", bodyOf({ v: 1, id, epoch, items: proven }))
  const facts = { knowing: id, party: peer.party, items: asked.length, side: "us" }
  await record(tx, { what: "match.knowing-asked", by, facts })
  return id
}

/** Says no. Throws as `tellKnown` does. */
export async function declineToTell(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const knowing = await undecided(tx, id)
    await setDecided(tx, { key: knowing.key, state: "declined", by })
    await enqueue(tx, { key: knowing.peer }, "match-told", bodyOf({ v: 1, is: "declined", id: knowing.id }))
    const facts = { knowing: knowing.id, party: knowing.party, items: knowing.items.length, side: "us" }
    await record(tx, { what: "match.knowing-declined", by, facts })
  })
}

/** Throws `not-found match.knowing-unknown`, `conflict match.knowing-decided`. */
export async function undecided(reader: Reader, id: string): Promise<KnowingRow> {
  const knowing = await selectKnowing(reader, id)
  if (knowing === null || knowing.side !== "theirs") throw new ComityError("not-found", "match.knowing-unknown")
  if (knowing.state !== "waiting") throw new ComityError("conflict", "match.knowing-decided")
  return knowing
}

/** What we asked to know and what is asked of us, the newest first. */
export async function listKnowings(reader: Reader): Promise<Knowing[]> {
  return (await selectKnowings(reader)).map(shown)
}

/** Throws `not-found match.knowing-unknown`. */
export async function loadKnowing(reader: Reader, id: string): Promise<Knowing> {
  const knowing = await selectKnowing(reader, id)
  if (knowing === null) throw new ComityError("not-found", "match.knowing-unknown")
  return shown(knowing)
}

function shown({ epoch: _, items, ...knowing }: KnowingRow): Knowing {
  return { ...knowing, items: items.map(({ seq, type, item, known }) => ({ seq, type, item, known })) }
}
