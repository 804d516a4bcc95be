import { ComityError } from "../kernel/errors.ts"
import { type CookieNames, cookieNames } from "./cookies.ts"
import type { Ask } from "./reply.ts"

/** Under which address people reach the pages: configured, never taken from a request. */
export type Site = {
  /** `https://node.example` or `http://localhost:7447`; known once the node listens. */
  readonly origin: string
  /** The name that passkeys are bound to (WebAuthn: RP ID). */
  readonly domain: string
  readonly secure: boolean
  readonly cookies: CookieNames
  listensAt(port: number): void
  /**
   * Throws `refused site.host` for a request that came under a name which is none of ours (a foreign name that was made
   * to point here), and `refused site.origin` for a change that another site's page asks for.
   */
  check(ask: Ask<unknown>): void
  /** The same address under the name that pages use, if the request came under another of ours. */
  elsewhere(ask: Ask<unknown>): string | null
}

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]

/** `node` is the node's id, for the names of its cookies. */
export function siteOf(config: { publicUrl: string | null; host: string; tls: boolean }, node: string): Site {
  const { publicUrl, tls } = config
  const host = config.host.includes(":") ? `[${config.host}]` : config.host
  const local = LOOPBACK.includes(host)
  const secure = publicUrl === null ? tls : publicUrl.startsWith("https:")
  const cookies = cookieNames(node, secure)
  const names = local ? LOOPBACK : [host]
  let port = 0
  const at = (name: string) => `${tls ? "https" : "http"}://${name}${port === (tls ? 443 : 80) ? "" : `:${port}`}`
  const origin = () => (publicUrl === null ? at(local ? "localhost" : host) : new URL(publicUrl).origin)
  const nameOf = (ask: Ask<unknown>) => (ask.header("host") ?? "").replace(/:\d+$/, "").toLowerCase()
  return {
    get origin() {
      return origin()
    },
    get domain() {
      return new URL(origin()).hostname
    },
    ...{ secure, cookies },
    listensAt: (listening) => {
      port = listening
    },
    check(ask) {
      if (publicUrl === null && !names.includes(nameOf(ask))) throw new ComityError("refused", "site.host")
      if (ask.method !== "GET" && ask.method !== "HEAD" && !isOwn(ask, origin())) {
        throw new ComityError("refused", "site.origin")
      }
    },
    elsewhere: (ask) =>
      publicUrl === null && local && nameOf(ask) !== "localhost" ? `${origin()}${ask.incoming.url ?? "/"}` : null,
  }
}

/** Browsers name the origin of every change they send; what names none is no page of ours. */
function isOwn(ask: Ask<unknown>, own: string): boolean {
  const from = ask.header("origin")
  return from === own && (ask.header("sec-fetch-site") ?? "same-origin") === "same-origin"
}
