import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { type Clock, formatInstant } from "../../kernel/time.ts"
import { listPeers, resolvePeer } from "../../parties/index.ts"
import { PURPOSES, purposeWord } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import { shownItem } from "../items/canonical.ts"
import { ITEM_TYPES, type ItemType } from "../items/types.ts"
import { knownText, type ToldKnown, toldKnown } from "./known-told.ts"
import { usageOf } from "./limits.ts"
import type { Matches } from "./matches.ts"
import { LEARNERS, openable, type Run, type RunItem, SMALLEST_USUAL, waitingFor } from "./model.ts"
import { accept, consent, decline, propose, type RunParts, refuse } from "./operations.ts"
import { saidIn, selectWords } from "./queries.ts"
import { itemsOf, listRuns, loadRun } from "./standing.ts"
import { countText, itemTypeText, reasonText, stateText, turnText } from "./words.ts"

const text = { type: "string" } as const
const many = { ...text, multiple: true } as const
const one = (name: string) => ({ name, positionals: ["ID"], options: {}, show: () => [] })
const ITEMS_AT_ONCE = 500

export const matchDeclarations: readonly Declaration[] = [
  {
    name: "match propose",
    positionals: ["PARTY", "LIST"],
    options: {
      items: { ...many, value: "TYPE=MOST[,SMALLEST]", required: true },
      use: { ...text, value: "PURPOSE", required: true },
      basis: { ...text, value: "TEXT", required: true },
      agreement: { ...text, value: "ID" },
      learns: { ...text, value: LEARNERS.join("|") },
    },
    show: (_, result) => [(result as { id: string }).id],
  },
  {
    name: "match accept",
    positionals: ["ID", "LIST"],
    options: { items: { ...many, value: "TYPE=MOST" } },
    show: () => [],
  },
  { ...one("match refuse"), options: { reason: { ...text, value: "TEXT" } } },
  { ...one("match consent"), options: { items: { ...many, value: "TYPE" } } },
  one("match decline"),
  one("match pause"),
  one("match resume"),
  one("match cancel"),
  { name: "match list", positionals: [], options: {}, show: showRuns },
  { name: "match show", positionals: ["ID"], options: {}, show: showRun },
  { name: "match quota", positionals: ["PARTY"], options: {}, show: showQuota },
]

const ID = z.string().max(100)
const type = z.enum(ITEM_TYPES)
const whole = z
  .string()
  .regex(/^\d{1,7}$/)
  .transform(Number)

/** `ipv4=5000,5`: at most so many, and the smallest number that is told. */
const Sized = z.string().transform((given, context) => {
  const [name, sizes = ""] = given.split("=")
  const [most, smallest = String(SMALLEST_USUAL)] = sizes.split(",")
  const read = z.strictObject({ type, most: whole, smallest: whole }).safeParse({ type: name, most, smallest })
  if (read.success) return read.data
  context.addIssue({ code: "custom", message: "TYPE=MOST[,SMALLEST]" })
  return z.NEVER
})
const Propose = z.strictObject({
  ...{ PARTY: z.string().max(300), LIST: z.string().max(300), items: z.array(Sized) },
  ...{ use: z.enum(PURPOSES), basis: z.string(), agreement: z.string().nullable().default(null) },
  learns: z.enum(LEARNERS).default("both"),
})
const Accept = z.strictObject({ ID, LIST: z.string().max(300), items: z.array(Sized).default([]) })
const Refuse = z.strictObject({ ID, reason: z.string().default("") })
const Consent = z.strictObject({ ID, items: z.array(type).default([]) })
const One = z.strictObject({ ID })
const None = z.strictObject({})
const Party = z.strictObject({ PARTY: z.string().max(300) })

export type CommandParts = RunParts & {
  matches: Matches
  clock: Clock
  /** The id of a saved list, by it or by its name. Throws `not-found`. */
  listCalled(reader: Reader, name: string): Promise<string>
}

