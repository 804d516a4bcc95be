import { z } from "zod"
import type { Call, Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, formatInstant, type Instant } from "../../kernel/time.ts"
import { loadCollection } from "../../library/index.ts"
import { resolvePeer } from "../../parties/index.ts"
import { type Due, isOverdue, listReceipts } from "../../peering/index.ts"
import {
  DEFAULT_TERMS,
  PURPOSES,
  plainNames,
  type RedactedKind,
  reasonText,
  redactedWord,
  termsIn,
} from "../../policy/index.ts"
import { parseTlp, type Tlp } from "../../stix/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { narrowAudience, shareCollection, widenAudience } from "./audiences.ts"
import { type Grounds, nothingYet, type Release } from "./model.ts"
import { newestEverKey, servedBehind } from "./queries.ts"
import { withReferences } from "./references.ts"
import type { Releases } from "./releases.ts"
import { RELEASE_MOST } from "./releasing.ts"
import { erase, mark, recall } from "./withdrawing.ts"

const text = { type: "string" } as const
const collection = { ...text, value: "ID", required: true } as const

export const releaseDeclarations: readonly Declaration[] = [
  {
    name: "collection share",
    positionals: [],
    options: {
      title: { ...text, value: "TEXT", required: true },
      party: { ...text, multiple: true, value: "PARTY", required: true },
      alias: { ...text, value: "NAME" },
      terms: { ...text, value: "FILE" },
    },
    contents: ["terms"],
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "collection audience add", positionals: ["COLLECTION", "PARTY"], options: {}, show: showWidened },
  { name: "collection audience remove", positionals: ["COLLECTION", "PARTY"], options: {}, show: () => [] },
  {
    name: "release",
    positionals: ["COLLECTION", "ID…?"],
    options: {
      from: { ...text, value: "COLLECTION" },
      "with-references": { type: "boolean" },
      unmarked: { ...text, value: "LEVEL" },
      again: { type: "boolean" },
      use: { ...text, value: "PURPOSE" },
    },
    show: showReleased,
    failed: staysAny,
  },
  {
    name: "recall",
    positionals: ["ID"],
    options: { reason: { ...text, value: "TEXT", required: true } },
    show: (t, result) => [t("release.recalled", numbersOf(result))],
  },
  {
    name: "mark",
    positionals: ["ID", "LEVEL"],
    options: {},
    show: (t, result) => [t("release.marked", numbersOf(result))],
  },
  {
    name: "erase",
    positionals: ["ID"],
    options: { collection },
    show: (t, result) => [t("release.erased", numbersOf(result))],
  },
  {
    name: "receipts list",
    positionals: [],
    options: { overdue: { type: "boolean" }, party: { ...text, value: "PARTY" } },
    show: showReceipts,
  },
]

const Share = z.strictObject({
  title: z.string().trim().min(1).max(200),
  party: z.array(z.string()).min(1),
  alias: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[\p{L}\p{N}._-]+$/u)
    .nullable()
    .default(null),
  terms: z.string().nullable().default(null),
})
const Audience = z.strictObject({ COLLECTION: z.string(), PARTY: z.string() })
const Out = z.strictObject({
  COLLECTION: z.string(),
  ID: z.array(z.string().max(300)).max(10_000).default([]),
  from: z.string().nullable().default(null),
  "with-references": z.boolean().default(false),
  unmarked: z.string().nullable().default(null),
  again: z.boolean().default(false),
  use: z.enum(PURPOSES).nullable().default(null),
})
const Recall = z.strictObject({ ID: z.string(), reason: z.string() })
const Mark = z.strictObject({ ID: z.string(), LEVEL: z.string() })
const Erase = z.strictObject({ ID: z.string(), collection: z.string() })
const Receipts = z.strictObject({ overdue: z.boolean().default(false), party: z.string().nullable().default(null) })

export type ReleaseParts = { store: Store; clock: Clock; releases: Releases; t: Translate }

/** Whoever may command the machine decides: the ledger has no name for it. */
const operator = { by: null, officer: false }

