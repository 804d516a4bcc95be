/** One entry of an `Accept` header: `application/taxii+json; version=2.1;q=0.5`. */
type Range = { type: string; parameters: Map<string, string>; q: number }

function parseRange(text: string): Range | null {
  const [type = "", ...rest] = text.split(";").map((part) => part.trim())
  if (!/^[\w!#$&^.+*-]+\/[\w!#$&^.+*-]+$/.test(type)) return null
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const at = part.indexOf("=")
    if (at > 0)
      parameters.set(
        part.slice(0, at).trim().toLowerCase(),
        part
          .slice(at + 1)
          .trim()
          .replaceAll('"', ""),
      )
  }
  const q = Number(parameters.get("q") ?? "1")
  parameters.delete("q")
  return { type: type.toLowerCase(), parameters, q: Number.isFinite(q) ? q : 0 }
}

function matches(range: Range, type: string, version: string): boolean {
  if (range.type === "*/*" || range.type === `${type.split("/")[0]}/*`) return true
  return range.type === type && (range.parameters.get("version") ?? version) === version
}

/**
 * Whether a header allows `type` in that `version` (RFC 9110 section 12.5.1; TAXII 2.1 section 1.6.8). A missing or
 * empty header allows everything; a range without a version means the newest.
 */
export function accepts(header: string | undefined, type: string, version: string): boolean {
  if (header === undefined || header.trim() === "") return true
  const fitting = header
    .split(",")
    .map(parseRange)
    .filter((range) => range !== null && matches(range, type, version)) as Range[]
  const [nearest] = fitting.sort((a, b) => precision(b) - precision(a))
  return nearest !== undefined && nearest.q > 0
}

/** The range that says most decides, wherever it stands: one with `q=0` refuses what a wildcard beside it allows. */
function precision({ type, parameters }: Range): number {
  if (type === "*/*") return 0
  return type.endsWith("/*") ? 1 : 2 + parameters.size
}

/** Whether a `Content-Type` names exactly that type, in that version or without one. */
export function isType(header: string | undefined, type: string, version: string): boolean {
  const range = header === undefined ? null : parseRange(header)
  return range !== null && range.type === type && (range.parameters.get("version") ?? version) === version
}
