import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { isPlace } from "../kernel/places.ts"
import type { Store } from "../store/index.ts"
import { PartyName } from "./card.ts"
import { partyKinds } from "./model.ts"
import { addOwnParty } from "./operations.ts"
import { ownParty } from "./queries.ts"

export const partyDeclarations: readonly Declaration[] = [
  { name: "party show", positionals: [], options: {}, show: showParty },
  {
    ...{ name: "party set", positionals: ["NAME"], show: showParty },
    options: {
      kind: { type: "string", value: partyKinds.join("|"), required: true },
      place: { type: "string", value: "CODE", required: true },
    },
  },
]

const Wish = z.strictObject({
  NAME: PartyName,
  kind: z.enum(partyKinds),
  place: z.string().toUpperCase().refine(isPlace),
})

export function partyHandlers(store: Store): Handlers {
  return {
    "party show": async () => {
      const own = await ownParty(store)
      if (own === null) throw new ComityError("unavailable", "party.missing")
      return { ...own }
    },
    "party set": async (call) => {
      const { NAME: name, kind, place } = Wish.parse(call.arguments)
      return { ...(await store.write((tx) => addOwnParty(tx, { name, kind, place }, null))) }
    },
  }
}

function showParty(_: Translate, result: Json): string[] {
  const { id, name, kind, place } = result as { id: string; name: string; kind: string; place: string }
  return [[id, kind, place, name].join("\t")]
}
