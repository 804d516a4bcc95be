import type { Json } from "../kernel/canonical.ts"
import { canonicalize } from "../kernel/canonical.ts"
import { sha256 } from "../kernel/hash.ts"

/** What a person typed, by the name of the field, as typed. Only these are stored. */
export type Fields = Readonly<Record<string, string>>

export type Authority = {
  organisation: string
  person: string
  address: string
  telephone: string
  mobile: string
  email: string
  fax: string
  hours: string
  zone: string
  reply: string
}
export type Contact = Record<"name" | "title" | "function" | "telephone" | "mobile" | "email", string>
export type Prior = Record<"date" | "ticket" | "asked" | "answered" | "means", string>
export type Offence = { name: string; law: string; penalty: string }

/** One thing that data are asked about, and the time they are of. */
export type Item = {
  type: string
  value: string
  port: string
  /** Behind carrier-grade NAT: many subscribers share the address. */
  shared: boolean
  from: string
  to: string
  zone: string
  category: string
  /** Why the period is as long as it is. */
  reason: string
}

/** What all requests have in common; each form shows of it what it has a place for. */
export type RequestCore = {
  date: string
  reference: string
  status: string
  earlier: string
  who: Authority
  confirm: Contact
  investigating: Authority
  whom: { place: string; authority: string }
  prosecution: string
  court: string
  decisions: string
  prior: { mla: Prior; preservation: Prior }
  basis: string
  measure: string
  offences: Offence[]
  facts: string
  items: Item[]
  link: string
  provider: { name: string; confirmed: boolean }
  necessity: string
  intent: boolean
  partial: boolean
  urgency: { level: string; reason: string }
  confidential: boolean
  procedures: string
  proceedings: string
  assistance: string
  persons: string
  purpose: string
  limits: string
  language: string
  signature: string
  modules: { preserve: boolean; stored: boolean; realtime: boolean }
}

export const ROWS_MOST = 40
const OFFENCE_PARTS = ["name", "law", "penalty"] as const
const ITEM_PARTS = ["type", "value", "port", "shared", "from", "to", "zone", "category", "reason"] as const
/** Prefilled in every row, so that they alone do not make one. */
const ITEM_OFFERED: ReadonlySet<string> = new Set(["type", "zone", "category"])

export function coreOf(fields: Fields, fixedMeasure: string | null): RequestCore {
  const text = (name: string) => (fields[name] ?? "").trim()
  const tick = (name: string) => fields[name] === "yes"
  return {
    ...{ date: text("date"), reference: text("reference"), status: text("status"), earlier: text("earlier") },
    ...{ who: authority(text, "who"), confirm: contact(text), investigating: authority(text, "investigating") },
    whom: { place: text("whom.place"), authority: text("whom.authority") },
    ...{ prosecution: text("prosecution"), court: text("court"), decisions: text("decisions") },
    prior: { mla: prior(text, "mla"), preservation: prior(text, "preservation") },
    ...{ basis: text("basis"), measure: fixedMeasure ?? text("measure"), offences: offencesOf(fields) },
    ...{ facts: text("facts"), items: itemsOf(fields), link: text("link"), necessity: text("necessity") },
    provider: { name: text("provider.name"), confirmed: tick("provider.confirmed") },
    ...{ intent: tick("intent"), partial: tick("partial"), confidential: tick("confidential") },
    urgency: { level: text("urgency.level"), reason: text("urgency.reason") },
    ...{ procedures: text("procedures"), proceedings: text("proceedings"), assistance: text("assistance") },
    ...{ persons: text("persons"), purpose: text("purpose"), limits: text("limits"), language: text("language") },
    signature: text("signature"),
    modules: {
      preserve: tick("modules.preserve"),
      stored: tick("modules.stored"),
      realtime: tick("modules.realtime"),
    },
  }
}

type Text = (name: string) => string

function authority(text: Text, at: string): Authority {
  const part = (name: string) => text(`${at}.${name}`)
  return {
    ...{ organisation: part("organisation"), person: part("person"), address: part("address") },
    ...{ telephone: part("telephone"), mobile: part("mobile"), email: part("email"), fax: part("fax") },
    ...{ hours: part("hours"), zone: part("zone"), reply: part("reply") },
  }
}

function contact(text: Text): Contact {
  const part = (name: string) => text(`confirm.${name}`)
  return {
    ...{ name: part("name"), title: part("title"), function: part("function") },
    ...{ telephone: part("telephone"), mobile: part("mobile"), email: part("email") },
  }
}

function prior(text: Text, which: "mla" | "preservation"): Prior {
  const part = (name: string) => text(`prior.${which}.${name}`)
  return {
    ...{ date: part("date"), ticket: part("ticket"), asked: part("asked") },
    ...{ answered: part("answered"), means: part("means") },
  }
}

/** Rows with nothing in them do not count; the numbers of the others stay, so that a fault finds its field. */
export function offenceRows(fields: Fields): { row: number; offence: Offence }[] {
  return rows().flatMap((row) => {
    const part = (name: string) => (fields[`offences.${row}.${name}`] ?? "").trim()
    if (OFFENCE_PARTS.every((name) => part(name) === "")) return []
    return [{ row, offence: { name: part("name"), law: part("law"), penalty: part("penalty") } }]
  })
}

export function itemRows(fields: Fields): { row: number; item: Item }[] {
  return rows().flatMap((row) => {
    const part = (name: string) => (fields[`items.${row}.${name}`] ?? "").trim()
    if (ITEM_PARTS.every((name) => ITEM_OFFERED.has(name) || part(name) === "")) return []
    const item = {
      ...{ type: part("type"), value: part("value"), port: part("port"), shared: part("shared") === "yes" },
      ...{ from: part("from"), to: part("to"), zone: part("zone"), category: part("category") },
      reason: part("reason"),
    }
    return [{ row, item }]
  })
}

function rows(): number[] {
  return Array.from({ length: ROWS_MOST }, (_, row) => row)
}

const offencesOf = (fields: Fields): Offence[] => offenceRows(fields).map(({ offence }) => offence)
const itemsOf = (fields: Fields): Item[] => itemRows(fields).map(({ item }) => item)

/** Names of fields that the core or the node's own notes have a place for; anything else that is sent is not kept. */
export function isField(name: string): boolean {
  const [first = "", second = "", third = ""] = name.split(".")
  if (first === "offences") return isRow(second) && OFFENCE_PARTS.some((part) => part === third)
  if (first === "items") return isRow(second) && ITEM_PARTS.some((part) => part === third)
  if (name === NOTE) return true
  return PLAIN.has(typeof pathIn(EMPTY, name))
}

function isRow(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) < ROWS_MOST
}

const PLAIN: ReadonlySet<string> = new Set(["string", "boolean"])

/** For the own side alone: in no document, and not in the hash of one. */
export const NOTE = "internal-note"

const EMPTY = coreOf({}, null)

/** What stands at a path of the core, `who.organisation`; undefined if it has no such place. */
export function pathIn(core: RequestCore, path: string): Json | undefined {
  let at: Json | undefined = core
  for (const step of path.split(".")) {
    if (typeof at !== "object" || at === null || Array.isArray(at) || !Object.hasOwn(at, step)) return undefined
    at = at[step]
  }
  return at
}

/** SHA-256 over the canonical JSON (RFC 8785) of the form's id and the core: equal hash, equal content. */
export function contentHash(form: string, core: RequestCore): string {
  return sha256(canonicalize({ core, form })).toString("hex")
}
