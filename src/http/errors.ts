import { ComityError, type ErrorKind } from "../kernel/errors.ts"
import { newUuid } from "../kernel/ids.ts"
import { knows, type Language, translator } from "./locale.ts"

const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  refused: 403,
  "not-found": 404,
  "not-acceptable": 406,
  conflict: 409,
  "too-large": 413,
  unsupported: 415,
  unprocessable: 422,
  "slow-down": 429,
  full: 507,
  unavailable: 503,
}

export function statusOf(kind: ErrorKind): number {
  return statuses[kind]
}

/**
 * The sentence of an error in the reader's language, a `reason` in it that has a sentence of its own by that; a bug gets one
 * sentence that says nothing of its inside.
 */
export function sentence(error: unknown, language: Language): string {
  const t = translator(language)
  if (!(error instanceof ComityError)) return t("error.internal")
  const key = `error.${error.code}`
  if (!knows(language, key)) return t("error.internal")
  const { reason } = error.details
  const why = typeof reason === "string" && knows(language, reason) ? { reason: t(reason) } : {}
  return t(key, { ...error.details, ...why })
}

/** An error as TAXII 2.1 section 3.6.1 writes it; `error_id` is also in the diagnostics of a bug. */
export type ErrorMessage = { title: string; error_id: string; error_code: string; http_status: string }

export function errorMessage(error: unknown): { status: number; message: ErrorMessage } {
  const status = error instanceof ComityError ? statusOf(error.kind) : 500
  const code = error instanceof ComityError ? error.code : "internal"
  const message = {
    title: sentence(error, "en"),
    error_id: newUuid(),
    error_code: code,
    http_status: String(status),
  }
  return { status, message }
}
