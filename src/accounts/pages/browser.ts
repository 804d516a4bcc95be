import { z } from "zod"
import { cookie, type Faults, type Reply, readCookies, reply } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { PENDING_SECONDS } from "../pending.ts"
import { SESSION_SECONDS } from "../sessions.ts"
import type { Attempt } from "../signing-in.ts"
import type { Visit } from "../visiting.ts"

/** Where the way goes on; anything else that came with the form is the form's own matter. */
export const To = z.string().max(2000).optional()

/** What the browser's script puts into a form: the answer of a passkey, as JSON. */
export const Credential = z.string().max(20_000)

export function attemptOf({ ask, signedIn }: Visit): Attempt {
  return { address: ask.address(), agent: ask.header("user-agent") ?? "", replaces: signedIn?.session ?? null }
}

/** A null takes the session away. */
export function sessionCookie({ site }: Visit, token: string | null): string {
  const { cookies, secure } = site
  return cookie(cookies.session, token ?? "", { seconds: token === null ? 0 : SESSION_SECONDS, secure })
}

export function pendingCookie({ site }: Visit, value: string | null): string {
  const { cookies, secure } = site
  return cookie(cookies.pending, value ?? "", { seconds: value === null ? 0 : PENDING_SECONDS, secure })
}

/** What the browser is in the middle of, as it says. */
export function pendingOf({ ask, site }: Visit): string | undefined {
  return readCookies(ask.header("cookie")).get(site.cookies.pending)
}

/** What the script asks for before it asks the person for a passkey. */
export function optionsReply(visit: Visit, options: object, pending: string): Reply {
  const answer = reply("application/json", JSON.stringify(options), 200, { "cache-control": "no-store" })
  return { ...answer, cookies: [pendingCookie(visit, pending)] }
}

/** To another site, which the operator named. */
export function away(visit: Visit, address: string, pending: string): Reply {
  const answer = reply("text/plain", "", 303, { location: address, "cache-control": "no-store" })
  return { ...answer, cookies: [pendingCookie(visit, pending)] }
}

/** An error as a fault of the form that caused it; what is no answer to the person goes on as it is. */
export function faultsOf(error: unknown, field = ""): Faults {
  if (!(error instanceof ComityError) || error.kind === "full") throw error
  return { [field]: { key: `error.${error.code}`, values: error.details } }
}