/** What an operator does on the machine of the node: nobody is asked who that is, so no restricted type goes this way. */
export function matchHandlers(parts: CommandParts): Handlers {
  const { store, matches } = parts
  const said = async (work: Promise<unknown>) => {
    const waits = (await work) === "waits"
    return waits ? { waits } : {}
  }
  return {
    "match propose": async (call) => {
      const { PARTY, LIST, items: types, learns: learners, use: purpose, ...rest } = Propose.parse(call.arguments)
      const { party } = await resolvePeer(store, PARTY)
      const list = await parts.listCalled(store, LIST)
      return { id: await propose(parts, { party, list, types, learners, purpose, ...rest }, null) }
    },
    "match accept": async (call) => {
      const { ID: id, LIST, items } = Accept.parse(call.arguments)
      const list = await parts.listCalled(store, LIST)
      const lower = Object.fromEntries(items.map((row) => [row.type, row.most]))
      return said(accept(parts, id, { list, most: lower }, null))
    },
    "match refuse": async (call) => {
      const { ID: id, reason } = Refuse.parse(call.arguments)
      return said(refuse(parts, id, reason, null))
    },
    "match consent": async (call) => {
      const { ID: id, items: types } = Consent.parse(call.arguments)
      const chosen = types.length > 0 ? types : openable(await loadRun(store, id))
      return said(consent(parts, id, chosen, null))
    },
    "match decline": async (call) => said(decline(parts, One.parse(call.arguments).ID, null)),
    "match pause": async (call) => said(matches.pause(One.parse(call.arguments).ID)),
    "match resume": async (call) => said(matches.resume(One.parse(call.arguments).ID)),
    "match cancel": async (call) => said(matches.cancel(One.parse(call.arguments).ID, null)),
    "match list": async (call) => {
      None.parse(call.arguments)
      const names = await namesOf(store)
      return (await listRuns(store)).map((run) => told(run, names, matches))
    },
    "match show": async (call) => {
      const run = await loadRun(store, One.parse(call.arguments).ID)
      const words = await selectWords(store, run.key)
      const refusal = (saidIn(words.own, "refuse") ?? saidIn(words.theirs, "refuse"))?.reason ?? ""
      return { ...told(run, await namesOf(store), matches), refusal, items_found: await allItems(store, run) }
    },
    "match quota": async (call) => {
      const peer = await resolvePeer(store, Party.parse(call.arguments).PARTY)
      const { places, counts } = await usageOf(store, parts.limits, peer.key, parts.clock.now())
      return { party: peer.party, places: places.map((row) => ({ ...row })), counts }
    },
  }
}

async function namesOf(reader: Reader): Promise<ReadonlyMap<string, string>> {
  return new Map((await listPeers(reader)).map(({ party, name }) => [party, name]))
}

/** A run for programs. Below the smallest number that is told there is no number, not even that there is none. */
function told(run: Run, names: ReadonlyMap<string, string>, matches: Matches) {
  const { id, party, role, state, paused, reason, endedBy, purpose, basis, agreement, learners } = run
  const { phase, done, total, waits } = matches.progress(run)
  return {
    ...{ id, party, name: names.get(party) ?? "", role, state, waits_for: waitingFor(run), paused, reason },
    ...{ ended_by: endedBy, purpose, basis, agreement, items: learners, list: run.list },
    ...{ at: formatInstant(run.createdAt), expires: formatInstant(run.expiresAt) },
    erased: run.erasedAt === null ? null : formatInstant(run.erasedAt),
    progress: { phase, done, total, waits },
    types: run.types.map((row) => ({
      ...{ type: row.type, most: row.most, smallest: row.smallest, used: row.used, warned: row.warned },
      ...{ own_size: row.own, their_size: row.theirs, count: countTold(row.count) },
      ...{ consent: row.ours, their_consent: row.partners },
    })),
  }
}

