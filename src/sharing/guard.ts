import { type Actor, type Authenticator, type Refusals, rightOn } from "../accounts/index.ts"
import type { Ask, Guard, ProgramWho } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Clock, Instant } from "../kernel/time.ts"
import { type Collection, loadCollection } from "../library/index.ts"
import { againstUse, isOver, readTerms, type UseReason, useError } from "../policy/index.ts"
import type { Reader } from "../store/index.ts"

/** Who calls, and the collection of the path where the route speaks of one. */
export type Caller =
  | { in: "public" }
  | { in: "account"; actor: Actor }
  | { in: "collection"; actor: Actor; collection: Collection }

/** The rights that a caller must have on the collection, by what the table of routes says. */
const needed: Readonly<Record<"reader" | "writer" | "owner" | "member", { read: boolean; write: boolean }>> = {
  reader: { read: true, write: false },
  writer: { read: false, write: true },
  owner: { read: true, write: true },
  member: { read: false, write: false },
}

/**
 * The guard of the machine interfaces. Without any right on a collection it does not exist; with too few, the answer
 * is 403 or, where the operator chose so, 404 (TAXII 2.1 section 3.6.1).
 */
export function guardian(parts: {
  reader: Reader
  authenticator: Authenticator
  refusals: Pick<Refusals, "note">
  forbidden: "refused" | "not-found"
  clock: Clock
}): Guard<Caller> {
  return async (who: ProgramWho, ask: Ask<undefined>): Promise<Caller> => {
    if (who === "anyone") return { in: "public" }
    const actor = await parts.authenticator.authenticate(ask.header("authorization"), ask.address)
    if (who === "account") return { in: "account", actor }
    const collection = await loadCollection(parts.reader, ask.params.collection ?? "")
    const right = rightOn(actor, collection.id)
    const note = () => parts.refusals.note(actor.commitment, `${ask.method} ${collection.id}`)
    if (!right.read && !right.write) {
      await note()
      throw new ComityError("not-found", "collection.unknown")
    }
    const need = needed[who]
    if ((need.read && !right.read) || (need.write && !(right.write && collection.kind === "inbox"))) {
      await note()
      // Section 5.7 leaves no choice for DELETE: with one right of the two the answer is 403.
      throw new ComityError(who === "owner" ? "refused" : parts.forbidden, "collection.forbidden")
    }
    const against = need.read ? againstReading(actor, collection, parts.clock.now()) : null
    if (against !== null) {
      await note()
      throw useError(parts.forbidden, against)
    }
    return { in: "collection", actor, collection }
  }
}

/**
 * What a partner shared is read for whom and for what its terms allow, and of our own nothing goes on where the terms
 * ended; null if nothing speaks against it.
 */
export function againstReading(
  { use }: Pick<Actor, "use">,
  { kind, terms }: Collection,
  now: Instant,
): UseReason | null {
  if (kind === "shared" && isOver(terms, now)) {
    return { code: "use.ended", values: { end: readTerms(terms?.text ?? "")?.end ?? "" } }
  }
  return (kind === "received" ? againstUse(use, terms, now)[0] : null) ?? null
}

/** For routes whose row in the table says `account` or more. */
export function actorOf(caller: Caller): Actor {
  if (caller.in === "public") throw new Error("the table of routes lets anyone call this")
  return caller.actor
}

/** For routes whose row in the table speaks of a collection. */
export function collectionOf(caller: Caller): Collection {
  if (caller.in !== "collection") throw new Error("the table of routes names no right on a collection")
  return caller.collection
}
