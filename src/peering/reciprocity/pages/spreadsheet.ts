import type { Visit } from "../../../accounts/index.ts"
import { BYTE_ORDER_MARK, csvLine, type Reply, reply } from "../../../http/index.ts"
import { formatInstant } from "../../../kernel/time.ts"
import { type Days, dueOf } from "../model.ts"
import { toldOf } from "./report.ts"
import type { Row } from "./rows.ts"
import { figuresOf } from "./section.ts"

const MINUTE = 60_000_000

/**
 * All figures of all partners for one span, a line each, by name. The head is in English, the same for every reader:
 * it is for programs and formulas. An empty cell is not known; a zero was counted.
 */
const HEAD = (
  "party name days counted_at seen_again seen_again_looked_at seen_again_at_least seen_again_newest_only " +
  "seen_spoken_of seen_brought_again seen_same_value seen_again_there_at_least " +
  "their_answers_due their_answers_in_time their_answers_late their_answers_overdue their_answers_running " +
  "their_answers_median_minutes our_answers_due our_answers_in_time our_answers_late our_answers_overdue " +
  "our_answers_running our_answers_median_minutes given_objects given_recalled given_erased received_objects " +
  "received_recalled received_without_content received_in_conflict received_not_taken given_versions " +
  "received_versions given_bytes received_bytes"
).split(" ")

export function spreadsheet({ now }: Visit, days: Days, rows: readonly Row[]): Reply {
  const body = BYTE_ORDER_MARK + [HEAD, ...rows.map((row) => cellsOf(row, days))].map(csvLine).join("")
  const name = `comity-reciprocity-${formatInstant(now).slice(0, 10)}.csv`
  return reply("text/csv; charset=utf-8", body, 200, {
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
  })
}

function cellsOf({ peer, at, all, exchange }: Row, days: Days): string[] {
  const figures = figuresOf(all, days)
  const { given, received, seenAgain: seen } = figures
  const told = toldOf({ figures, exchange })
  const cells: (string | number | null)[] = [
    ...[peer.party, peer.name, days ?? "all", formatInstant(at)],
    ...(seen === null ? [null, null, null, null] : [seen.again, seen.looked, yes(seen.atLeast), yes(seen.cut)]),
    ...(seen === null ? [null, null, null] : [seen.spoken, seen.brought, seen.sameValue]),
    told?.seen ?? null,
    ...[figures.theirAnswers, figures.ourAnswers].flatMap((one) => [
      ...[dueOf(one), one.inTime, one.late, one.overdue, one.running],
      one.median === null ? null : Math.round(one.median / MINUTE),
    ]),
    ...[given.objects, given.recalled, given.erased, received.objects, received.recalled],
    ...[received.empty, received.conflicts, received.unread],
    ...[given.versions, received.versions, given.bytes, received.bytes],
  ]
  return cells.map((cell) => (cell === null ? "" : String(cell)))
}

function yes(so: boolean): string {
  return so ? "yes" : "no"
}