export function releaseHandlers(parts: ReleaseParts): Handlers {
  const { store, clock } = parts
  return {
    "collection share": async (call) => {
      const { title, alias, party, terms: written } = Share.parse(call.arguments)
      const terms = written === null ? DEFAULT_TERMS : termsIn(written)
      if (terms.matching !== undefined) throw new ComityError("invalid", "terms.matching-alone")
      const peers = await Promise.all(party.map((name) => resolvePeer(store, name)))
      const plan = { title, alias, parties: peers.map((peer) => peer.party), terms }
      return { id: await shareCollection(store, plan, { by: null, now: clock.now() }) }
    },
    "collection audience add": (call) => widened(parts, call),
    "collection audience remove": async (call) => {
      const { COLLECTION: name, PARTY: party } = Audience.parse(call.arguments)
      await narrowAudience(store, { collection: name, party: (await resolvePeer(store, party)).party }, null)
      return {}
    },
    release: (call) => released(parts, call),
    recall: async (call) => {
      const { ID: id, reason } = Recall.parse(call.arguments)
      return recall(store, { id, reason }, null)
    },
    mark: async (call) => {
      const { ID: id, LEVEL: level } = Mark.parse(call.arguments)
      return mark(store, { id, marking: levelIn(level) }, null)
    },
    erase: async (call) => {
      const { ID: id, collection: name } = Erase.parse(call.arguments)
      return erase(store, { id, collection: name }, null)
    },
    "receipts list": async (call) => {
      const { overdue, party } = Receipts.parse(call.arguments)
      const of = party === null ? null : (await resolvePeer(store, party)).party
      const wish = { state: overdue ? ("overdue" as const) : null, party: of, kind: null, most: 10_000, before: null }
      return (await listReceipts(store, clock.now(), wish)).map((due) => listed(due, clock.now()))
    },
  }
}

function listed({ receipt, toldAt, dueAt, until, answeredAt, ...row }: Due, now: Instant) {
  return {
    ...row,
    ...{ overdue: isOverdue({ ...row, dueAt, until }, now), signed: receipt !== null },
    ...{ told_at: formatInstant(toldAt), due_at: formatInstant(dueAt) },
    ...{ until: timeOrNull(until), answered_at: timeOrNull(answeredAt) },
  }
}

function timeOrNull(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant)
}

/** Throws `invalid mark.level`. */
function levelIn(level: string): Tlp {
  const found = parseTlp(level)
  if (found === null) throw new ComityError("invalid", "mark.level", { level })
  return found
}

async function widened({ store, releases, t }: ReleaseParts, call: Call): Promise<Json> {
  const { COLLECTION: name, PARTY: party } = Audience.parse(call.arguments)
  const peer = await resolvePeer(store, party)
  const wish = { collection: name, party: peer.party }
  const { successor, release } = await widenAudience(store, releases, wish, operator)
  return { successor, ...told(t, await followed(releases, release.id, call)) }
}

async function released({ store, releases, t }: ReleaseParts, call: Call): Promise<Json> {
  const { COLLECTION: name, ID: ids, from, unmarked, again, use: purpose, ...rest } = Out.parse(call.arguments)
  const target = await loadCollection(store, name)
  const chosen = [...(await keysOf(store, ids)), ...(from === null ? [] : await keysIn(store, from))]
  const objects = rest["with-references"] ? await withReferences(store, chosen) : chosen
  const level = unmarked === null ? null : levelIn(unmarked)
  const id = await releases.begin({ collections: [target.id], objects, unmarked: level, again, purpose, ...operator })
  return told(t, await followed(releases, id, call))
}

/** Throws `not-found object.not-held`. */
async function keysOf(reader: Reader, ids: readonly string[]): Promise<number[]> {
  const keys: number[] = []
  for (const id of ids) {
    const key = await newestEverKey(reader, id)
    if (key === null) throw new ComityError("not-found", "object.not-held")
    keys.push(key)
  }
  return keys
}

