import type { Terms } from "../terms/model.ts"
import { againstRecipient, outsideAudience } from "./against-facts.ts"
import type { Recipient, ReleaseFacts, ReleaseReason } from "./model.ts"

/** What speaks against letting these parties read under these terms, before there is anything to read. */
export function againstAudience(
  audience: readonly Recipient[],
  terms: Terms,
  { refusals, ...facts }: Pick<ReleaseFacts, "refusals" | "articles" | "law">,
): ReleaseReason[] {
  return audience.flatMap((recipient) => [
    ...againstRecipient(recipient, refusals),
    ...outsideAudience(recipient, terms, facts),
  ])
}
