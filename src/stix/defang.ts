/** Text whose defanged spellings were turned back, and where each of its places stood in the text before. */
export type Respelled = { text: string; placeBefore(at: number): number }

const BETWEEN_DOTS = /(?<!\[)\.(?!\])/g
const SCHEME = /(?<![a-z0-9])(h)tt(ps?:\/\/)|(?<![a-z0-9])(f)t(ps?:\/\/)/gi
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?$/
const IPV6 = /^[0-9a-f]{0,4}:[0-9a-f:.]{1,45}(?:\/\d{1,3})?$/i
const DOMAIN = /^[\p{L}\p{N}\p{M}_-]{1,63}(?:\.[\p{L}\p{N}\p{M}_-]{1,63}){1,60}\.?$/u

/**
 * A value as it may stand on a page or in a mail without becoming a link: `198.51.100[.]7`, `hxxps://evil[.]example/a`.
 * `type` is the observable's (`url`, `domain-name` …); without one the form of the value decides, and a file name
 * may be taken for a domain. Defanging twice changes nothing.
 */
export function defang(value: string, type: string | null = null): string {
  switch (type ?? guessType(value)) {
    case "ipv4-addr":
      return value.replace(/(?<!\[)\.(?=\d{1,3}(?:\/\d+)?$)/, "[.]")
    case "ipv6-addr":
      return (value.includes("[:]") ? value : value.replace(":", "[:]")).replace(BETWEEN_DOTS, "[.]")
    case "domain-name":
      return value.replace(BETWEEN_DOTS, "[.]")
    case "email-addr":
      return value.replace(/(?<!\[)@(?!\])/g, "[@]").replace(BETWEEN_DOTS, "[.]")
    case "url":
      return defangUrl(value)
    default:
      return value
  }
}

function guessType(value: string): string | null {
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(value)) return "url"
  if (/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(value)) return "email-addr"
  if (IPV4.test(value)) return "ipv4-addr"
  if (IPV6.test(value)) return "ipv6-addr"
  return DOMAIN.test(value) ? "domain-name" : null
}

