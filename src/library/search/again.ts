import type { Instant } from "../../kernel/time.ts"
import type { Derived } from "../../store/index.ts"
import { isInInbox, type Received, readMirrors, readReceived, readTimes } from "./again-queries.ts"
import { readLabels } from "./find-queries.ts"
import { countBehind } from "./index-queries.ts"
import { parsed, valueTokensOf } from "./indexer.ts"
import { referenceToken } from "./words.ts"

/** Objects that came from a party, page by page, the newest first: `before` is the `next` of the page before. */
export type AgainQuery = { party: string; before: number | null; limit: number }

/** Whether one came up at home after it came, as `docs/reciprocity.md` defines it. */
export type Again = {
  /** When it first came. */
  since: Instant
  /** Something of ours names it. */
  spoken: boolean
  /** Our own sources brought it too. */
  brought: boolean
  /** Our own sources brought something else that has one of its values. */
  sameValue: boolean
}

/** `behind`: entries of collections that the index has not read yet, so that there may be more. */
export type AgainPage = { objects: Again[]; next: number | null; behind: number }

const LIMIT_MOST = 1000
/** Names of people, places and markings: that they come up again tells nothing. */
const NAMES: ReadonlySet<string> = new Set([
  "identity",
  "location",
  "marking-definition",
  "language-content",
  "extension-definition",
])

export function seenAgain(index: Derived, { party, before, limit }: AgainQuery): AgainPage {
  const behind = countBehind(index)
  const mirrors = readMirrors(index, party)
  if (mirrors.length === 0) return { objects: [], next: null, behind }
  const most = Math.max(1, Math.min(limit, LIMIT_MOST))
  const page = readReceived(index, mirrors, { before: before ?? Number.MAX_SAFE_INTEGER, limit: most })
  const objects = page.flatMap((one) => (NAMES.has(one.type) ? [] : (againOf(index, one, party) ?? [])))
  return { objects, next: page.length === most ? (page.at(-1)?.key ?? null) : null, behind }
}

/** Null if the partner's collections do not serve it any more, which the index may not know yet. */
function againOf(index: Derived, one: Received, party: string): Again | null {
  const { since, brought } = readTimes(index, one, party)
  if (since === null) return null
  const naming = readLabels(index, one.hash).map(({ label }) => referenceToken(one.hash, label))
  const body = parsed(one.bytes)
  const values = body === null ? [] : valueTokensOf(body)
  const found = (tokens: readonly string[]) =>
    tokens.length > 0 && isInInbox(index, tokens, { besides: one.key, after: since })
  return { since, spoken: found(naming), brought: brought !== null && brought > since, sameValue: found(values) }
}
