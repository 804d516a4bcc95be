import { listPrograms, type Program } from "../accounts/index.ts"
import { type Instant, parseInstant } from "../kernel/time.ts"
import { findLog, findOwnLog, readJournal } from "../ledger/index.ts"
import type { Reader } from "../store/index.ts"

/** A selection of the library that somebody took away as a file. */
export type Exported = { at: Instant; count: number; format: string }

/** What left the node lately, as far as it knows: files that people took, programs that came for more. */
export type WentOut = { exports: Exported[]; programs: Program[] }

const EXPORTS_MOST = 5
const PROGRAMS_MOST = 5
/** Entries of the ledger that are looked through: the page must not grow slower with the years. */
const LOOKED_THROUGH = 5000

export async function wentOut(reader: Reader): Promise<WentOut> {
  const programs = (await listPrograms(reader)).filter(({ lastUsedAt }) => lastUsedAt !== null)
  const latest = programs.sort((a, b) => (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0)).slice(0, PROGRAMS_MOST)
  return { exports: await exported(reader), programs: latest }
}

async function exported(reader: Reader): Promise<Exported[]> {
  const key = await findOwnLog(reader, "ledger")
  if (key === null) return []
  const { size } = await findLog(reader, key)
  const range = { from: size - 1, lowest: size - LOOKED_THROUGH, whats: ["library.exported"], most: EXPORTS_MOST }
  const rows = await readJournal(reader, key, range)
  return rows.map(({ header, body }) => {
    const { at } = JSON.parse(header) as { at: string }
    const { count = 0, format = "" } = JSON.parse(Buffer.from(body).toString("utf8")) as Partial<Exported>
    return { at: parseInstant(at) ?? (0 as Instant), count, format }
  })
}
