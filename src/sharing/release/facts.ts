import { countOfficers, isOfficer } from "../../accounts/index.ts"
import type { Instant } from "../../kernel/time.ts"
import { type Collection, wasReleasedBefore } from "../../library/index.ts"
import { ownParty } from "../../parties/index.ts"
import {
  governing,
  lawFacts,
  type Purpose,
  type ReleaseFacts,
  type ReleaseQuestion,
  readTerms,
  recipientsIn,
  releaseRefusals,
  type Terms,
} from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Release } from "./model.ts"

/** Who lets out, what, and when it was prepared. */
export type Wish = Pick<Release, "id" | "officer" | "by" | "unmarked" | "again" | "urgent" | "purpose" | "createdAt">

/** Everything that a decision for a collection rests on but the object itself. */
export async function factsFor(
  reader: Reader,
  collection: Collection,
  wish: Omit<Wish, "id" | "unmarked">,
  time: Instant,
): Promise<ReleaseQuestion & { self: string }> {
  const { by, officer, again, urgent, createdAt } = wish
  const inForce = await governing(reader, collection.id)
  const terms = collection.terms === null ? null : readTerms(collection.terms.text)
  const audience = await recipientsIn(reader, collection)
  const facts: ReleaseFacts = {
    // A release may go on for long: who is an officer no more lets nothing out from then on.
    actor: by === null ? { is: "operator" } : { is: "person", officer: officer && (await isOfficer(reader, by)), by },
    officers: await countOfficers(reader),
    collection: { ...collection, agreement: inForce?.agreement ?? null },
    ...{ audience, refusals: await releaseRefusals(reader) },
    law: await lawFacts(reader, audience, [terms], time),
    first: !(await wasReleasedBefore(reader, collection.key, createdAt)),
    ...{ again, urgent, articles: inForce?.articles ?? {} },
  }
  const purpose = purposeOf(wish, terms)
  const self = (await ownParty(reader))?.id ?? ""
  return { terms, facts, purpose, time, self }
}

/** For what a release lets out into a collection under these terms. */
export function purposeOf({ purpose }: Pick<Release, "purpose">, terms: Terms | null): Purpose {
  return purpose ?? terms?.purposes[0] ?? "defence"
}
