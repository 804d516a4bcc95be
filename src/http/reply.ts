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

export type Reply = {
  status: number
  headers: Record<string, string>
  body: Uint8Array | string
  /** Name of an answer that the cache keeps. */
  place?: string
  /** Nobody needs the body once it is sent: its memory is given back at once. */
  passing?: boolean
}

/** A reply with a body of the given media type. */
export function reply(type: string, body: Uint8Array | string, status = 200, headers = {}): Reply {
  return { status, headers: { "content-type": type, ...headers }, body }
}