function countTold(count: Run["types"][number]["count"]): Json {
  if (count.is === "unknown") return null
  return count.is === "fewer" ? { fewer_than: count.than } : { number: count.number }
}

async function allItems(reader: Reader, run: Run): Promise<Json[]> {
  const found: Json[] = []
  for (let after = -1; ; ) {
    const some = await itemsOf(reader, run, after, ITEMS_AT_ONCE)
    found.push(...some.map(itemTold))
    if (some.length < ITEMS_AT_ONCE) return found
    after = some.at(-1)?.seq ?? after
  }
}

function itemTold({ type: kind, item, ours, theirs }: RunItem): Json {
  return { type: kind, item: shownItem(item), ours: toldKnown(ours), theirs: toldKnown(theirs) }
}

type Told = ReturnType<typeof told>

function showRuns(t: Translate, result: Json): string[] {
  const runs = result as unknown as Told[]
  if (runs.length === 0) return [t("match.none")]
  return runs.map(({ id, name, at, state, waits_for }) =>
    [id, at, name, stateText(t, { state }), turnText(t, waits_for)].join("\t"),
  )
}

/** All that somebody has to know who accepts or consents by command, and in the end who knows what of the common items. */
function showRun(t: Translate, result: Json): string[] {
  const { types, items_found, refusal, ...run } = result as unknown as Told & { items_found: Json; refusal: string }
  const rows = types.map(({ type: kind, most, smallest, count }) =>
    [
      ...[itemTypeText(t, kind), countShown(t, count)],
      ...[`${t("match.most")}: ${most}`, `${t("match.smallest")}: ${smallest}`],
    ].join("\t"),
  )
  const items = (items_found as unknown as ShownItem[]).map(({ type: kind, item, ours, theirs }) =>
    [
      ...[itemTypeText(t, kind), item],
      `${t("match.we-know")}: ${ours === null ? t("match.knows-nothing") : knownText(ours)}`,
      ...(run.items === "both"
        ? [
            `${t("match.they-know", { partner: run.name })}: ${theirs === null ? t("match.says-nothing") : knownText(theirs)}`,
          ]
        : []),
    ].join("\t"),
  )
  const why = refusal === "" ? reasonText(t, run) : `${t("match.refuse-words")}: ${refusal}`
  return [
    ...showRuns(t, [run as unknown as Json]),
    ...(why === null ? [] : [why]),
    ...aboutRun(t, run),
    ...rows,
    ...items,
  ]
}

type ShownItem = { type: ItemType; item: string; ours: ToldKnown | null; theirs: ToldKnown | null }

function aboutRun(t: Translate, run: Omit<Told, "types">): string[] {
  const { purpose, basis, agreement, items, role, name: partner, expires } = run
  const one = items === role ? t("match.learns-us") : t("match.learns-them", { partner })
  const who = items === "both" ? t("match.learns-both") : items === "none" ? t("match.learns-none") : one
  return [
    [t("match.purpose"), purposeWord(t, purpose)],
    [t("match.basis"), basis],
    [t("match.agreement"), agreement ?? t("match.agreement-none")],
    [t("match.learners"), who],
    [t("match.expires"), expires],
  ].map((row) => row.join("\t"))
}

function countShown(t: Translate, count: Json): string {
  const told_ = count as null | { fewer_than: number } | { number: number }
  if (told_ === null) return countText(t, { is: "unknown" })
  return countText(
    t,
    "number" in told_ ? { is: "number", number: told_.number } : { is: "fewer", than: told_.fewer_than },
  )
}

function showQuota(t: Translate, result: Json): string[] {
  const { places, counts } = result as {
    places: { type: ItemType; used: number; most: number }[]
    counts: { used: number; most: number }
  }
  const rows = places.map(({ type: kind, used, most }) => [itemTypeText(t, kind), used, most].join("\t"))
  return [...rows, [t("match.quota.counts"), counts.used, counts.most].join("\t")]
}
