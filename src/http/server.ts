import { createServer as createPlain, type RequestListener, type Server } from "node:http"
import { createServer as createTls } from "node:https"
import type { AddressInfo } from "node:net"

export type Tls = { certificate: string; key: string }

/** A connection that is slower than this is not a client (trust paper, "hostile input"). */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 600_000, // a large file over a slow line; bodies that are read as a whole get less (body.ts)
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
}
const CONNECTIONS_MAX = 4096
/** A connection on which nothing moves for so long is given up. */
const STILL_MS = 120_000

export type Listening = { port: number; close(): Promise<void> }

/** Listens on `host:port` (port 0 = any free one); over TLS (1.2 or newer) if given a certificate. */
export async function listen(
  listener: RequestListener,
  at: { host: string; port: number; tls: Tls | null },
): Promise<Listening> {
  const server: Server =
    at.tls === null
      ? createPlain(LIMITS, listener)
      : createTls({ ...LIMITS, cert: at.tls.certificate, key: at.tls.key, minVersion: "TLSv1.2" }, listener)
  server.maxConnections = CONNECTIONS_MAX
  server.setTimeout(STILL_MS)
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(at.port, at.host, resolve)
  })
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) }
}

/** Lets running answers end for up to 5 s. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const force = setTimeout(() => server.closeAllConnections(), 5000)
  await closed
  clearTimeout(force)
}
