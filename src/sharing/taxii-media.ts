import { type Ask, accepts, type Body, isBody, isType, type Reply, reply } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"

const TYPE = "application/taxii+json"
const VERSION = "2.1"
export const TAXII = `${TYPE};version=${VERSION}`

/** Throws `not-acceptable` unless the client takes TAXII 2.1 (section 1.6.8). */
export function mustAccept(ask: Ask<unknown>): void {
  if (!accepts(ask.header("accept"), TYPE, VERSION)) throw new ComityError("not-acceptable", "taxii.accept")
}

/** Throws `unsupported` unless the body is TAXII 2.1. */
export function mustBeTaxii(ask: Ask<unknown>): void {
  if (!isType(ask.header("content-type"), TYPE, VERSION)) throw new ComityError("unsupported", "taxii.content-type")
}

export function taxiiReply(body: Body | { [key: string]: Json }, status = 200, headers = {}): Reply {
  const text = isBody(body) ? body : JSON.stringify(body)
  return reply(TAXII, text, status, { "cache-control": "no-store", ...headers })
}
