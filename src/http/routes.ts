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

/**
 * Who may call a route. Programs: `member` (any right), `reader`, `writer` and `owner` (both) speak of the collection
 * in the path. Pages: a visitor is anybody, a person has signed in, the rest is a role of that person. A `peer` is the
 * node of a partner, known by the signature on its message.
 */
export type Who = ProgramWho | PageWho | "peer"
export type ProgramWho = "anyone" | "account" | "member" | "reader" | "writer" | "owner"
export type PageWho = "visitor" | "person" | "role:reader" | "role:analyst" | "role:officer" | "role:administrator"

/** A route of programs, before its guard: `Actor` is what the guard makes of a request. */
export type Route<Actor> = {
  method: "GET" | "POST" | "DELETE"
  /** Hono's notation, without a closing slash; both forms are served (TAXII 2.1 section 3.1). */
  path: string
  who: ProgramWho
  /** Media type of error messages. */
  errors: string
  handle(ask: Ask<Actor>): Promise<Reply>
}

/** Makes the actor of a request or throws `unauthenticated`, `refused`, `not-found`, `slow-down`. */
export type Guard<Actor> = (who: ProgramWho, ask: Ask<undefined>) => Promise<Actor>

/** How an interface says that something went wrong; `ask` is null where not even the address could be read. */
export type Refuse = (error: unknown, ask: Ask<undefined> | null) => Promise<Reply>

/** One row of the table of who may call what. Nothing is served that is not a row of it, behind its guard. */
export type Row = Pick<Route<never>, "method" | "path"> & {
  who: Who
  /** The person must have proven again, within minutes, who it is. */
  stepUp: boolean
  answer(ask: Ask<undefined>): Promise<Reply>
  refuse: Refuse
}

/** Routes of programs behind their guard; errors are messages of the route's media type. */
export function guarded<Actor>(routes: readonly Route<Actor>[], guard: Guard<Actor>): Row[] {
  return routes.map(({ method, path, who, errors, handle }) => ({
    ...{ method, path, who, stepUp: false },
    answer: async (ask) => handle({ ...ask, actor: await guard(who, ask) }),
    refuse: async (error) => errorReply(error, errors),
  }))
}

export type Edge = {
  rows: readonly Row[]
  /** Answers at addresses that no row begins like. */
  elsewhere: Refuse
  diagnostics: Diagnostics
  /** True if a proxy of ours in front tells the caller's address. */
  behindProxy: boolean
  replies: ReplyCache
  /** Stands for an `Authorization` header where answers are remembered; not to be turned back into it. */
  fingerprint(authorization: string | undefined): string
}

type Found = { row: Row; params: Record<string, string> }
type Find = (method: string, path: string) => Found | null

/** Serves exactly the table. */
export function listener(edge: Edge): RequestListener {
  const find = finder(edge.rows)
  const send = sender((error) => report(edge.diagnostics, error, ""))
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
function requestOf({ fingerprint }: Edge, { headers, url }: IncomingMessage): string {
  return `${fingerprint(headers.authorization)} ${url} ${headers.accept} ${headers["accept-encoding"]}`
}

/** Hono's router alone: its Request and Response objects cost more than a page of a collection. */
function finder(rows: readonly Row[]): Find {
  const router = new SmartRouter<Row>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const row of rows) router.add(row.method, row.path, row)
  return (method, path) => {
    const clean = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path
    const [handlers, stash] = router.match(method === "HEAD" ? "GET" : method, clean)
    const [row, places] = handlers[0] ?? []
    if (row === undefined || places === undefined) return null
    const params = Object.entries(places).map(([name, place]) => [
      name,
      decoded(stash?.[place as number] ?? String(place)),
    ])
    return { row, params: Object.fromEntries(params) }
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

async function serve(edge: Edge, find: Find, incoming: IncomingMessage): Promise<Reply> {
  const target = incoming.url ?? "/"
  const mark = target.indexOf("?")
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? "" : target.slice(mark + 1)
  let refuse = refusalAt(edge, path)
  let ask: Ask<undefined> = askOf(incoming, path, query, {}, edge.behindProxy)
  try {
    const found = find(incoming.method ?? "GET", path)
    if (found === null) return await unknownRoute(edge, find, ask, refuse)
    refuse = found.row.refuse
    ask = { ...ask, params: found.params }
    return await found.row.answer(ask)
  } catch (error) {
    const answer = await refuse(error, ask)
    if (!(error instanceof ComityError)) report(edge.diagnostics, error, answer.id ?? String(answer.body))
    return answer
  }
}

/** Each interface has its own way to say what went wrong; it is known by the first part of the path. */
function refusalAt({ rows, elsewhere }: Edge, path: string): Refuse {
  const first = path.split("/")[1]
  return rows.find((row) => row.path.split("/")[1] === first)?.refuse ?? elsewhere
}

/** A row that catches every address says nothing of this one. */
function isMethodOf(found: Found | null): boolean {
  return found !== null && !found.row.path.endsWith("*")
}

/** 405 where the address exists for another method, 404 where it does not. */
async function unknownRoute({ rows }: Edge, find: Find, ask: Ask<undefined>, refuse: Refuse): Promise<Reply> {
  const methods = [...new Set(rows.map(({ method }) => method))].filter((method) => isMethodOf(find(method, ask.path)))
  if (methods.length === 0) return refuse(new ComityError("not-found", "route.unknown"), ask)
  const answer = await refuse(new ComityError("invalid", "route.method", { methods: methods.join(", ") }), ask)
  const body = String(answer.body).replace('"http_status":"400"', '"http_status":"405"')
  return { ...answer, status: 405, headers: { ...answer.headers, allow: methods.join(", ") }, body }
}

/** An unforeseen error: its place in the code for the operator, and the id that the caller was given. */
function report(diagnostics: Diagnostics, error: unknown, answer: string): void {
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join(" ") : ""
  const name = error instanceof Error ? error.name : "unknown"
  diagnostics.error("http.bug", { name, stack, answer })
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
