import { lookup } from "node:dns"
import { type IncomingMessage, request as plain } from "node:http"
import { request as secured } from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { ComityError } from "../kernel/errors.ts"
import { isAllowed, type Reach } from "./addresses.ts"
import type { Incoming, Outgoing, Send } from "./model.ts"

/** All of a request and its answer. */
const DEADLINE_MS = 60_000

/**
 * The one way out of the node to other nodes: to the configured endpoint of a partner and nowhere else. The address is
 * judged when it is connected to, so that a name cannot point elsewhere a moment later; no redirect is followed; the
 * answer is bounded in size and time. `stopped` ends what is under way.
 */
export function network(reach: () => Reach, stopped: AbortSignal): Send {
  return (outgoing) =>
    new Promise((resolve, reject) => {
      const url = new URL(outgoing.url)
      const literal = url.hostname.replace(/^\[|\]$/g, "")
      const failed = (cause: unknown) =>
        reject(cause instanceof ComityError ? cause : new ComityError("unavailable", "peer.unreachable", {}, cause))
      if (isIP(literal) !== 0 && !isAllowed(literal, reach())) return failed(notAllowed())
      const options = {
        method: "POST",
        headers: { ...outgoing.headers, "content-length": outgoing.body.length },
        lookup: judging(reach()),
        signal: AbortSignal.any([stopped, AbortSignal.timeout(DEADLINE_MS)]),
      }
      const request = url.protocol === "https:" ? secured(url, options) : plain(url, options)
      request.on("error", failed)
      request.on("response", (response) => read(response, outgoing, resolve, failed))
      // Who speaks another protocol from here on (101) does not answer: without this nobody would ever be told.
      request.on("upgrade", (_, socket) => {
        socket.destroy()
        failed(new Error("upgrade"))
      })
      request.end(outgoing.body)
    })
}

function read(
  response: IncomingMessage,
  { bytesMost }: Outgoing,
  resolve: (incoming: Incoming) => void,
  failed: (cause: unknown) => void,
): void {
  const parts: Buffer[] = []
  let size = 0
  response.on("error", failed)
  response.on("close", () => failed(new Error("closed"))) // after the end of an answer it changes nothing
  response.on("data", (part: Buffer) => {
    size += part.length
    parts.push(part)
    if (size <= bytesMost) return
    response.destroy()
    failed(new ComityError("too-large", "peer.answer-large"))
  })
  response.on("end", () => {
    const { statusCode: status = 0, rawHeaders } = response
    resolve({ status, rawHeaders, body: Buffer.concat(parts) })
  })
}

function judging(reach: Reach): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      const [first] = error === null ? found.filter(({ address }) => isAllowed(address, reach)) : []
      if (error !== null) done(error, "", 0)
      else if (first === undefined) done(notAllowed(), "", 0)
      else if (options.all === true) done(null, [first])
      else done(null, first.address, first.family)
    })
  }
}

function notAllowed(): ComityError {
  return new ComityError("refused", "peer.address")
}
