import type { Answers, Knowing, Question } from "../../asking/model.ts"
import { HOME } from "../parts.ts"

export const ANSWERS = `${HOME}/answers`
export const ASK = `${HOME}/ask`
export const KNOWING = `${HOME}/knowing`
export const DESKS = `${HOME}/desks`

export function answersPath({ id }: Pick<Answers, "id">): string {
  return `${ANSWERS}/${id}`
}

export function questionPath({ id }: Pick<Question, "id">): string {
  return `${ASK}/${id}`
}

export function knowingPath({ id }: Pick<Knowing, "id">): string {
  return `${KNOWING}/${id}`
}
