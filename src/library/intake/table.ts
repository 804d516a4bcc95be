import { type CsvError, parse } from "csv-parse"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { readValue, type ValueKind } from "./values.ts"

/** What a column of a table says. `value` may stand several times: each filled cell is a value of its own. */
export const ROLES = [
  "ignore",
  "value",
  "type",
  "name",
  "description",
  "labels",
  "confidence",
  "valid_from",
  "valid_until",
  "tlp",
] as const

export type Role = (typeof ROLES)[number]
export type Delimiter = "," | ";" | "\t" | "|"

/** How a person reads a table; remembered for tables with the same header. */
export type Mapping = { delimiter: Delimiter; header: boolean; roles: Role[] }

/** One line of a table. `line` counts from 1, as an editor shows it. */
export type Line = { line: number; cells: string[] }

const DELIMITERS: readonly Delimiter[] = [",", ";", "\t", "|"]
const RECORD_MOST = 1024 * 1024
const COLUMNS_MOST = 200

/**
 * The lines of a table, as they arrive; blank lines and lines that begin with `#` are left out. Throws
 * `invalid intake.csv-quote` or `intake.csv-record` naming the line from which the rest cannot be told apart.
 */
export async function* readTable(input: AsyncIterable<string>, delimiter: Delimiter): AsyncGenerator<Line> {
  const parser = parse({
    delimiter,
    bom: true,
    comment: "#",
    comment_no_infix: true,
    info: true,
    max_record_size: RECORD_MOST,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })
  const fed = feed(parser, input)
  fed.catch(() => {}) // heard below
  let line = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      line = info.lines
      yield { line, cells: record.slice(0, COLUMNS_MOST) }
    }
    await fed
  } catch (error) {
    throw explained(error, line)
  } finally {
    parser.destroy()
  }
}

async function feed(parser: ReturnType<typeof parse>, input: AsyncIterable<string>): Promise<void> {
  try {
    for await (const text of input) {
      if (!parser.write(text)) await drained(parser)
      if (parser.destroyed) return
    }
    parser.end()
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error("the input broke"))
    throw error
  }
}

function drained(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      parser.off("drain", go)
      parser.off("close", go)
      resolve()
    }
    parser.on("drain", go)
    parser.on("close", go)
    if (parser.destroyed) go()
  })
}

function explained(error: unknown, line: number): unknown {
  const code = error instanceof Error && "code" in error ? String((error as CsvError).code) : ""
  if (code === "CSV_QUOTE_NOT_CLOSED") return new ComityError("invalid", "intake.csv-quote", { line: line + 1 }, error)
  if (code.startsWith("CSV_")) return new ComityError("invalid", "intake.csv-record", { line: line + 1 }, error)
  return error
}

/** The delimiter that cuts most lines of a sample into the same number of columns, more than one; null if none does. */
export async function guessDelimiter(sample: string): Promise<Delimiter | null> {
  let best: { delimiter: Delimiter; score: number } | null = null
  for (const delimiter of DELIMITERS) {
    const widths = (await sampleLines(sample, delimiter)).map(({ cells }) => cells.length)
    const usual = mostFrequent(widths)
    if (usual < 2) continue
    const share = widths.filter((width) => width === usual).length / widths.length
    const score = share * 100 + Math.min(usual, 20)
    if (share >= 0.6 && (best === null || score > best.score)) best = { delimiter, score }
  }
  return best?.delimiter ?? null
}

/** The whole lines of a sample, at most a hundred; one that is cut off or broken counts for nothing. */
export async function sampleLines(sample: string, delimiter: Delimiter): Promise<Line[]> {
  const lines: Line[] = []
  const once = (async function* () {
    yield sample
  })()
  try {
    for await (const line of readTable(once, delimiter)) {
      lines.push(line)
      if (lines.length >= 100) break
    }
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
  }
  return lines
}

function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return [...counts].reduce<[number, number]>((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0]
}

