/** One comparison of a pattern: `ipv4-addr:value = '198.51.100.7'`. Members of a set are comparisons of their own. */
export type Comparison = { type: string; path: string; operator: string; value: string }

const OPERATOR = /\s{0,20}(NOT\s{1,20})?(=|!=|<=|>=|<|>|IN|LIKE|MATCHES|ISSUBSET|ISSUPERSET)(?![A-Za-z])\s{0,20}/iy
const PATH = /([a-zA-Z][a-zA-Z0-9-]{0,249}):((?:[^\s'=!<>[\]()]|\[[^\]]{0,20}\]|'(?:[^'\\]|\\.){0,250}'){1,500})/y
const BETWEEN = /\s{0,20}[(,]\s{0,20}/y
const MOST = 10_000

/**
 * The comparisons with text of a STIX pattern (STIX 2.1 section 9.2), in their order. Not a parser: how they are
 * joined is not told, and what cannot be read is passed over.
 */
export function patternComparisons(pattern: string): Comparison[] {
  const found: Comparison[] = []
  let at = 0
  while (at < pattern.length && found.length < MOST) {
    const sign = pattern[at] as string
    if (sign === "'") at = quoteAt(pattern, at)?.end ?? pattern.length
    else if (/[a-zA-Z]/.test(sign) && !/[\w:-]/.test(pattern[at - 1] ?? " ")) at = readComparison(pattern, at, found)
    else at++
  }
  return found
}

/** Behind the comparison that begins here; one sign on if none does. */
function readComparison(pattern: string, start: number, found: Comparison[]): number {
  const name = take(PATH, pattern, start)
  const [, type = "", path = ""] = name?.groups ?? []
  const operation = name === null ? null : take(OPERATOR, pattern, name.end)
  if (operation === null) return start + 1
  const operator = `${operation.groups[1] === undefined ? "" : "NOT "}${(operation.groups[2] ?? "").toUpperCase()}`
  let at = operation.end
  for (;;) {
    const quoted = quoteAt(pattern, take(BETWEEN, pattern, at)?.end ?? at)
    if (quoted === null) return at
    found.push({ type, path, operator, value: quoted.text.replace(/\\([\s\S])/g, "$1") })
    at = quoted.end
    if (!operator.endsWith("IN")) return at
  }
}

function take(pattern: RegExp, text: string, at: number): { groups: RegExpExecArray; end: number } | null {
  pattern.lastIndex = at
  const groups = pattern.exec(text)
  return groups === null ? null : { groups, end: at + groups[0].length }
}

/** A quoted text and where it ends; a backslash takes the next character with it. Texts may be of megabytes. */
function quoteAt(pattern: string, start: number): { text: string; end: number } | null {
  if (pattern[start] !== "'") return null
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++
    else if (pattern[at] === "'") return { text: pattern.slice(start + 1, at), end: at + 1 }
  }
  return null
}
