import type { IncomingMessage } from "node:http"

/** What a route gets to see of a request; the actor was made by the guard and is of the caller's type. */
export type Ask<Actor> = {
  actor: Actor
  method: string
  /** Path without the query, as sent. */
  path: string
  params: Readonly<Record<string, string>>
  query: URLSearchParams
  header(name: string): string | undefined
  /** Network address of the caller, for slowing down guesses. */
  address(): string
  /** The whole body, unpacked; throws `too-large` beyond `limit` bytes (before and after unpacking). */
  body(limit: number): Promise<Buffer>
  incoming: IncomingMessage
}

/** Several pieces are sent one after the other, without being put together first. */
export type Body = string | Uint8Array | readonly Uint8Array[]

export type Reply = {
  status: number
  headers: Record<string, string>
  body: Body
  /** `Set-Cookie` values. */
  cookies?: readonly string[]
  /** Sent piece by piece instead of the body; `gone` says that nobody reads any more. */
  stream?: (gone: AbortSignal) => AsyncIterable<Uint8Array>
  /** Id of an error that the caller was given, where the body is a page. */
  id?: string
  /** Name of an answer that the cache keeps. */
  place?: string
  /** Nobody needs the body once it is sent: its memory is given back at once. */
  passing?: boolean
}

export function isBody(value: unknown): value is Body {
  return typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)
}

export function piecesOf(body: Body): readonly Uint8Array[] {
  if (typeof body === "string") return [Buffer.from(body)]
  return body instanceof Uint8Array ? [body] : body
}

export function sizeOf(body: Body): number {
  if (typeof body === "string") return Buffer.byteLength(body)
  return body instanceof Uint8Array ? body.length : body.reduce((sum, { length }) => sum + length, 0)
}

/** A reply with a body of the given media type. */
export function reply(type: string, body: Body, status = 200, headers = {}): Reply {
  return { status, headers: { "content-type": type, ...headers }, body }
}
