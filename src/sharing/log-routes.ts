import { type Ask, type Reply, type Route, reply } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { findLog, logFile } from "../ledger/index.ts"
import { readCommitments } from "../library/index.ts"
import type { Reader } from "../store/index.ts"
import { type Caller, collectionOf } from "./guard.ts"

/** A collection's log as the files of C2SP tlog-tiles, under the collection's read right. */
export function logRoutes(reader: Reader): Route<Caller>[] {
  return [
    {
      method: "GET",
      path: "/log/:collection/:path{.+}",
      who: "reader",
      errors: "application/json",
      handle: (ask) => serveFile(reader, ask),
    },
  ]
}

async function serveFile(reader: Reader, ask: Ask<Caller>): Promise<Reply> {
  const { key, log } = collectionOf(ask.actor)
  const row = await findLog(reader, log)
  const file = await logFile(reader, row, ask.params.path ?? "", (from, to) => readCommitments(reader, key, from, to))
  if (file === null) throw new ComityError("not-found", "log.no-file")
  const caching = file.immutable ? "private, max-age=31536000, immutable" : "no-store"
  return reply(file.type, file.bytes, 200, { "cache-control": caching })
}
