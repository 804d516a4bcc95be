import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, DAY, formatInstant, type Instant, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { loadCollection } from "../../library/index.ts"
import { resolvePeer } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import { partnersOf } from "../pages/partners.ts"
import { visibleLately } from "./lately.ts"
import { type SightState, whoSees } from "./seeing.ts"
import { fetchedWord, sightWord } from "./words.ts"

const text = { type: "string" } as const
const WEEK = 7 * DAY

export const visibilityDeclarations: readonly Declaration[] = [
  { name: "readers of", positionals: ["ID"], options: {}, show: showReaders },
  {
    name: "readers lately",
    positionals: [],
    options: {
      party: { ...text, value: "PARTY" },
      collection: { ...text, value: "ID" },
      since: { ...text, value: "TIME" },
    },
    show: showLately,
  },
]

const Of = z.strictObject({ ID: z.string().max(300) })
const Lately = z.strictObject({
  party: z.string().nullable().default(null),
  collection: z.string().nullable().default(null),
  since: z.string().nullable().default(null),
})

export function visibilityHandlers({ store, clock }: { store: Store; clock: Clock }): Handlers {
  return {
    "readers of": async (call) => {
      const { ID: id } = Of.parse(call.arguments)
      const [{ partners, programs, received }, names] = await Promise.all([
        whoSees(store, id, clock.now()),
        partnersOf(store),
      ])
      return {
        partners: partners.map(({ party, state, collection, seq, since, fetchedAt, copy }) => ({
          ...{
            party,
            name: names.get(party) ?? party,
            state,
            collection: collection.id,
            title: collection.title,
            seq,
            copy,
          },
          ...{ released_at: timeOrNull(since), fetched_at: timeOrNull(fetchedAt) },
        })),
        programs: programs.map(({ name, collections }) => ({ name, collections: [...collections] })),
        received: received.map(({ party, id: collection, title, since }) => ({
          ...{ party, name: names.get(party) ?? party, collection, title, since: formatInstant(since) },
        })),
      }
    },
    "readers lately": async (call) => {
      const { party, collection, since } = Lately.parse(call.arguments)
      const from = since === null ? plusMicroseconds(clock.now(), -WEEK) : parseInstant(since)
      if (from === null) throw new ComityError("invalid", "export.since", { text: since ?? "" })
      const wish = {
        ...{ party: party === null ? null : (await resolvePeer(store, party)).party, since: from },
        collection: collection === null ? null : (await loadCollection(store, collection)).id,
      }
      const names = await partnersOf(store)
      return (await visibleLately(store, wish)).map((row) => ({
        ...{ collection: row.collection.id, title: row.collection.title, objects: row.count },
        ...{ first: row.first, last: row.last, from: formatInstant(row.from), to: formatInstant(row.to) },
        parties: row.watchers.map(({ party: id, fetched }) => ({ party: id, name: names.get(id) ?? id, fetched })),
      }))
    },
  }
}

function timeOrNull(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant)
}

type ToldReaders = {
  partners: { name: string; state: SightState; title: string; fetched_at: string | null }[]
  programs: { name: string; collections: string[] }[]
  received: { name: string; title: string; since: string }[]
}

function showReaders(t: Translate, result: Json): string[] {
  const { partners, programs, received } = result as ToldReaders
  return [
    ...(partners.length === 0 ? [t("readers.no-partner")] : []),
    ...partners.map(({ name, state, title, fetched_at: at }) =>
      [name, sightWord(t, state), title, at ?? t("readers.not-fetched")].join("\t"),
    ),
    ...programs.map(({ name, collections }) => [name, t("readers.programs"), collections.join(", ")].join("\t")),
    ...received.map(({ name, title, since }) => [name, t("readers.origin"), title, since].join("\t")),
  ]
}

type ToldLately = {
  title: string
  objects: number
  to: string
  parties: { name: string; fetched: "all" | "part" | "none" }[]
}[]

function showLately(t: Translate, result: Json): string[] {
  const rows = result as ToldLately
  if (rows.length === 0) return [t("lately.none")]
  return rows.map(({ title, objects, to, parties }) => {
    const who = parties.map(({ name, fetched }) => `${name} (${fetchedWord(t, fetched)})`)
    return [to, title, String(objects), who.join(", ")].join("\t")
  })
}
