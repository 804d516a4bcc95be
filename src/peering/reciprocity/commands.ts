import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { formatInstant } from "../../kernel/time.ts"
import { listPeers, resolvePeer } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import type { Counting } from "./counting.ts"
import { loadExchange } from "./exchange.ts"
import { FIRST_CLASS } from "./message.ts"
import { type Answers, type Days, dueOf, type Figures, type SeenAgain } from "./model.ts"

export const reciprocityDeclarations: readonly Declaration[] = [
  {
    name: "reciprocity",
    positionals: ["PARTY?"],
    options: { days: { type: "string", value: "N" } },
    show: showReports,
  },
]

const DAYS_MOST = 36_500
const USUAL = 90
const MINUTE = 60_000_000

const Reciprocity = z.strictObject({
  PARTY: z.string().optional(),
  days: z
    .union([
      z.literal("all").transform(() => null),
      z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number)
        .refine((days) => days >= 1 && days <= DAYS_MOST),
    ])
    .default(USUAL),
})

export function reciprocityHandlers({
  store,
  counting,
}: {
  store: Store
  counting: Pick<Counting, "count">
}): Handlers {
  return {
    reciprocity: async (call) => {
      const { PARTY: wanted, days } = Reciprocity.parse(call.arguments)
      const all = wanted === undefined ? await listPeers(store) : [await resolvePeer(store, wanted)]
      const peers = new Map(
        all
          .filter(({ state }) => wanted !== undefined || (state !== "invited" && state !== "compared"))
          .map((peer) => [peer.party as string, peer]),
      )
      const told: Told[] = []
      for await (const { party, at, figures } of counting.count([...peers.keys()], [days])) {
        const peer = peers.get(party)
        const [one] = figures
        if (peer === undefined || one === undefined) continue
        const { told: theirs } = await loadExchange(store, peer)
        const there = theirs?.counts.find((span) => span.days === days) ?? null
        told.push({
          party,
          name: peer.name,
          counted_at: formatInstant(at),
          seen_there: there?.seen ?? null,
          ...toldOf(one),
        })
      }
      return told
    },
  }
}

type ToldAnswers = ReturnType<typeof answersOf>
type Told = { party: string; name: string; counted_at: string; seen_there: number | null } & ReturnType<typeof toldOf>

/** For programs: null where something is not known, zero where it was counted. */
function toldOf({ days, given, received, theirAnswers, ourAnswers, seenAgain }: Figures) {
  const { conflicts, unread, empty, ...came } = received
  return {
    days: days as Days,
    seen_again: seenAgain === null ? null : seenOf(seenAgain),
    their_answers: answersOf(theirAnswers),
    our_answers: answersOf(ourAnswers),
    given,
    received: { ...came, in_conflict: conflicts, not_taken: unread, without_content: empty },
  }
}

function seenOf({ looked, again, spoken, brought, sameValue, cut, atLeast }: SeenAgain) {
  return { looked, again, spoken, brought, same_value: sameValue, newest_only: cut, at_least: atLeast }
}

function answersOf({ asked, inTime, late, overdue, running, median }: Answers) {
  const minutes = median === null ? null : Math.round(median / MINUTE)
  return { asked, in_time: inTime, late, overdue, running, median_minutes: minutes }
}

function showReports(t: Translate, result: Json): string[] {
  const reports = result as Told[]
  if (reports.length === 0) return [t("reciprocity.none")]
  return reports.flatMap((one, i) => [...(i > 0 ? [""] : []), ...linesOf(t, one)])
}

function linesOf(t: Translate, told: Told): string[] {
  const { name, party, days, seen_again: seen, given, received } = told
  const line = (label: string, value: string) => `  ${label}: ${value}`
  return [
    [name, party, `--days ${days ?? "all"}`].join("\t"),
    line(t("reciprocity.short-here", { name }), seen === null ? t("reciprocity.unknown") : seenLine(t, seen)),
    line(t("reciprocity.short-there", { name }), thereLine(t, told.seen_there)),
    line(t("reciprocity.short-theirs", { name }), answersLine(t, told.their_answers)),
    line(t("reciprocity.short-ours"), answersLine(t, told.our_answers)),
    line(t("reciprocity.short-given"), String(given.objects)),
    line(t("reciprocity.short-received"), String(received.objects)),
  ]
}

function seenLine(t: Translate, { again, looked, at_least }: ReturnType<typeof seenOf>): string {
  if (looked === 0) return t("reciprocity.none-looked")
  const values = { number: again, all: looked }
  return at_least ? t("reciprocity.of-least", values) : t("reciprocity.of", values)
}

function thereLine(t: Translate, least: number | null): string {
  if (least === null) return t("reciprocity.unknown")
  return least === 0 ? t("reciprocity.class-none", { number: FIRST_CLASS }) : t("reciprocity.class", { number: least })
}

function answersLine(t: Translate, { in_time, late, overdue }: ToldAnswers): string {
  const due = dueOf({ inTime: in_time, late, overdue })
  return due === 0 ? t("reciprocity.nothing-due") : t("reciprocity.of", { number: in_time, all: due })
}
