import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { formatInstant } from "../../kernel/time.ts"
import type { Store } from "../../store/index.ts"
import { type Refusal, RefusalWish } from "./model.ts"
import { addRefusal, listRefusals, removeRefusal } from "./operations.ts"

export const refusalDeclarations: readonly Declaration[] = [
  {
    name: "refusal add",
    positionals: ["KIND", "VALUE"],
    options: {
      source: { type: "string", value: "TEXT", required: true },
      reason: { type: "string", value: "TEXT" },
      since: { type: "string", value: "DATE" },
    },
    show: (_, result) => [(result as { id: string }).id],
  },
  { name: "refusal list", positionals: [], options: {}, show: showRefusals },
  { name: "refusal remove", positionals: ["ID"], options: {}, show: () => [] },
]

const text = z.string()
const Add = z.strictObject({
  KIND: text,
  VALUE: text,
  source: text,
  reason: text.optional(),
  since: text.optional(),
})
const Remove = z.strictObject({ ID: text })
const None = z.strictObject({})

export function refusalHandlers(store: Store): Handlers {
  return {
    "refusal add": async (call) => {
      const { KIND: kind, VALUE: value, ...rest } = Add.parse(call.arguments)
      return told(await addRefusal(store, RefusalWish.parse({ kind, value, ...rest }), null))
    },
    "refusal list": async (call) => {
      None.parse(call.arguments)
      return (await listRefusals(store)).map(told)
    },
    "refusal remove": async (call) => {
      await removeRefusal(store, Remove.parse(call.arguments).ID, null)
      return {}
    },
  }
}

function told({ addedBy, addedAt, ...refusal }: Refusal) {
  return { ...refusal, added_by: addedBy, added_at: formatInstant(addedAt) }
}

function showRefusals(t: Translate, result: Json): string[] {
  const rows = result as { id: string; kind: string; value: string; since: string; source: string }[]
  if (rows.length === 0) return [t("refusal.none")]
  return rows.map(({ id, kind, value, since, source }) => [id, kind, since, value, source].join("\t"))
}
