import { z } from "zod"
import type { Declaration, Handlers } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, formatInstant } from "../../kernel/time.ts"
import { listPeers, resolvePeer } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"
import { shownItem, typed } from "../items/canonical.ts"
import { findList } from "../lists/lists.ts"
import {
  addSubject,
  askDesks,
  consentToContact,
  declineContact,
  endSubject,
  listContacts,
  listSubjects,
} from "./desk.ts"
import { declineToTell, listKnowings, wishToKnow } from "./knowing.ts"
import { isAskable } from "./model.ts"
import { closeAnswers, listAnswers, type OpenWish, openAnswers, renewKeys } from "./opening.ts"
import { answersTo, askPartners, cancelQuestion, listHeld, listQuestions, loadQuestion } from "./questioning.ts"
import {
  showAnswers,
  showContacts,
  showHeld,
  showKnowings,
  showQuestion,
  showQuestions,
  showSubjects,
} from "./shown.ts"
import { type KnownHere, tellKnown } from "./telling.ts"
import { toldAnswers, toldContact, toldKnowing, toldQuestion } from "./told.ts"

const text = { type: "string" } as const
const many = { ...text, multiple: true } as const
const quiet = (name: string, positionals: readonly string[]): Declaration => ({
  ...{ name, positionals, options: {}, show: () => [] },
})
const made = { show: (_: unknown, result: Json) => [(result as { id: string }).id] }
const opening = { item: { ...many, value: "TYPE[=QUOTA]" }, "key-days": { ...text, value: "N" } }

export const askingDeclarations: readonly Declaration[] = [
  {
    ...{ name: "match open", positionals: ["LIST", "PARTY…"], ...made },
    options: { ...opening, agreement: { ...text, value: "AGREEMENT" } },
  },
  { name: "match answers", positionals: [], options: {}, show: showAnswers },
  quiet("match close", ["ID"]),
  quiet("match renew", ["ID"]),
  { name: "match offers", positionals: [], options: {}, show: showHeld },
  {
    ...{ name: "match ask", positionals: ["PARTY…"], contents: ["lines"], ...made },
    options: {
      value: { ...many, value: "VALUE" },
      lines: { ...text, value: "FILE" },
      dense: { type: "boolean" },
    },
  },
  { name: "match questions", positionals: [], options: {}, show: showQuestions },
  { name: "match question", positionals: ["ID"], options: {}, show: showQuestion },
  quiet("match call-off", ["ID"]),
  {
    ...{ name: "match know", positionals: ["QUESTION", "PARTY"], show: () => [] },
    options: { row: { ...many, value: "N", required: true } },
  },
  { name: "match knowings", positionals: [], options: {}, show: showKnowings },
  quiet("match tell", ["ID"]),
  quiet("match withhold", ["ID"]),
  { name: "match desk add", positionals: ["DESK", "VALUE"], options: {}, ...made },
  { name: "match desk list", positionals: [], options: {}, show: showSubjects },
  quiet("match desk end", ["ID"]),
  { name: "match desk open", positionals: ["PARTY…"], options: opening, ...made },
  { name: "match desk ask", positionals: ["PARTY…"], options: {}, ...made },
  { name: "match desk contacts", positionals: [], options: {}, show: showContacts },
  quiet("match desk consent", ["ID"]),
  quiet("match desk decline", ["ID"]),
]

const ID = z.string().max(100)
const names = z.array(z.string().max(300))
const whole = z
  .string()
  .regex(/^\d{1,8}$/)
  .transform(Number)
/** `ipv4=5000`: at most so many evaluations a day. */
const Sized = z.string().transform((given, context) => {
  const [type = "", quota] = given.split("=")
  const read = quota === undefined ? undefined : whole.safeParse(quota)
  if (isAskable(type) && read?.success !== false) return { type, ...(read === undefined ? {} : { quota: read.data }) }
  context.addIssue({ code: "custom", message: "TYPE[=QUOTA]" })
  return z.NEVER
})
const ALL = ["ipv4", "ipv6", "cidr", "domain", "url", "email", "hash", "wallet"].map((type) => ({ type }))
const opens = { PARTY: names, item: z.array(Sized).default([]), "key-days": whole.optional() }
const Open = z.strictObject({ ...opens, LIST: z.string().max(300), agreement: z.string().nullable().default(null) })
const OpenDesk = z.strictObject(opens)
const Ask = z.strictObject({
  ...{ PARTY: names, value: z.array(z.string().max(8192)).default([]), lines: z.string().max(4_000_000).default("") },
  dense: z.boolean().default(false),
})
const Know = z.strictObject({ QUESTION: ID, PARTY: z.string().max(300), row: z.array(whole) })
const AddSubject = z.strictObject({ DESK: z.string(), VALUE: z.string().max(8192) })
const Parties = z.strictObject({ PARTY: names })
const One = z.strictObject({ ID })
const None = z.strictObject({})

export type AskingCommandParts = { clock: Clock; knownHere: KnownHere } & Parameters<typeof tellKnown>[0]

/** What an operator does on the machine of the node: nobody is asked who that is. */
export function askingHandlers(parts: AskingCommandParts): Handlers {
  return { ...answeringHandlers(parts), ...questionHandlers(parts), ...deskHandlers(parts) }
}

