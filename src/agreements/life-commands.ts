import { z } from "zod"
import type { Call, Declaration, Handler, Handlers } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { loadOwnParty } from "../parties/index.ts"
import { type ActingParts, act, reservationsOf } from "./acts/acting.ts"
import type { Act } from "./acts/model.ts"
import { ClauseTerms } from "./clause-terms.ts"
import { tidy } from "./editing.ts"
import { CLAUSE_MOST, citedIn, clausesOf, LINE_MOST, lineOf } from "./model.ts"
import { showStatus, statusOf } from "./status.ts"
import type { Tabler } from "./tabled/audience.ts"
import { keepSaying } from "./tabled/home.ts"
import { positions, type Says } from "./tabled/item.ts"
import { type Negotiation, type Version, versionBy } from "./tabled/negotiation.ts"
import { tableDraft, tableSayings } from "./tabled/tabling.ts"

const text = { type: "string", value: "TEXT" } as const
const by = { ...text, required: true }
const hash = { type: "string", value: "HASH", required: true } as const
const date = { type: "string", value: "DATE", required: true } as const
const id = (_: unknown, result: Json) => [(result as { id: string }).id]
const nothing = () => []

/** What moves an agreement: each names by its hash the text for which it counts. */
export const lifeDeclarations: readonly Declaration[] = [
  { name: "agreement status", positionals: ["AGREEMENT"], options: {}, show: showStatus },
  { name: "agreement table", positionals: ["AGREEMENT", "SAYING…?"], options: {}, show: id },
  {
    ...{ name: "agreement position", positionals: ["AGREEMENT", "CLAUSE", "POSITION"], contents: ["terms"] },
    options: { hash, text, terms: { type: "string", value: "FILE" } },
    show: id,
  },
  { name: "agreement sign", positionals: ["AGREEMENT"], options: { hash, by }, show: nothing },
  {
    ...{ name: "agreement instrument", positionals: ["AGREEMENT"], show: nothing },
    options: { hash, by, name: { ...text, required: true }, reference: text, date },
  },
  { name: "agreement suspend", positionals: ["AGREEMENT"], options: { hash, by, reason: text }, show: nothing },
  { name: "agreement resume", positionals: ["AGREEMENT"], options: { hash, by, reason: text }, show: nothing },
  {
    ...{ name: "agreement withdraw", positionals: ["AGREEMENT"], show: nothing },
    options: { hash, by, "from-day": date, reason: text },
  },
]

/** As forms take it: what nobody would see does not count, and a line is one line. */
const line = (most: number) => z.string().max(most).transform(tidy).pipe(lineOf(most))
const words = z.string().max(CLAUSE_MOST).default("").transform(tidy)
const day = z.iso.date()
const onOne = { AGREEMENT: z.string(), hash: z.string() }
const signed = { ...onOne, by: line(200).pipe(z.string().min(1)) }
const One = z.strictObject({ AGREEMENT: z.string() })
const Table = z.strictObject({ AGREEMENT: z.string(), SAYING: z.array(z.string()).max(500).default([]) })
const Stand = z.strictObject({
  ...{ ...onOne, CLAUSE: z.string(), POSITION: z.enum([...positions, "none"]), text: words },
  terms: z.string().nullable().default(null),
})
const Sign = z.strictObject(signed)
const Instrument = z.strictObject({
  ...signed,
  name: line(LINE_MOST).pipe(z.string().min(1)),
  reference: line(LINE_MOST).default(""),
  date: day,
})
const Rest = z.strictObject({ ...signed, reason: words })
const Leave = z.strictObject({ ...signed, "from-day": day, reason: words })

/** Whoever may command the machine acts: the ledger has no name for it, the signature has the one that was given. */
const operator: Tabler = { by: null, actor: { is: "operator" } }

export function lifeHandlers(parts: ActingParts): Handlers {
  const { store, shelf, clock } = parts
  return {
    "agreement status": async (call) => {
      const negotiation = await shelf.negotiation(store, One.parse(call.arguments).AGREEMENT)
      return statusOf(store, negotiation, clock.now())
    },
    "agreement table": async (call) => {
      const { AGREEMENT: name, SAYING: sayings } = Table.parse(call.arguments)
      if (name.startsWith("agreement-draft--")) return { id: await tableDraft(parts, name, operator) }
      const { id: negotiation } = await shelf.negotiation(store, name)
      await tableSayings(parts, negotiation, sayings, operator)
      return { id: negotiation }
    },
    "agreement position": (call) => takePosition(parts, call),
    ...actHandlers(parts),
  }
}

