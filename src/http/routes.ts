import type { IncomingMessage, RequestListener } from "node:http"
import { RegExpRouter } from "hono/router/reg-exp-router"
import { SmartRouter } from "hono/router/smart-router"
import { TrieRouter } from "hono/router/trie-router"
import type { Diagnostics } from "../kernel/diagnostics.ts"
import { ComityError } from "../kernel/errors.ts"
import { readBody } from "./body.ts"
import type { Ask, Reply } from "./reply.ts"
import type { ReplyCache } from "./reply-cache.ts"
import { errorReply, sender } from "./sending.ts"

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
  replies: ReplyCache
  /** Stands for an `Authorization` header where answers are remembered; not to be turned back into it. */
  fingerprint(authorization: string | undefined): string
}

type Found<Actor> = { route: Route<Actor>; params: Record<string, string> }
type Find<Actor> = (method: string, path: string) => Found<Actor> | null

/** Serves exactly the table. */
export function listener<Actor>(edge: Edge<Actor>): RequestListener {
  const find = finder(edge.routes)
  const send = sender()
  return (incoming, outgoing) => {
    const request = incoming.method === "GET" ? requestOf(edge, incoming) : null
    const ready = request === null ? undefined : edge.replies.recall(request)
    if (ready !== undefined) {
      send(incoming, outgoing, ready)
      return
    }
    const { epoch } = edge.replies
    void serve(edge, find, incoming).then((answer) => {
      if (request !== null) edge.replies.remember(request, epoch, answer)
      send(incoming, outgoing, answer)
    })
  }
}

/** All of a request that an answer may depend on. */
function requestOf<Actor>({ fingerprint }: Edge<Actor>, { headers, url }: IncomingMessage): string {
  return `${fingerprint(headers.authorization)} ${url} ${headers.accept} ${headers["accept-encoding"]}`
}

/** Hono's router alone: its Request and Response objects cost more than a page of a collection. */
function finder<Actor>(routes: readonly Route<Actor>[]): Find<Actor> {
  const router = new SmartRouter<Route<Actor>>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const route of routes) router.add(route.method, route.path, route)
  return (method, path) => {
    const clean = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
    const [handlers, stash] = router.match(method === "HEAD" ? "GET" : method, clean)
    const [route, places] = handlers[0] ?? []
    if (route === undefined || places === undefined) return null
    const params = Object.entries(places).map(([name, place]) => [
      name,
      decoded(stash?.[place as number] ?? String(place)),
    ])
    return { route, params: Object.fromEntries(params) }
  }
}

/** Throws `invalid route.path` for escapes that are no UTF-8. */
function decoded(text: string): string {
  if (!text.includes("%")) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    throw new ComityError("invalid", "route.path", {}, error)
  }
}

async function serve<Actor>(edge: Edge<Actor>, find: Find<Actor>, incoming: IncomingMessage): Promise<Reply> {
  const target = incoming.url ?? "/"
  const mark = target.indexOf("?")
  const path = mark < 0 ? target : target.slice(0, mark)
  const errors = errorsAt(edge.routes, path)
  try {
    const found = find(incoming.method ?? "GET", path)
    if (found === null) return unknownRoute(edge.routes, find, path)
    const ask = askOf(incoming, path, mark < 0 ? "" : target.slice(mark + 1), found.params, edge.behindProxy)
    const actor = await edge.guard(found.route.who, ask)
    return await found.route.handle({ ...ask, actor })
  } catch (error) {
    const answer = errorReply(error, errors)
    if (!(error instanceof ComityError)) report(edge.diagnostics, error, answer)
    return answer
  }
}

/** Each interface has its own way to say what went wrong; it is known by the first part of the path. */
function errorsAt<Actor>(routes: readonly Route<Actor>[], path: string): string {
  const first = path.split("/")[1]
  return routes.find((route) => route.path.split("/")[1] === first)?.errors ?? "application/json"
}

/** A row that catches every address says nothing of this one. */
function isMethodOf<Actor>(found: Found<Actor> | null): boolean {
  return found !== null && !found.route.path.endsWith("*")
}

/** 405 where the address exists for another method, 404 where it does not. */
function unknownRoute<Actor>(routes: readonly Route<Actor>[], find: Find<Actor>, path: string): Reply {
  const methods = [...new Set(routes.map(({ method }) => method))].filter((method) => isMethodOf(find(method, path)))
  const type = errorsAt(routes, path)
  if (methods.length === 0) return errorReply(new ComityError("not-found", "route.unknown"), type)
  const answer = errorReply(new ComityError("invalid", "route.method", { methods: methods.join(", ") }), type)
  const body = String(answer.body).replace('"http_status":"400"', '"http_status":"405"')
  return { ...answer, status: 405, headers: { ...answer.headers, allow: methods.join(", ") }, body }
}

/** An unforeseen error: its place in the code for the operator, and the id that the caller was given. */
function report(diagnostics: Diagnostics, error: unknown, answer: Reply): void {
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
  const name = error instanceof Error ? error.name : "unknown"
  diagnostics.error("http.bug", { name, stack, answer: String(answer.body) })
}

function askOf(
  incoming: IncomingMessage,
  path: string,
  query: string,
  params: Record<string, string>,
  behindProxy: boolean,
): Ask<undefined> {
  return {
    actor: undefined,
    method: incoming.method ?? "GET",
    path,
    params,
    query: new URLSearchParams(query),
    header: (name) => {
      const value = incoming.headers[name]
      return typeof value === "string" ? value : value?.join(", ")
    },
    address: () => addressOf(incoming, behindProxy),
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
