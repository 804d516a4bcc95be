import { type Reply, reply } from "./reply.ts"

/** One message of a stream of server-sent events: a name and a value that becomes JSON. */
export type ServerEvent = { event: string; data: unknown }

const BEAT_MS = 15_000
const encoder = new TextEncoder()

/**
 * Server-sent events (WHATWG HTML section 9.2) until the source ends or the browser leaves; a comment every 15 s keeps
 * the line open. The source gets a signal that says when nobody listens any more.
 */
export function eventsReply(source: (gone: AbortSignal) => AsyncIterable<ServerEvent>): Reply {
  const answer = reply("text/event-stream; charset=utf-8", "", 200, { "cache-control": "no-store" })
  return { ...answer, stream: (gone) => encoded(source(gone), gone) }
}

async function* encoded(source: AsyncIterable<ServerEvent>, gone: AbortSignal): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  let next = iterator.next()
  let beat = beatOf(gone)
  try {
    while (!gone.aborted) {
      const step = await Promise.race([next, beat])
      if (step === null) {
        yield encoder.encode(": \n\n")
        beat = beatOf(gone)
        continue
      }
      if (step.done === true) return
      const { event, data } = step.value
      yield encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      next = iterator.next()
    }
  } finally {
    next.catch(() => {}) // it may fail for the very reason that the browser left
    void iterator.return?.()
  }
}

function beatOf(gone: AbortSignal): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), BEAT_MS)
  timer.unref()
  gone.addEventListener(
    "abort",
    () => {
      clearTimeout(timer)
      resolve(null)
    },
    { once: true },
  )
  return promise
}
