import type { IncomingMessage, ServerResponse } from "node:http"
import type { HttpBindings } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { Hono } from "hono"
import type { Diagnostics } from "../kernel/diagnostics.ts"
import { ComityError } from "../kernel/errors.ts"
import { readBody } from "./body.ts"
import { errorMessage } from "./errors.ts"
import type { Ask, Reply } from "./reply.ts"

/** Who may call a route. `member` (any right), `reader`, `writer` and `owner` (both) speak of the collection in the path. */
export type Who = "anyone" | "account" | "member" | "reader" | "writer" | "owner"

/** One row of the table of who may call what. Nothing is served that is not a row of it. */
export type Route<Actor> = {
  method: "GET" | "POST" | "DELETE"
  /** Hono's notation, without a closing slash; both forms are served (TAXII 2.1 section 3.1). */
  path: string
  who: Who
  /** Media type of error messages. */
  errors: string
  handle(ask: Ask<Actor>): Promise<Reply>
}

/** Makes the actor of a request or throws `unauthenticated`, `refused`, `not-found`, `slow-down`. */
export type Guard<Actor> = (who: Who, ask: Ask<undefined>) => Promise<Actor>

export type Edge<Actor> = {
  routes: readonly Route<Actor>[]
  guard: Guard<Actor>
  diagnostics: Diagnostics
  /** True if a proxy of ours in front tells the caller's address. */
  behindProxy: boolean
}

/** How long the rest of a refused body is read and thrown away, so that the client sees the answer. */
const LINGER_MS = 1000

/** The application that serves exactly the table. */
export function application<Actor>(edge: Edge<Actor>): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>({ strict: false })
  const methods = new Map<string, Set<string>>()
  for (const route of edge.routes) {
    for (const path of route.path === "/" ? ["/"] : [route.path, `${route.path}/`]) {
      app.on(route.method, path, async (context) => {
        await serveRoute(edge, route, context.req.param() as Record<string, string>, context.env)
        return RESPONSE_ALREADY_SENT
      })
    }
    methods.set(route.path, (methods.get(route.path) ?? new Set()).add(route.method))
  }
  app.notFound((context) => {
    const { incoming, outgoing } = context.env as HttpBindings
    send(incoming, outgoing, errorReply(new ComityError("not-found", "route.unknown"), "application/json"))
    return RESPONSE_ALREADY_SENT
  })
  return app
}

async function serveRoute<Actor>(
  edge: Edge<Actor>,
  route: Route<Actor>,
  params: Record<string, string>,
  { incoming, outgoing }: HttpBindings,
): Promise<void> {
  const ask = askOf(incoming, params, edge.behindProxy)
  let answer: Reply
  try {
    const actor = await edge.guard(route.who, ask)
    answer = await route.handle({ ...ask, actor })
  } catch (error) {
    answer = errorReply(error, route.errors)
    if (!(error instanceof ComityError)) report(edge.diagnostics, error, answer)
  }
  send(incoming, outgoing, answer)
}

/** An unforeseen error: its place in the code for the operator, and the id that the caller was given. */
function report(diagnostics: Diagnostics, error: unknown, answer: Reply): void {
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
  const name = error instanceof Error ? error.name : "unknown"
  diagnostics.error("http.bug", { name, stack, answer: String(answer.body) })
}

function askOf(incoming: IncomingMessage, params: Record<string, string>, behindProxy: boolean): Ask<undefined> {
  const target = incoming.url ?? "/"
  const mark = target.indexOf("?")
  return {
    actor: undefined,
    method: incoming.method ?? "GET",
    path: mark < 0 ? target : target.slice(0, mark),
    params,
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    header: (name) => {
      const value = incoming.headers[name]
      return typeof value === "string" ? value : value?.join(", ")
    },
    address: addressOf(incoming, behindProxy),
    body: (limit) => readBody(incoming, limit),
    incoming,
  }
}

/** Only the last hop is ours to believe: the address that our own proxy appended. */
function addressOf(incoming: IncomingMessage, behindProxy: boolean): string {
  const forwarded = behindProxy ? incoming.headers["x-forwarded-for"] : undefined
  const last = (Array.isArray(forwarded) ? forwarded.join(",") : forwarded)?.split(",").at(-1)?.trim()
  return last || (incoming.socket.remoteAddress ?? "")
}

function errorReply(error: unknown, type: string): Reply {
  const { status, message } = errorMessage(error)
  const headers: Record<string, string> = { "content-type": type, "cache-control": "no-store" }
  if (status === 401) headers["www-authenticate"] = 'Basic realm="Comity", charset="UTF-8", Bearer realm="Comity"'
  if (error instanceof ComityError && error.kind === "slow-down") {
    headers["retry-after"] = String(error.details.seconds ?? 1)
  }
  return { status, headers, body: JSON.stringify(message) }
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, answer: Reply): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const unread = !incoming.complete && hasBody(incoming)
  const headers: Record<string, string | number> = {
    ...answer.headers,
    "content-length": Buffer.byteLength(answer.body),
    "x-content-type-options": "nosniff",
  }
  if (unread) headers.connection = "close"
  outgoing.writeHead(answer.status, headers)
  outgoing.end(incoming.method === "HEAD" ? undefined : answer.body)
  if (unread) linger(incoming)
}

function hasBody(incoming: IncomingMessage): boolean {
  return incoming.headers["transfer-encoding"] !== undefined || Number(incoming.headers["content-length"] ?? 0) > 0
}

/** Closing at once would reset the connection before the client has read why; so the rest goes nowhere for a while. */
function linger(incoming: IncomingMessage): void {
  incoming.resume()
  setTimeout(() => incoming.socket.destroy(), LINGER_MS).unref()
}
