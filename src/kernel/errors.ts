/** What went wrong, for machines. `http/` turns kinds into status codes; nothing below the edge knows HTTP. */
export type ErrorKind =
  | "invalid"
  | "unauthenticated"
  | "refused"
  | "not-found"
  | "not-acceptable"
  | "conflict"
  | "too-large"
  | "unsupported"
  | "unprocessable"
  | "slow-down"
  | "full"
  | "unavailable"

/** Values that complete the sentence of an error; they are shown to the caller, so no secret may enter. */
export type Details = Readonly<Record<string, string | number>>

/**
 * The one failure that callers are meant to see: a kind for machines, a code whose sentence stands in the
 * locale files under `error.<code>`, and the values that the sentence needs. Anything else thrown is a bug.
 */
export class ComityError extends Error {
  override readonly name = "ComityError"
  readonly kind: ErrorKind
  readonly code: string
  readonly details: Details

  constructor(kind: ErrorKind, code: string, details: Details = {}, cause?: unknown) {
    super(`${kind}: ${code}`, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.code = code
    this.details = details
  }
}
