import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { loadCollection } from "../../library/index.ts"
import { resolvePeer } from "../../parties/index.ts"
import { plainNames } from "../../policy/index.ts"
import { parseTlp, type Tlp } from "../../stix/index.ts"
import { type ItemType, isItemType, OPEN_TYPES } from "../items/types.ts"
import { itemTypeText } from "../runs/words.ts"
import { type GatheringParts, preview } from "./gatherings.ts"
import { findList, listLists, removeList, saveList } from "./lists.ts"
import type { Excluded, Gathered } from "./model.ts"
import { exclusionText } from "./words.ts"

const text = { type: "string" } as const
const many = { ...text, multiple: true } as const

export const matchListDeclarations: readonly Declaration[] = [
  {
    ...{ name: "match selection add", positionals: ["NAME"], show: (_, result) => [(result as { id: string }).id] },
    options: {
      words: { ...text, value: "TEXT" },
      type: { ...many, value: "TYPE" },
      marking: { ...many, value: "LEVEL" },
      collection: { ...many, value: "COLLECTION" },
    },
  },
  { name: "match selection list", positionals: [], options: {}, show: showLists },
  { name: "match selection remove", positionals: ["NAME"], options: {}, show: () => [] },
  {
    ...{ name: "match selection preview", positionals: ["NAME", "PARTY…"], show: showGathered },
    options: {
      item: { ...many, value: "ITEM" },
      agreement: { ...text, value: "AGREEMENT" },
    },
  },
]

const ITEMS_MOST = 1_000_000
const list = z.array(z.string().max(500)).max(100).default([])
const Add = z.strictObject({
  ...{ NAME: z.string(), words: z.string().max(1000).default("") },
  ...{ type: list, marking: list, collection: list },
})
const None = z.strictObject({})
const One = z.strictObject({ NAME: z.string() })
const Look = z.strictObject({
  ...{ NAME: z.string(), PARTY: z.array(z.string()), agreement: z.string().nullable().default(null) },
  item: z.array(z.string().refine(isItemType)).default([...OPEN_TYPES]),
})

export function matchListHandlers(parts: GatheringParts): Handlers {
  const { store } = parts
  return {
    "match selection add": async (call) => {
      const { NAME: name, words, type, marking, collection } = Add.parse(call.arguments)
      const found = await Promise.all(collection.map((one) => loadCollection(store, one)))
      const query = {
        ...{ text: words, types: type, markings: marking.map(levelOf), collections: found.map(({ id }) => id) },
        ...({ origins: [], from: null, to: null, revoked: "any" } as const),
      }
      return { id: (await saveList(store, { name, query }, null)).id }
    },
    "match selection list": async (call) => {
      None.parse(call.arguments)
      return (await listLists(store)).map(({ id, name, query, savedAt }) => {
        const { text: words, types, markings, collections } = query
        const saved = { id, name, text: words, saved_at: formatInstant(savedAt) }
        return { ...saved, types: [...types], markings: [...markings], collections: [...collections] }
      })
    },
    "match selection remove": async (call) => {
      await removeList(store, One.parse(call.arguments).NAME, null)
      return {}
    },
    "match selection preview": async (call) => {
      const { NAME: name, PARTY, agreement, item } = Look.parse(call.arguments)
      const { query } = await findList(store, name)
      const parties = (await Promise.all(PARTY.map((one) => resolvePeer(store, one)))).map(({ party }) => party)
      const types = (item as ItemType[]).map((type) => ({ type, most: ITEMS_MOST }))
      const wish = { query, parties, types, agreement, purpose: null, approved: false }
      const progress = (done: number, total: number) => void call.progress({ done, total })
      return told(await preview(parts, wish, { signal: call.signal, progress }))
    },
  }
}

function levelOf(given: string): Tlp | "none" {
  const level = given === "none" ? given : parseTlp(given)
  if (level === null) throw new ComityError("invalid", "command.value", { names: "marking" })
  return level
}

type Told = { code: string; values: { [name: string]: string }; count: number; examples: string[] }

/** Examples by their ids. */
function told({ types, others, objects, without, cut }: Gathered) {
  const reasons = (list: readonly Excluded[]): Told[] =>
    list.map(({ code, values, count, examples }) => ({
      code,
      values: { ...values },
      count,
      examples: examples.map(({ id }) => id),
    }))
  return {
    types: types.map(({ type, used, excluded }) => ({ type, used, excluded: reasons(excluded) })),
    ...{ others: reasons(others), objects, without, cut },
  }
}

function showLists(t: Translate, result: Json): string[] {
  const rows = result as { id: string; name: string }[]
  return rows.length === 0 ? [t("match-list.none")] : rows.map(({ id, name }) => [id, name].join("\t"))
}

function showGathered(t: Translate, result: Json): string[] {
  const { types, others, objects, cut } = result as unknown as ReturnType<typeof told>
  const reasons = (list: readonly Told[]) =>
    list.map((one) => `  ${one.count}\t${exclusionText(t, one as unknown as Excluded, plainNames)}`)
  return [
    t("match-list.objects", { count: objects }),
    ...(cut ? [t("match-list.cut")] : []),
    ...types.flatMap(({ type, used, excluded }) => [`${used}\t${itemTypeText(t, type)}`, ...reasons(excluded)]),
    ...reasons(others),
  ]
}