const HEADER_WORDS: readonly [role: Role, words: RegExp][] = [
  ["type", /^(?:(?:ioc|indicator|threat|observable|value|data)[ _-]?)?(?:type|kind)$|^類型$|^类型$|^種類$/i],
  [
    "value",
    /^(?:ioc|iocs|value|indicator|indicators|observable|address|ip|ips|ipv4|ipv6|dst[ _-]?ip|domain|domains|fqdn|host|hostname|url|urls|uri|email|hash|md5|sha-?1|sha-?256|sha-?512|cve|ioc[ _-]?value|ip[ _-]?address|md5_hash|sha1_hash|sha256_hash|指標|指标|值|網域|域名|雜湊|哈希)$/i,
  ],
  [
    "name",
    /^(?:name|title|malware(?:[ _-]?printable|[ _-]?family|[ _-]?name)?|signature|family|threat[ _-]?name|名稱|名称)$/i,
  ],
  ["description", /^(?:description|comment|comments|note|notes|details|context|threat|說明|说明|描述|備註|备注)$/i],
  ["labels", /^(?:labels?|tags?|category|categories|標籤|标签)$/i],
  ["confidence", /^(?:confidence(?:[ _-]?level)?|score|信心|可信度|置信度)$/i],
  [
    "valid_from",
    /^(?:valid[ _-]?from|first[ _-]?seen(?:[ _-]?utc)?|created|date|date[ _-]?added|dateadded|timestamp|首次出現|日期)$/i,
  ],
  ["valid_until", /^(?:valid[ _-]?(?:until|to)|expir(?:y|es|ation)(?:[ _-]?date)?|到期|有效期限)$/i],
  ["tlp", /^(?:tlp|traffic[ _-]?light|marking|handling)$/i],
]

/** How a table is probably meant, from its header and from what its cells hold. */
export function guessMapping(lines: readonly Line[], delimiter: Delimiter): Mapping {
  const [first, ...rest] = lines
  const width = Math.max(0, ...lines.map(({ cells }) => cells.length))
  const header = first !== undefined && looksLikeHeader(first.cells)
  const body = header ? rest : lines
  const roles = Array.from({ length: width }, (_, column): Role => {
    const named = header ? roleOfWord(first?.cells[column] ?? "") : null
    return named ?? (holdsValues(body, column) && !header ? "value" : "ignore")
  })
  if (!roles.includes("value")) {
    const column = roles.findIndex((role, i) => role === "ignore" && holdsValues(body, i))
    if (column >= 0) roles[column] = "value"
  }
  return { delimiter, header, roles: onlyOnce(roles) }
}

function roleOfWord(word: string): Role | null {
  const plain = word.trim().replace(/^["']|["']$/g, "")
  return HEADER_WORDS.find(([, words]) => words.test(plain))?.[0] ?? null
}

/** No cell is a value, and at least one is a word that heads columns or all are short words. */
function looksLikeHeader(cells: readonly string[]): boolean {
  if (cells.some((cell) => readValue(cell).ok)) return false
  return cells.some((cell) => roleOfWord(cell) !== null) || cells.every((cell) => /^[\p{L}\p{N} _-]{1,40}$/u.test(cell))
}

function holdsValues(lines: readonly Line[], column: number): boolean {
  const cells = lines.map(({ cells }) => cells[column] ?? "").filter((cell) => cell.trim() !== "")
  return cells.length > 0 && cells.filter((cell) => readValue(cell).ok).length * 2 > cells.length
}

/** All but values and ignored columns are told apart by their role, so each may stand once. */
function onlyOnce(roles: readonly Role[]): Role[] {
  return roles.map((role, i) => (role === "value" || role === "ignore" || roles.indexOf(role) === i ? role : "ignore"))
}

/** Tables with the same header are read the same way; null for a table without one. */
export function headerSignature(lines: readonly Line[], header: boolean): string | null {
  const [first] = lines
  if (!header || first === undefined) return null
  return sha256(JSON.stringify(first.cells.map((cell) => cell.trim().toLowerCase()))).toString("hex")
}

const KIND_WORDS: readonly [kind: ValueKind | "ip", words: RegExp][] = [
  ["ip", /^(?:ip|ip-?address|ip:port|ip-(?:src|dst)(?:\|port)?|cidr|netblock|ipv4|ipv6|ipv[46]-addr(?::value)?)$/],
  ["domain-name", /^(?:domain|domain-name(?::value)?|hostname|host|fqdn|網域|域名)$/],
  ["url", /^(?:url|uri|link|url:value)$/],
  ["email-addr", /^(?:e-?mail|email-addr(?::value)?|email-(?:src|dst)|mail)$/],
  ["md5", /^(?:md5|md5_hash|filehash-md5|file:hashes\.md5)$/],
  ["sha1", /^(?:sha-?1|sha1_hash|filehash-sha1|file:hashes\.'?sha-?1'?)$/],
  ["sha256", /^(?:sha-?256|sha256_hash|filehash-sha256|file:hashes\.'?sha-?256'?)$/],
  ["sha512", /^(?:sha-?512|sha512_hash|filehash-sha512|file:hashes\.'?sha-?512'?)$/],
  ["vulnerability", /^(?:cve|vulnerability)$/],
]

/** The kind that a cell names; null leaves it to the value. */
export function kindOfWord(word: string, value: string): ValueKind | null {
  const kind = KIND_WORDS.find(([, words]) => words.test(word.trim().toLowerCase()))?.[0] ?? null
  if (kind !== "ip") return kind
  return value.split(":").length > 2 ? "ipv6-addr" : "ipv4-addr"
}
