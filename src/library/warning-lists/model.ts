import { z } from "zod"
import { ComityError } from "../../kernel/errors.ts"
import { parseRange } from "../intake/addresses.ts"

export const LIST_TYPES = ["cidr", "hostname", "string", "substring", "regex"] as const
export type ListType = (typeof LIST_TYPES)[number]

/** Values that are seldom worth an alarm, as MISP's warning lists name them; supplied by the operator. */
export type WarningList = {
  name: string
  version: string
  description: string
  type: ListType
  /** Kinds of value that it speaks of; null: all. */
  kinds: string[] | null
  entries: string[]
}

const ENTRIES_MOST = 1_200_000
const SUBSTRINGS_MOST = 5_000

const Given = z.object({
  name: z.string().trim().min(1).max(300),
  version: z.union([z.number(), z.string().max(100)]).default(""),
  description: z.string().max(10_000).default(""),
  type: z.enum(LIST_TYPES),
  matching_attributes: z.array(z.string().max(100)).max(500).default([]),
  list: z.array(z.string().max(4096)).min(1).max(ENTRIES_MOST),
})

/**
 * Reads a list in MISP's format. Throws `invalid warning-list.malformed` for another form, `warning-list.entry` for an
 * entry that is not of the list's type, `unsupported warning-list.expression` for expressions that cannot be run in
 * bounded time, `too-large warning-list.substrings`.
 */
export function parseWarningList(text: string): WarningList {
  const { data } = Given.safeParse(parsedJson(text))
  if (data === undefined) throw new ComityError("invalid", "warning-list.malformed")
  const { name, description, type, list } = data
  const entries = list
    .flatMap((entry) => entry.split(/[\r\n]+/))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
  if (entries.length === 0) throw new ComityError("invalid", "warning-list.malformed")
  checkEntries(type, entries)
  const attributes = data.matching_attributes.flatMap((one) => one.split("|"))
  const kinds = attributes.length === 0 ? null : [...new Set(attributes.flatMap((one) => KINDS[one] ?? []))]
  return { name, version: String(data.version), description, type, kinds, entries }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ComityError("invalid", "warning-list.malformed", {}, error)
  }
}

function checkEntries(type: ListType, entries: readonly string[]): void {
  if (type === "cidr") {
    const wrong = entries.findIndex((entry) => parseRange(entry) === null)
    if (wrong >= 0) throw new ComityError("invalid", "warning-list.entry", { position: wrong + 1 })
  }
  if (type === "regex") {
    const wrong = entries.findIndex((entry) => linearExpression(entry) === null)
    if (wrong >= 0) throw new ComityError("unsupported", "warning-list.expression", { position: wrong + 1 })
  }
  if (type === "substring" && entries.length > SUBSTRINGS_MOST) {
    throw new ComityError("too-large", "warning-list.substrings", { limit: SUBSTRINGS_MOST })
  }
}

/**
 * An expression that V8's linear engine runs, whose time is bounded by the length of the text; null where that engine
 * is not switched on or does not take it. Others could be made to take for ever by a value from outside.
 */
export function linearExpression(entry: string): RegExp | null {
  const [, body = entry, flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(entry) ?? []
  try {
    return new RegExp(body, `l${flags.includes("i") ? "i" : ""}`)
  } catch {
    return null
  }
}

const ADDRESSES = ["ipv4-addr", "ipv6-addr"]

/** MISP's types of attribute, as far as we know values of that kind. */
const KINDS: Readonly<Record<string, readonly string[] | undefined>> = {
  "ip-src": ADDRESSES,
  "ip-dst": ADDRESSES,
  ip: ADDRESSES,
  domain: ["domain-name"],
  hostname: ["domain-name"],
  url: ["url"],
  uri: ["url"],
  link: ["url"],
  email: ["email-addr"],
  "email-src": ["email-addr"],
  "email-dst": ["email-addr"],
  md5: ["md5"],
  sha1: ["sha1"],
  sha256: ["sha256"],
  sha512: ["sha512"],
  filename: ["file-name"],
  vulnerability: ["vulnerability"],
}
