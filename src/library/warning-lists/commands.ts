import { z } from "zod"
import type { Call, Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { LIST_BYTES_MOST, type WarningLists } from "./warning-lists.ts"

export const warningListDeclarations: readonly Declaration[] = [
  {
    name: "warning-list add",
    positionals: ["FILE…"],
    input: "files",
    options: {},
    show: (t, result) => (result as Added[]).map((one) => t("warning-list.added", one)),
    merge: (results) => results.flat(),
  },
  { name: "warning-list list", positionals: [], options: {}, show: showLists },
  { name: "warning-list remove", positionals: ["NAME"], options: {}, show: () => [] },
]

type Added = { name: string; version: string; size: number }

const Add = z.strictObject({ FILE: z.string() })
const Remove = z.strictObject({ NAME: z.string() })
const None = z.strictObject({})

export function warningListHandlers(lists: WarningLists): Handlers {
  return {
    "warning-list add": async (call) => {
      Add.parse(call.arguments)
      return [await lists.add(await textOf(call), null)]
    },
    "warning-list list": async (call) => {
      None.parse(call.arguments)
      return (await lists.list()).map(({ addedAt, ...list }) => ({ ...list, added_at: formatInstant(addedAt) }))
    },
    "warning-list remove": async (call) => {
      await lists.remove(Remove.parse(call.arguments).NAME, null)
      return {}
    },
  }
}

async function textOf({ input }: Call): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of input) {
    size += chunk.length
    if (size > LIST_BYTES_MOST) throw new ComityError("too-large", "body.too-large", { limit: LIST_BYTES_MOST })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

function showLists(t: Translate, result: Json): string[] {
  const rows = result as { name: string; type: string; version: string; size: number }[]
  if (rows.length === 0) return [t("warning-list.none")]
  return rows.map(({ name, type, version, size }) => [type, size, version, name].join("\t"))
}