/** The dots of the host, and the scheme wherever it stands: an address may carry another one in its query. */
function defangUrl(value: string): string {
  const safe = value.replace(SCHEME, (_, h?: string, rest?: string, f?: string, other?: string) =>
    h === undefined ? `${f}x${other}` : `${h}xx${rest}`,
  )
  const start = safe.indexOf("://")
  if (start < 0) return safe
  const end = safe.slice(start + 3).search(/[/?#\\]/)
  const stop = end < 0 ? safe.length : start + 3 + end
  const host = safe
    .slice(start + 3, stop)
    .replace(BETWEEN_DOTS, "[.]")
    .replace(/(?<!\[)@(?!\])/g, "[@]")
  const scheme = safe.slice(0, start)
  const known = /^(?:hxxps?|fxps?)$/i.test(scheme)
  return `${scheme}${known ? "://" : "[:]//"}${host}${safe.slice(stop)}`
}

/** How people write a dot, an at sign or a colon so that nothing becomes a link. Each alternative is linear. */
const SPELLINGS = new RegExp(
  [
    // h**p, hxxp, hXXps, h__p, meow; fxp
    String.raw`(?<scheme>(?<![a-z0-9])(?:h(?:xx|\*\*|__|xt|tx)ps?|meows?|fxps?)(?=\s?[\[({]?:))`,
    // [:]//  [://]  (:)//  :[//]
    String.raw`(?<slashes>[\[({]:[\])}]//|[\[({]://[\])}]|:[\[({]//[\])}])`,
    // 1[.]2  a (dot) b  {.}  [.com]
    String.raw`(?<dot> [\[({<][ ]?(?:\.|dot|punkt|點|点)[ ]?[\])}>] (?=\S)|[\[({<][ ]?(?:\.|dot|punkt|點|点)[ ]?[\])}>])`,
    String.raw`(?<ending>\[\.(?:[a-z0-9-]{1,63})\])`,
    String.raw`(?<at> [\[({<][ ]?(?:@|at)[ ]?[\])}>] (?=\S)|[\[({<][ ]?(?:@|at)[ ]?[\])}>])`,
    String.raw`(?<colon>[\[({]:[\])}])`,
    String.raw`(?<slash>\[/\])`,
    // 1\.2  1[.2  1.]2
    String.raw`(?<torn>(?<=[\p{L}\p{N}])(?:\\\.|\[\.|\.\])(?=[\p{L}\p{N}]))`,
    // １．２ and evil．com; the ideographic full stop also ends sentences, so only where it alone divides the value
    String.raw`(?<wide>(?<=[\p{L}\p{N}])．(?=[\p{L}\p{N}]))`,
    "(?<stop>(?<=[a-z0-9-])[。｡](?=[a-z0-9]))",
    "(?<full>[０-９Ａ-Ｚａ-ｚ＠]|：／／|：(?=//))",
  ].join("|"),
  "giu",
)

/** Turns defanged spellings back: `hxxp`, `[.]`, `(dot)`, `[at]`, `\.`, full-width forms. Other text stays as it is. */
export function refang(text: string): string {
  return respell(text).text
}

/** As `refang`, keeping track of where each character came from, so that a reader can be shown the place. */
export function respell(text: string): Respelled {
  const parts: string[] = []
  const steps: { after: number; before: number }[] = [{ after: 0, before: 0 }]
  let [read, written] = [0, 0]
  for (const match of text.matchAll(SPELLINGS)) {
    const plain = plainOf(match, text)
    if (plain === null) continue
    const kept = text.slice(read, match.index)
    parts.push(kept, plain)
    written += kept.length
    steps.push({ after: written, before: match.index })
    written += plain.length
    read = match.index + match[0].length
    steps.push({ after: written, before: read })
  }
  parts.push(text.slice(read))
  return { text: parts.join(""), placeBefore: (at) => placeBefore(steps, at) }
}

function plainOf(match: RegExpExecArray, text: string): string | null {
  const groups = match.groups ?? {}
  if (groups.scheme !== undefined) return schemeOf(groups.scheme)
  if (groups.slashes !== undefined) return "://"
  if (groups.ending !== undefined) return groups.ending.slice(1, -1)
  if (groups.at !== undefined) return "@"
  if (groups.colon !== undefined) return ":"
  if (groups.slash !== undefined) return "/"
  if (groups.full !== undefined) return groups.full.normalize("NFKC")
  if (groups.stop !== undefined) return dividesAlone(text, match.index) ? "." : null
  return "."
}

function schemeOf(spelled: string): string {
  const secure = /s$/i.test(spelled) ? "s" : ""
  return /^f/i.test(spelled) ? `ftp${secure}` : `http${secure}`
}

/** Longest name of RFC 1035, and a little. */
const RUN_MOST = 64

/**
 * An ideographic full stop is a dot only if no plain dot stands in the same run and what follows is written small:
 * `evil。com` and `198。51。100。7` are values, `連線evil.com。Cobalt` is the end of a sentence.
 */
function dividesAlone(text: string, at: number): boolean {
  const inRun = (place: number) => /^[A-Za-z0-9.。｡-]$/.test(text[place] ?? "")
  let [start, end] = [at, at + 1]
  while (at - start < RUN_MOST && inRun(start - 1)) start--
  while (end - at < RUN_MOST && inRun(end)) end++
  const run = text.slice(start, end)
  return !/\.[A-Za-z0-9]/.test(run) && !/(?:^|[。｡])[A-Z]/.test(run)
}

function placeBefore(steps: readonly { after: number; before: number }[], at: number): number {
  let [low, high] = [0, steps.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((steps[middle]?.after ?? 0) <= at) low = middle
    else high = middle - 1
  }
  const step = steps[low] ?? { after: 0, before: 0 }
  return step.before + (at - step.after)
}

const PLAIN_VALUES: ReadonlySet<string> = new Set(["ipv4-addr", "ipv6-addr", "domain-name", "email-addr", "url"])

/** A name or value as it may be shown: nothing in it makes a link when it is copied by hand. */
export function defangedName(type: string, name: string): string {
  if (PLAIN_VALUES.has(type)) return defang(name, type)
  return type === "indicator" || type === "observed-data" ? defangedText(name) : name
}

const TOKEN = /[^\s'"()[\]<>{},;|]+/g
const CLOCK = /^\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?$/

/** Each address, name or link in a text, wherever it stands. Other words stay as they are. */
export function defangedText(text: string): string {
  return text.replace(TOKEN, (token) => (CLOCK.test(token) ? token : defang(token)))
}
