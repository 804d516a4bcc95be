import type { Instant } from "../../kernel/time.ts"
import {
  type Composed,
  type Composer,
  composeRows,
  type Delimiter,
  decoded,
  type Encoding,
  type Finding,
  findingRows,
  guessDelimiter,
  guessEncoding,
  guessMapping,
  headerSignature,
  type Line,
  type Mapping,
  newestBytes,
  noneComposed,
  readFindings,
  sampleLines,
  tableRows,
} from "../../library/index.ts"
import type { JsonObject, Tlp } from "../../stix/index.ts"
import type { Reader } from "../../store/index.ts"
import type { Choices, Import, ImportFormat } from "./model.ts"
import type { Uploads } from "./uploads.ts"

/** The bytes of STIX that an upload is or becomes, and what composing them noticed. */
export type Source = { bytes: AsyncIterable<Uint8Array>; composed: Composed | null; findings: Finding[] }

export type SourceParts = {
  reader: Reader
  uploads: Uploads
  /** The node's own. */
  secret: Uint8Array
  /** Id of the own party's identity, if it is set up. */
  identity: string | null
  now: Instant
}

/** STIX as it is; a table or text as the objects that it speaks of. */
export async function sourceOf(
  parts: SourceParts,
  { id, format, choices }: Pick<Import, "id" | "format" | "choices">,
  tlp: Tlp | null,
): Promise<Source> {
  const content = () => parts.uploads.content(id)
  if (format === "stix") return { bytes: content(), composed: null, findings: [] }
  const composed = noneComposed()
  const composer = composerOf(parts, choices, tlp)
  const text = decoded(content(), choices.encoding ?? "utf-8")
  if (format === "csv" && choices.mapping !== null) {
    const rows = tableRows(text, choices.mapping, composed)
    return { bytes: composeRows(rows, composer, composed), composed, findings: [] }
  }
  const findings = await readFindings(text)
  return { bytes: composeRows(findingRows(findings), composer, composed), composed, findings }
}

function composerOf(parts: SourceParts, choices: Choices, tlp: Tlp | null): Composer {
  const { reader, secret, identity, now } = parts
  return {
    author: { secret, identity, tlp, now },
    skipSpecial: choices.skipSpecial,
    leftOut: new Set(choices.leftOut),
    async before(id) {
      const bytes = await newestBytes(reader, id)
      return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString("utf8")) as JsonObject)
    },
  }
}

const SAMPLE_BYTES = 64 * 1024
const LINES_SHOWN = 12

/** What an upload seems to be. */
export type Looked = {
  format: ImportFormat
  encoding: Encoding | null
  mapping: Mapping | null
  lines: Line[]
  signature: string | null
}

/** Looks at the beginning, and for text at all of it once, since its encoding may show at the end only. */
export async function lookAt(
  uploads: Uploads,
  { id, name, choices }: Import,
  wanted: ImportFormat | null,
): Promise<Looked> {
  const beginning = await uploads.beginning(id, SAMPLE_BYTES)
  const nothing = { encoding: null, mapping: null, lines: [], signature: null }
  if (wanted === "stix" || (wanted === null && isJson(beginning))) return { ...nothing, format: "stix" }
  const encoding = choices.encoding ?? (await guessEncoding(uploads.content(id)))
  const sample = wholeLines(new TextDecoder(encoding).decode(beginning), beginning.length === SAMPLE_BYTES)
  const named = /\.(?:csv|tsv|tab)(?:\.gz)?$/i.test(name)
  const delimiter =
    choices.mapping?.delimiter ?? (await guessDelimiter(sample)) ?? (named || wanted === "csv" ? "," : null)
  if (wanted === "text" || delimiter === null) return { ...nothing, format: "text", encoding }
  const lines = await sampleLines(sample, delimiter)
  const mapping = mappingFor(choices.mapping, lines, delimiter)
  // Prose with commas is cut evenly at times, but no column of it holds values.
  if (wanted === null && !named && !mapping.roles.includes("value")) return { ...nothing, format: "text", encoding }
  const signature = headerSignature(lines, mapping.header)
  return { format: "csv", encoding, mapping, lines: lines.slice(0, LINES_SHOWN), signature }
}

/** What a person said of header and delimiter holds, also before the columns are named. */
function mappingFor(chosen: Mapping | null, lines: readonly Line[], delimiter: Delimiter): Mapping {
  if (chosen !== null && chosen.roles.length > 0) return chosen
  const guessed = guessMapping(lines, delimiter)
  return chosen === null ? guessed : { ...guessed, header: chosen.header }
}

/** Texts may begin with a bracket too, but not with one that an object or its end follows. */
function isJson(beginning: Buffer): boolean {
  return /^(?:\ufeff)?\s*(?:\{\s*["}]|\[\s*[{\]])/.test(beginning.subarray(0, 4096).toString("utf8"))
}

function wholeLines(text: string, cut: boolean): string {
  const end = cut ? text.lastIndexOf("\n") + 1 : text.length
  return end > 0 ? text.slice(0, end) : text
}