async function partiesOf(reader: Reader, given: readonly string[]): Promise<string[]> {
  return Promise.all(given.map(async (one) => (await resolvePeer(reader, one)).party))
}

/** The item that a value is. Throws `invalid match.value` with the reason for what is none, or could be two. */
function itemOf(value: string): Buffer {
  const read = typed(value)
  if ("refused" in read) throw new ComityError("invalid", "match.value", { value, reason: read.refused })
  return read.bytes
}

const requireList = async (reader: Reader, list: string) => void (await findList(reader, list))

function answeringHandlers({ store, clock, knownHere }: AskingCommandParts): Handlers {
  const opened = (wish: OpenWish) => openAnswers({ store, requireList }, wish, null)
  return {
    "match open": async (call) => {
      const { LIST, PARTY, item, agreement, "key-days": days } = Open.parse(call.arguments)
      const { id: list, name } = await findList(store, LIST)
      const types = item.length > 0 ? item : ALL
      const wish = { list, title: name, partners: await partiesOf(store, PARTY), types, agreement }
      return { id: await opened({ ...wish, ...(days === undefined ? {} : { keyDays: days }) }) }
    },
    "match answers": async (call) => {
      None.parse(call.arguments)
      return Promise.all((await listAnswers(store)).map((one) => toldAnswers(store, one, clock)))
    },
    "match close": (call) => done(closeAnswers(store, One.parse(call.arguments).ID, null)),
    "match renew": (call) => done(renewKeys(store, One.parse(call.arguments).ID, null)),
    "match knowings": async (call) => {
      None.parse(call.arguments)
      return (await listKnowings(store)).map(toldKnowing)
    },
    "match tell": (call) => done(tellKnown({ store, knownHere }, One.parse(call.arguments).ID, null)),
    "match withhold": (call) => done(declineToTell(store, One.parse(call.arguments).ID, null)),
  }
}

function questionHandlers({ store }: AskingCommandParts): Handlers {
  return {
    "match offers": async (call) => {
      None.parse(call.arguments)
      const names = new Map((await listPeers(store)).map(({ party, name }) => [party, name]))
      return (await listHeld(store)).map(({ party, mode, type, quota, left, records, until, toldAt }) => ({
        ...{
          party,
          name: names.get(party) ?? "",
          mode,
          type,
          quota,
          left,
          records,
          until: formatInstant(until),
          told_at: formatInstant(toldAt),
        },
      }))
    },
    "match ask": async (call) => {
      const { PARTY, value, lines, dense } = Ask.parse(call.arguments)
      const values = [...value, ...lines.split("\n")].map((one) => one.trim()).filter((one) => one !== "")
      const partners = await partiesOf(store, PARTY)
      return { id: await askPartners(store, { partners, items: values.map(itemOf), dense }, null) }
    },
    "match questions": async (call) => {
      None.parse(call.arguments)
      return (await listQuestions(store)).map(toldQuestion)
    },
    "match question": async (call) => {
      const question = await loadQuestion(store, One.parse(call.arguments).ID)
      const rows = await answersTo(store, question)
      const items = rows.map(({ seq, type, item, found }) => ({ seq, type, item: shownItem(item), found: [...found] }))
      return { ...toldQuestion(question), answers: items }
    },
    "match call-off": (call) => done(cancelQuestion(store, One.parse(call.arguments).ID, null)),
    "match know": async (call) => {
      const { QUESTION, PARTY, row } = Know.parse(call.arguments)
      const { party } = await resolvePeer(store, PARTY)
      return { ids: await wishToKnow(store, { question: QUESTION, party, items: row }, null) }
    },
  }
}

function deskHandlers({ store }: AskingCommandParts): Handlers {
  return {
    "match desk add": async (call) => {
      const { DESK, VALUE } = AddSubject.parse(call.arguments)
      return { id: await addSubject(store, { item: itemOf(VALUE), desk: DESK }, null) }
    },
    "match desk list": async (call) => {
      None.parse(call.arguments)
      return (await listSubjects(store)).map(({ id, type, item, desk, addedAt }) => ({
        ...{ id, type, item: shownItem(item), desk, added_at: formatInstant(addedAt) },
      }))
    },
    "match desk end": (call) => done(endSubject(store, One.parse(call.arguments).ID, null)),
    "match desk open": async (call) => {
      const { PARTY, item, "key-days": days } = OpenDesk.parse(call.arguments)
      const wish = { list: null, title: "desk", partners: await partiesOf(store, PARTY) }
      const types = item.length > 0 ? item : ALL
      const more = days === undefined ? {} : { keyDays: days }
      return { id: await openAnswers({ store, requireList }, { ...wish, types, ...more }, null) }
    },
    "match desk ask": async (call) => {
      const partners = await partiesOf(store, Parties.parse(call.arguments).PARTY)
      return { id: await askDesks(store, { partners, subjects: null }, null) }
    },
    "match desk contacts": async (call) => {
      None.parse(call.arguments)
      return (await listContacts(store)).map(toldContact)
    },
    "match desk consent": (call) => done(consentToContact(store, One.parse(call.arguments).ID, null)),
    "match desk decline": (call) => done(declineContact(store, One.parse(call.arguments).ID, null)),
  }
}

async function done(work: Promise<unknown>): Promise<Json> {
  await work
  return {}
}
