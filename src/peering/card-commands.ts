import { z } from "zod"
import { type Declaration, type Handlers, isTimeZone } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { CardDetails, loadDetails, readPeerCard, resolvePeer } from "../parties/index.ts"
import { changeCard, giveCard, ownCard } from "./cards.ts"
import type { PeeringParts } from "./model.ts"

const many = { type: "string", multiple: true } as const
const one = { type: "string", value: "TEXT" } as const

export const cardDeclarations: readonly Declaration[] = [
  {
    name: "card set",
    positionals: [],
    options: {
      ...{ place: { ...many, value: "CODE" }, function: { ...many, value: "NAME" }, speaks: { ...many, value: "TAG" } },
      ...{ network: { ...many, value: "CIDR" }, domain: { ...many, value: "NAME" } },
      ...{ "desk-name": one, "desk-phone": one, "desk-email": one, "desk-hours": one, "desk-zone": one },
    },
    show: () => [],
  },
  {
    name: "card show",
    positionals: ["PARTY?"],
    options: {},
    show: (_, result) => [JSON.stringify(result, null, 2)],
  },
  { name: "card give", positionals: ["PARTY"], options: {}, show: () => [] },
  { name: "card withhold", positionals: ["PARTY"], options: {}, show: () => [] },
]

const texts = z.array(z.string()).optional()
const text = z.string().optional()
const Change = z.strictObject({
  ...{ place: texts, function: texts, speaks: texts, network: texts, domain: texts },
  ...{ "desk-name": text, "desk-phone": text, "desk-email": text, "desk-hours": text },
  "desk-zone": z
    .string()
    .refine((zone) => zone === "" || isTimeZone(zone))
    .optional(),
})
const Show = z.strictObject({ PARTY: text })
const Party = z.strictObject({ PARTY: z.string() })

export function cardHandlers(parts: PeeringParts): Handlers {
  const { store } = parts
  const switched = (gives: boolean) => async (call: { arguments: unknown }) => {
    const { party } = await resolvePeer(store, Party.parse(call.arguments).PARTY)
    await giveCard(parts, party, gives, null)
    return {}
  }
  return {
    "card set": async (call) => {
      const wish = Change.parse(call.arguments)
      const details = await loadDetails(store)
      const { desk } = details
      const said = {
        places: wish.place?.map((code) => code.toUpperCase()) ?? details.places,
        roles: wish.function ?? details.roles,
        languages: wish.speaks ?? details.languages,
        networks: wish.network ?? details.networks,
        domains: wish.domain ?? details.domains,
        desk: {
          name: wish["desk-name"] ?? desk.name,
          phone: wish["desk-phone"] ?? desk.phone,
          email: wish["desk-email"] ?? desk.email,
          hours: wish["desk-hours"] ?? desk.hours,
          zone: wish["desk-zone"] ?? desk.zone,
        },
      }
      await changeCard(parts, CardDetails.parse(said), null)
      return {}
    },
    "card show": async (call) => {
      const { PARTY } = Show.parse(call.arguments)
      const bytes =
        PARTY === undefined
          ? await ownCard(store, parts, parts.clock.now())
          : (await readPeerCard(store, (await resolvePeer(store, PARTY)).key))?.bytes
      if (bytes === undefined) throw new ComityError("not-found", "card.none")
      return JSON.parse(bytes.toString("utf8"))
    },
    "card give": switched(true),
    "card withhold": switched(false),
  }
}
