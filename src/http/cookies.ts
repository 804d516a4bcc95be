/** Cookies of one node: the name carries the node's id, so that several nodes on one host do not disturb each other. */
export type CookieNames = { session: string; preferences: string; pending: string }

/** Over TLS with `__Host-` and Secure; on `http://localhost` browsers keep neither. */
export function cookieNames(node: string, secure: boolean): CookieNames {
  const prefix = secure ? "__Host-" : ""
  const base = `${prefix}comity-${node.slice(0, 8)}`
  return { session: base, preferences: `${base}-view`, pending: `${base}-pending` }
}

/** The values of a `Cookie` header by name; the first of two of one name counts (RFC 6265 section 5.4). */
export function readCookies(header: string | undefined): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const part of (header ?? "").slice(0, 8192).split(";")) {
    const at = part.indexOf("=")
    if (at < 0) continue
    const name = part.slice(0, at).trim()
    if (!found.has(name)) found.set(name, part.slice(at + 1).trim())
  }
  return found
}

/** A `Set-Cookie` value; an age of 0 takes the cookie away. `script` lets the page's own scripts read it. */
export function cookie(
  name: string,
  value: string,
  options: { seconds: number; secure: boolean; script?: boolean },
): string {
  if (!/^[\w\-.~+/=%]*$/.test(value)) throw new Error("not a cookie's value")
  const parts = [`${name}=${value}`, "Path=/", "SameSite=Lax", `Max-Age=${options.seconds}`]
  if (options.script !== true) parts.push("HttpOnly")
  if (options.secure) parts.push("Secure")
  return parts.join("; ")
}
