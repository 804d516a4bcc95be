import type { TermName } from "../terms/model.ts"
import type { Recipient, ReleaseFacts, ReleaseReason, ReleaseReasonCode } from "./model.ts"

type Values = Readonly<Record<string, string>>

/** A reason that rests on a fact or a marking. */
export function reason(code: ReleaseReasonCode, values: Values = {}): ReleaseReason {
  return { code, values }
}

/** A reason that rests on a term: with the article that says so, if an agreement does. */
export function byTerm(
  { articles }: Pick<ReleaseFacts, "articles">,
  term: TermName,
  code: ReleaseReasonCode,
  values: Values = {},
): ReleaseReason {
  const article = articles[term]
  return { code, values: article === undefined ? values : { ...values, article } }
}

/** The first of its names, else its id. */
export function nameOf({ names, party }: Recipient): string {
  return names[0] ?? party
}
