import { type Clock, formatInstant } from "../../kernel/time.ts"
import type { Reader } from "../../store/index.ts"
import { shownItem } from "../items/canonical.ts"
import { toldKnown } from "../runs/known-told.ts"
import type { Answers, Contact, Knowing, Question } from "./model.ts"
import { standingOf } from "./opening.ts"

/** What commands give to programs. */
export async function toldAnswers(reader: Reader, answers: Answers, clock: Clock) {
  const { id, mode, list, title, agreement, keyDays, partners, types, openedAt, closedAt } = answers
  const { epochs, usage } = await standingOf(reader, answers, clock.now())
  return {
    ...{ id, mode, list, title, agreement, key_days: keyDays, opened_at: formatInstant(openedAt) },
    closed_at: closedAt === null ? null : formatInstant(closedAt),
    partners: partners.map(({ peer, party, name }) => ({
      ...{ party, name },
      usage: usage
        .filter((one) => one.peer === peer)
        .map(({ type, used, quota, left }) => ({ type, used, quota, left })),
    })),
    types: types.map(({ type, quota }) => ({ type, quota })),
    keys: epochs.map(({ type, state, items, records, until }) => ({
      ...{ type, state, items, records, until: formatInstant(until) },
    })),
  }
}

export function toldQuestion({ id, mode, createdAt, endedAt, items, parts }: Question) {
  return {
    ...{ id, mode, items, created_at: formatInstant(createdAt) },
    ended_at: endedAt === null ? null : formatInstant(endedAt),
    parts: parts.map(({ party, name, type, items: number, evaluations, state, reason, left, found }) => ({
      ...{ party, name, type, items: number, evaluations, state, reason, left, found },
    })),
  }
}

export function toldKnowing({ id, side, party, name, question, state, createdAt, items }: Knowing) {
  return {
    ...{ id, side, party, name, question, state, created_at: formatInstant(createdAt) },
    items: items.map(({ type, item, known }) => ({ type, item: shownItem(item), known: toldKnown(known) })),
  }
}

export function toldContact({ id, side, subject, createdAt, ours, theirs, named }: Contact) {
  const about = { subject: subject.id, type: subject.type, item: shownItem(subject.item), desk: subject.desk }
  return { id, side, ...about, ours, theirs, named, created_at: formatInstant(createdAt) }
}

export type ToldAnswers = Awaited<ReturnType<typeof toldAnswers>>
export type ToldQuestion = ReturnType<typeof toldQuestion>
export type ToldKnowing = ReturnType<typeof toldKnowing>
export type ToldContact = ReturnType<typeof toldContact>
