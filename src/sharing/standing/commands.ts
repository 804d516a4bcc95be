import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { formatInstant } from "../../kernel/time.ts"
import type { Reader, Store } from "../../store/index.ts"
import { followRule, goesOnIn, halted } from "./following.ts"
import { type Rule, RuleWish } from "./model.ts"
import { listRules } from "./queries.ts"
import { addRule, loadRule, removeRule, switchRule } from "./rules.ts"
import type { StandingRules } from "./running.ts"

const text = { type: "string" } as const
const many = { ...text, multiple: true } as const

export const ruleDeclarations: readonly Declaration[] = [
  {
    name: "rule add",
    positionals: ["COLLECTION", "TITLE"],
    options: {
      type: { ...many, value: "TYPE" },
      marking: { ...many, value: "LEVEL" },
      sector: { ...many, value: "SECTOR" },
      from: { ...many, value: "COLLECTION" },
      existing: { type: "boolean" },
    },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "rule list", positionals: [], options: {}, show: showRules },
  { name: "rule switch", positionals: ["ID", "STATE"], options: {}, show: () => [] },
  {
    ...{ name: "rule follow", positionals: ["ID", "COLLECTION"], options: {} },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "rule remove", positionals: ["ID"], options: {}, show: () => [] },
  { name: "rule run", positionals: [], options: {}, show: (_, result) => (result as { releases: string[] }).releases },
]

const list = z.array(z.string()).default([])
const Add = z.strictObject({
  ...{ COLLECTION: z.string(), TITLE: z.string(), type: list, marking: list, sector: list, from: list },
  existing: z.boolean().default(false),
})
const One = z.strictObject({ ID: z.string().max(100) })
const Switch = z.strictObject({ ID: z.string().max(100), STATE: z.enum(["on", "off"]) })
const Follow = z.strictObject({ ID: z.string().max(100), COLLECTION: z.string().max(100) })
const None = z.strictObject({})

export function ruleHandlers({ store, standing }: { store: Store; standing: StandingRules }): Handlers {
  return {
    "rule add": async (call) => {
      const { COLLECTION: collection, TITLE: title, type, marking, sector, from, existing } = Add.parse(call.arguments)
      const fits = { types: type, markings: marking, sectors: sector, inboxes: from }
      return told(store, await addRule(store, RuleWish.parse({ title, collection, existing, ...fits }), null))
    },
    "rule list": async (call) => {
      None.parse(call.arguments)
      return Promise.all((await listRules(store)).map((rule) => told(store, rule)))
    },
    "rule switch": async (call) => {
      const { ID: id, STATE: state } = Switch.parse(call.arguments)
      await switchRule(store, id, state === "on", null)
      return {}
    },
    "rule follow": async (call) => {
      const { ID: id, COLLECTION: collection } = Follow.parse(call.arguments)
      return { id: await followRule(store, id, collection, null) }
    },
    "rule remove": async (call) => {
      await removeRule(store, (await loadRule(store, One.parse(call.arguments).ID)).id, null)
      return {}
    },
    "rule run": async (call) => {
      None.parse(call.arguments)
      return { releases: await standing.runAll() }
    },
  }
}

/** `halted`: why one that is on lets nothing out; `goes_on`: what its collection became, for `rule follow`. */
async function told(reader: Reader, rule: Rule) {
  const { id, title, active, collection, types, markings, sectors, inboxes, madeBy, madeAt, lastRelease } = rule
  const listed = (items: readonly string[] | null) => (items === null ? null : [...items])
  const next: string[] = active ? (await goesOnIn(reader, rule)).map((one) => one.id) : []
  return {
    ...{ id, title, active, collection, types: listed(types), markings: listed(markings), sectors: listed(sectors) },
    ...{ inboxes: listed(inboxes), made_by: madeBy, made_at: formatInstant(madeAt), last_release: lastRelease },
    ...{ halted: active ? await halted(reader, rule) : null, goes_on: next },
  }
}

type Told = Awaited<ReturnType<typeof told>>

function showRules(t: Translate, result: Json): string[] {
  const rows = result as Told[]
  if (rows.length === 0) return [t("rule.none")]
  return rows.map((rule) => {
    const on = rule.halted !== null ? t("rule.halted") : rule.goes_on.length > 0 ? t("rule.split") : t("rule.is-on")
    return [rule.id, rule.active ? on : t("rule.is-off"), rule.collection, rule.title, ...rule.goes_on].join("\t")
  })
}
