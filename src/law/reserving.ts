import type { Considered, Need } from "./conditions.ts"
import type { Day } from "./dates.ts"
import type { Facts } from "./facts.ts"
import type { Channel, FactRef, Reservation } from "./model.ts"
import type { Query } from "./query.ts"

type Reserved = Considered & { needs: Need[] }

/**
 * What both sides' reservations do to a channel: an article that either excludes closes it, since a State cannot ask
 * for what it does not give (Vienna Convention on the Law of Treaties, Article 21). Where nobody has entered the
 * reservations of the side that is asked, the finding is conditional on them.
 */
export function considerReservations(facts: Facts, channel: Channel, query: Query): Reserved {
  const { from, to, date } = query
  const out: Reserved = { reasons: [], missing: [], needs: [] }
  const instrument = facts.instruments.get(channel.instrument)
  if (instrument === undefined || channel.gate === "settled") return out
  if (instrument.reservations === "none") {
    out.reasons.push({
      code: "reservations-none",
      effect: "for",
      values: { instrument: instrument.id },
      facts: [instrument.ref],
    })
    return out
  }
  for (const place of [to, from]) {
    for (const row of facts.reservations.get(`${instrument.id}/${place}`) ?? []) {
      if (!isOf(row, channel) || !isMade(row, date)) continue
      if (row.effect === "limits" && place === to) considerLimit(out, row, sparing(facts, row, query))
      else consider(out, row, place === to)
    }
  }
  considerCompleteness(facts, out, instrument.id, to)
  return out
}

function considerCompleteness(facts: Facts, out: Reserved, instrument: string, place: string): void {
  const values = { instrument, place }
  const lists = facts.lists.get(`${instrument}/${place}`) ?? []
  const [list] = [...lists.filter(({ verified }) => verified === "yes"), ...lists]
  if (list?.verified === "yes") {
    out.reasons.push({
      code: "reservations-entered",
      effect: "for",
      values: { ...values, date: list.until },
      facts: [list.ref],
    })
    return
  }
  const code = list === undefined ? "reservations-not-entered" : "reservations-reported"
  out.reasons.push({ code, effect: "conditional", values, facts: list === undefined ? [] : [list.ref] })
  out.missing.push({ code: "reservations", values })
}

function consider(out: Reserved, row: Reservation, asked: boolean): void {
  const { place, instrument, article, text, ref, verified } = row
  const values = { place, instrument, article, text }
  const sure = verified === "yes"
  if (row.effect === "excludes") {
    const code = sure ? "excluded" : "excluded-reported"
    out.reasons.push({ code, effect: sure ? "closed" : "unknown", values, facts: [ref] })
    if (!sure) out.missing.push({ code: "reservation", values })
  } else if (row.effect === "declares" && asked) {
    out.reasons.push({ code: "declared", effect: "note", values, facts: [ref] })
  }
}

/** A limit is a condition of its own, a question of the case, or nothing where the offence is one that it spares. */
function considerLimit(out: Reserved, row: Reservation, spared: readonly FactRef[]): void {
  const { place, instrument, article, text, ref, condition } = row
  const values = { place, instrument, article, text }
  if (spared.length > 0) {
    out.reasons.push({ code: "limit-spares", effect: "for", values, facts: [ref, ...spared] })
    return
  }
  out.reasons.push({ code: "limited", effect: condition === null ? "conditional" : "note", values, facts: [ref] })
  if (condition === null) out.missing.push({ code: "reservation", values })
  else out.needs.push({ condition, ref, sure: row.verified === "yes" })
}

/** Verified rows by which the offence of the case stands in an article that the reservation spares. */
function sparing(facts: Facts, { instrument, spares }: Reservation, { offence }: Query): FactRef[] {
  if (spares === "" || offence.class === null) return []
  const wanted = numbersIn(spares)
  return (facts.offences.get(offence.class) ?? [])
    .filter((row) => row.instrument === instrument && row.verified === "yes")
    .filter((row) => numbersIn(row.article).some((number) => wanted.includes(number)))
    .map(({ ref }) => ref)
}

/** Made on or before that day and not withdrawn by then; an undated one counts, since it can only narrow. */
function isMade({ date, until }: Reservation, day: Day): boolean {
  return (date === null || date <= day) && (until === null || until > day)
}

/** `29(4)` speaks of a channel that rests on `29; 35(1)(b)`; what names no article speaks of the whole instrument. */
function isOf({ article }: Reservation, channel: Channel): boolean {
  const wanted = numbersIn(article)
  if (wanted.length === 0) return true
  return channel.articles.some((one) => numbersIn(one).some((number) => wanted.includes(number)))
}

/** Articles named in a text, `9-12` as all of them, without their paragraphs. */
function numbersIn(text: string): number[] {
  const bare = text.replaceAll(/\([^)]*\)/g, "")
  return [...bare.matchAll(/(\d+)(?:\s*[-–]\s*(\d+))?/g)].flatMap(([, first, last]) => {
    const [from, to] = [Number(first), Number(last ?? first)]
    return Array.from({ length: Math.min(Math.max(to - from, 0), 1_000) + 1 }, (_, i) => from + i)
  })
}
