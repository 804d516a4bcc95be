const CLOSING = new Map([
  [")", "("],
  ["]", "["],
])

const DEEPEST = 1_000

/**
 * A light look at a STIX pattern (STIX 2.1 section 9): quotes and brackets in balance, and at least one `[`.
 * Not a parser: true does not promise that the pattern means something.
 */
export function stixPattern(pattern: string): boolean {
  const open: string[] = []
  let comparisons = 0
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at] as string
    if (sign === "'") {
      at = endOfQuote(pattern, at)
      if (at === -1) return false
    } else if (sign === "(" || sign === "[") {
      if (open.length >= DEEPEST) return false
      if (sign === "[") comparisons++
      open.push(sign)
    } else if (CLOSING.has(sign) && open.pop() !== CLOSING.get(sign)) return false
  }
  return open.length === 0 && comparisons > 0
}

/** A backslash takes the next character with it. */
function endOfQuote(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++
    else if (pattern[at] === "'") return at
  }
  return -1
}