function actHandlers(parts: ActingParts): Handlers {
  const acting = (
    named: Pick<z.output<typeof Sign>, "AGREEMENT" | "hash" | "by">,
    of: (on: On) => Act | Promise<Act>,
  ) => actOn(parts, named, of)
  const resting =
    (is: "suspend" | "resume"): Handler =>
    (call) => {
      const wish = Rest.parse(call.arguments)
      return acting(wish, () => ({ is, reason: wish.reason }))
    }
  return {
    "agreement sign": (call) =>
      acting(Sign.parse(call.arguments), async ({ negotiation, version }) => {
        const own = await loadOwnParty(parts.store)
        return { is: "sign", reservations: reservationsOf(negotiation, version, own.id) }
      }),
    "agreement instrument": (call) => {
      const wish = Instrument.parse(call.arguments)
      const { name, reference, date: given } = wish
      return acting(wish, () => ({ is: "instrument", name, reference, date: given }))
    },
    "agreement suspend": resting("suspend"),
    "agreement resume": resting("resume"),
    "agreement withdraw": (call) => {
      const wish = Leave.parse(call.arguments)
      return acting(wish, () => ({ is: "withdraw", reason: wish.reason, from: wish["from-day"] }))
    },
  }
}

type On = { negotiation: Negotiation; version: Version }

async function actOn(
  parts: ActingParts,
  { AGREEMENT: name, hash: wanted, by: who }: { AGREEMENT: string; hash: string; by: string },
  of: (on: On) => Act | Promise<Act>,
): Promise<Json> {
  const on = await onVersion(parts, name, wanted)
  const wish = { negotiation: on.negotiation.id, version: on.version.hash, by: who, act: await of(on) }
  await act(parts, wish, operator)
  return {}
}

/** Throws `not-found agreement.no-negotiation`, `not-found agreement.no-version`. */
async function onVersion({ shelf, store }: ActingParts, name: string, wanted: string): Promise<On> {
  const negotiation = await shelf.negotiation(store, name)
  const version = wanted === "" ? null : versionBy(negotiation, wanted)
  if (version === null) throw new ComityError("not-found", "agreement.no-version")
  return { negotiation, version }
}

/** Kept at home until it is tabled, like one that a person writes on the page. */
async function takePosition(parts: ActingParts, call: Call): Promise<Json> {
  const { AGREEMENT: name, hash: wanted, CLAUSE: place, POSITION: word, ...said } = Stand.parse(call.arguments)
  const { negotiation, version } = await onVersion(parts, name, wanted)
  const position = word === "none" ? null : word
  if (said.text === "" && (position === "reserve" || position === "object"))
    throw new ComityError("invalid", "command.value", { names: "text" })
  const says: Says = {
    ...{ is: "position", on: version.hash, clause: clauseAt(version, place), position, text: said.text },
    ...(said.terms === null ? {} : { terms: reservedIn(said.terms) }),
  }
  return { id: await keepSaying(parts.store, parts.shelf, { negotiation: negotiation.id, says, before: null }, null) }
}

/** By its id, or as people cite it: `4(2)`. Throws `not-found agreement.no-article`. */
function clauseAt({ text: whole }: Version, place: string): string {
  const cited = [...citedIn(whole)].find(([, at]) => `${at.article}(${at.clause})` === place)?.[0]
  const found = cited ?? clausesOf(whole).find((one) => one.id === place)?.id
  if (found === undefined) throw new ComityError("not-found", "agreement.no-article")
  return found
}

/** Throws `invalid agreement.reservation`. */
function reservedIn(written: string): ClauseTerms {
  try {
    return ClauseTerms.parse(parseStrictJson(Buffer.from(written)))
  } catch (error) {
    throw new ComityError("invalid", "agreement.reservation", {}, error)
  }
}
