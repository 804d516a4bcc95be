import type { Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import type { OpenType } from "../items/types.ts"
import { knownText } from "../runs/known-told.ts"
import { itemTypeText } from "../runs/words.ts"
import type { ToldAnswers, ToldContact, ToldKnowing, ToldQuestion } from "./told.ts"
import { contactText, knowingText, partText } from "./words.ts"

/** What commands print for people; the results themselves are for programs. */
export function showAnswers(t: Translate, result: Json): string[] {
  const rows = result as unknown as ToldAnswers[]
  if (rows.length === 0) return [t("match-answers.none")]
  return rows.flatMap(({ id, title, mode, closed_at: closed, partners, keys }) => [
    [id, title, mode === "desk" ? t("match-answers.desk") : t("match-answers.list"), closed ?? ""].join("\t"),
    ...partners.flatMap(({ name, usage }) =>
      usage.map(({ type, used, quota }) => ["", name, itemTypeText(t, type), `${used}/${quota}`].join("\t")),
    ),
    ...keys.map(({ type, until, items }) => ["", itemTypeText(t, type), items, until].join("\t")),
  ])
}

export function showHeld(t: Translate, result: Json): string[] {
  const rows = result as { name: string; type: OpenType; mode: string; left: number; quota: number }[]
  if (rows.length === 0) return [t("match-offers.none")]
  return rows.map(({ name, mode, type, left, quota }) => {
    const kind = mode === "desk" ? t("match-answers.desk") : t("match-answers.list")
    return [name, kind, itemTypeText(t, type), `${left}/${quota}`].join("\t")
  })
}

export function showQuestions(t: Translate, result: Json): string[] {
  const rows = result as unknown as ToldQuestion[]
  return rows.length === 0 ? [t("match-question.none")] : rows.flatMap((one) => questionLines(t, one))
}

function questionLines(t: Translate, { id, created_at: at, items, parts }: ToldQuestion): string[] {
  return [
    [id, at, items].join("\t"),
    ...parts.map((part) => ["", part.name, itemTypeText(t, part.type), partText(t, part), part.found ?? ""].join("\t")),
  ]
}

export function showQuestion(t: Translate, result: Json): string[] {
  const question = result as unknown as ToldQuestion & { answers: { seq: number; item: string; found: string[] }[] }
  const names = new Map(question.parts.map(({ party, name }) => [party as string, name]))
  return [
    ...questionLines(t, question),
    ...question.answers.map(({ seq, item, found }) =>
      [seq, item, found.map((party) => names.get(party) ?? party).join(", ")].join("\t"),
    ),
  ]
}

export function showKnowings(t: Translate, result: Json): string[] {
  const rows = result as unknown as ToldKnowing[]
  if (rows.length === 0) return [t("match-knowing.none")]
  return rows.flatMap(({ id, name, side, state, items }) => [
    [id, name, side === "ours" ? t("match-knowing.ours") : t("match-knowing.theirs"), knowingText(t, state)].join("\t"),
    ...items.map(({ item, known }) => ["", item, known === null ? "" : knownText(known)].join("\t")),
  ])
}

export function showSubjects(t: Translate, result: Json): string[] {
  const rows = result as { id: string; item: string; desk: string }[]
  return rows.length === 0 ? [t("match-desk.none")] : rows.map(({ id, item, desk }) => [id, item, desk].join("\t"))
}

export function showContacts(t: Translate, result: Json): string[] {
  const rows = result as unknown as ToldContact[]
  if (rows.length === 0) return [t("match-contact.none")]
  return rows.map((one) => {
    const named = one.named === null ? "" : `${one.named.name}, ${one.named.desk}`
    return [one.id, one.item, one.desk, contactText(t, one), named].join("\t")
  })
}
