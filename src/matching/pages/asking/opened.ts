import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import { type Html, section } from "../../../http/index.ts"
import {
  type Answers,
  DESK_QUOTA_USUAL,
  ITEMS_MOST,
  KEY_DAYS_MOST,
  KEY_DAYS_USUAL,
  type Mode,
  PARTNERS_MOST,
  QUOTA_MOST,
  QUOTAS_USUAL,
} from "../../asking/model.ts"
import { OPEN_TYPES, type OpenType } from "../../items/types.ts"
import type { GatherWish } from "../../lists/model.ts"
import { lines } from "../parts.ts"
import { typeWord } from "../words.ts"

/** What somebody wants to open, as the form says it. */
export type OpenForm = {
  mode: Mode
  list: string
  parties: readonly string[]
  types: readonly { type: OpenType; quota: number }[]
  agreement: string | null
  keyDays: number
}

export function quotaUsual(mode: Mode, type: OpenType): number {
  return mode === "desk" ? DESK_QUOTA_USUAL : QUOTAS_USUAL[type]
}

const number = (most: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,8}$/, "match.number-wrong")
    .transform(Number)
    .pipe(z.number().min(1, "match.number-wrong").max(most, "match.number-wrong"))

const quotas = Object.fromEntries(OPEN_TYPES.map((type) => [`quota-${type}`, number(QUOTA_MOST).optional()]))

const chosen = (message: string) =>
  z.preprocess((value) => (value === undefined ? [] : value), z.array(z.string().max(60)).min(1, message))

/** In the address, so that who prepares it can send it to an officer. */
const Asked = z.object({
  mode: z.enum(["answers", "desk"]).default("answers"),
  list: z.string().max(60).default(""),
  "party[]": chosen("match.choose-partner").pipe(z.array(z.string()).max(PARTNERS_MOST)),
  "type[]": chosen("match.choose-type"),
  agreement: z.string().max(80).default(""),
  days: number(KEY_DAYS_MOST).default(KEY_DAYS_USUAL),
  ...quotas,
})

export const Opened = Asked.refine(({ mode, list }) => mode === "desk" || list !== "", {
  ...{ message: "form.missing", path: ["list"] },
}).transform((asked): OpenForm => {
  const { mode, list, agreement, days: keyDays } = asked
  const values = asked as unknown as Readonly<Record<string, number | undefined>>
  const types = OPEN_TYPES.filter((type) => asked["type[]"].includes(type)).map((type) => ({
    ...{ type, quota: values[`quota-${type}`] ?? quotaUsual(mode, type) },
  }))
  return { mode, list, parties: asked["party[]"], types, agreement: agreement === "" ? null : agreement, keyDays }
})

const FIELDS: ReadonlySet<string> = new Set([
  ...["mode", "list", "party[]", "type[]", "agreement", "days"],
  ...Object.keys(quotas),
])

/** The fields of the form in an address; others are left out. */
export function openFieldsOf(query: URLSearchParams): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  for (const [name, value] of query) if (FIELDS.has(name)) found[name] = [...(found[name] ?? []), value]
  return found
}

/** The same fields again. */
export function openPairs({ mode, list, parties, types, agreement, keyDays }: OpenForm): [string, string][] {
  return [
    ...Object.entries({ mode, list, agreement: agreement ?? "", days: String(keyDays) }),
    ...parties.map((party): [string, string] => ["party[]", party]),
    ...types.flatMap(({ type, quota }): [string, string][] => [
      ["type[]", type],
      [`quota-${type}`, String(quota)],
    ]),
  ]
}

/** What is looked at to say what of a list answers: one officer opened it, so what needs two stays at home. */
export function wishOf({
  partners,
  types,
  agreement,
}: Pick<Answers, "partners" | "types" | "agreement">): Omit<GatherWish, "query"> {
  return {
    parties: partners.map(({ party }) => party),
    types: types.map(({ type }) => ({ type, most: ITEMS_MOST })),
    ...{ agreement, purpose: null, approved: false },
  }
}

/** What nothing can prevent where a list answers questions. */
export function honestAnswers({ t, format }: Visit, types: readonly { type: OpenType; quota: number }[]): Html {
  const quotas = types.map(({ type, quota }) =>
    t("match.quota-of", { type: typeWord(t, type), count: format.number(quota) }),
  )
  return section(
    t("match.honest"),
    lines([
      t("match-answers.honest-guess", { quotas: format.list(quotas) }),
      t("match-answers.honest-removed"),
      t("match-answers.honest-later"),
      t("match.honest-first"),
    ]),
    "honest",
  )
}