/** The newest version of everything in a collection. */
async function keysIn(reader: Reader, name: string): Promise<number[]> {
  const { key } = await loadCollection(reader, name)
  const keys: number[] = []
  for (let after = -1; keys.length <= RELEASE_MOST; ) {
    const rows = await servedBehind(reader, key, after, 1000)
    keys.push(...rows.map(({ object }) => object))
    if (rows.length < 1000) return keys
    after = rows.at(-1)?.seq ?? after
    await new Promise((resolve) => setImmediate(resolve)) // others have their turn
  }
  return keys // too many, which is said where it is prepared
}

/** It goes on if the caller goes. */
async function followed(releases: Releases, id: string, call: Call): Promise<Release> {
  for await (const { done, total } of releases.watch(id, call.signal)) await call.progress({ done, total })
  return releases.settled(id)
}

type Told = {
  release: string
  state: string
  released: number
  already: number
  refused: number
  gone: number
  marked: number
  along: number
  redacted: number
  /** What was taken out of copies, how often. */
  redactions: { what: RedactedKind; count: number }[]
  held: number
  /** Why it waits for a second person. */
  holds: (Grounds & { message: string })[]
  /** The first of them, by id. */
  waiting: string[]
  digest: string
  reasons: (Grounds & { message: string })[]
  objects: { id: string; reasons: string[] }[]
  omitted: number
}

function told(t: Translate, { id, state, outcome }: Release): Told {
  const { grounds, withheld, holds, redactions, waiting, ...counts } = outcome[0] ?? nothingYet
  const said = (all: readonly Grounds[]) => all.map((one) => ({ ...one, message: reasonText(t, one, plainNames) }))
  const objects = withheld.map((one) => ({
    id: one.id,
    reasons: one.grounds.flatMap((at) => grounds[at]?.code ?? []),
  }))
  const out = { redactions: [...redactions], holds: said(holds), waiting: [...waiting] }
  return {
    ...{ release: id, state, ...counts, ...out },
    ...{ reasons: said(grounds), objects, omitted: counts.refused - objects.length },
  }
}

function showReleased(t: Translate, result: Json): string[] {
  const { reasons, objects, omitted, ...counts } = result as Told
  const { released, already, refused, marked, along, redacted, redactions, held, holds } = counts
  const because = (all: readonly Grounds[]) =>
    all.map((reason) => `${reason.count}\t${reasonText(t, reason, plainNames)}`)
  return [
    t("release.summary", { released, already, refused }),
    ...(along > 0 ? [t("release.summary-along", { count: along })] : []),
    ...(marked > 0 ? [t("release.summary-marked", { count: marked })] : []),
    ...(redacted > 0 ? [t("release.summary-redacted", { count: redacted })] : []),
    ...redactions.map(({ what, count }) => `${count}\t${redactedWord(t, what)}`),
    ...(held > 0 ? [t("release.summary-held", { count: held }), ...because(holds)] : []),
    ...because(reasons),
    ...objects.map(({ id, reasons: codes }) => `${id}\t${codes.join(", ")}`),
    ...(omitted > 0 ? [t("release.summary-omitted", { count: omitted })] : []),
  ]
}

/** Whether something that was wanted out is not out now: also what only waits, and where the release broke off. */
function staysAny(result: Json): boolean {
  const { state, refused, held, gone } = result as Told
  return state !== "done" || refused + held + gone > 0
}

function showWidened(t: Translate, result: Json): string[] {
  const { successor } = result as { successor: string }
  return [successor, ...showReleased(t, result)]
}

function numbersOf(result: Json): { collections: number; entries: number; receipts: number } {
  const { collections, entries, receipts } = result as { collections: string[]; entries: number; receipts: number }
  return { collections: collections.length, entries, receipts }
}

type Listed = {
  due_at: string
  state: string
  overdue: boolean
  kind: string
  name: string
  title: string
  object: string | null
  reason: string | null
}

function showReceipts(t: Translate, result: Json): string[] {
  const rows = result as Listed[]
  if (rows.length === 0) return [t("receipts.none")]
  return rows.map(({ due_at, state, overdue, kind, name, title, object, reason }) =>
    [due_at, overdue ? "overdue" : state, kind, name, title, object ?? "-", reason ?? ""].join("\t").trimEnd(),
  )
}
