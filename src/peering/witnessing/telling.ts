import { ComityError } from "../../kernel/errors.ts"
import {
  cosignaturesIn,
  findLog,
  keepCosignature,
  type LogRow,
  parseNote,
  proveConsistency,
} from "../../ledger/index.ts"
import { readCommitments } from "../../library/index.ts"
import type { Peer } from "../../parties/index.ts"
import { doubt } from "../guard/asking.ts"
import { say } from "../line.ts"
import type { PeeringParts } from "../model.ts"
import { CHECKPOINT_TYPE, formatAddCheckpoint, parseSize } from "./add-checkpoint.ts"
import { readUntold, setCosigned, setTold, type Untold } from "./queries.ts"

/**
 * Shows a peer the newest checkpoint of each collection that grew since it was last told: it cosigns what follows from
 * what it saw before, and fetches the entries at once. However often a collection grew, it is one message.
 */
export async function tell(parts: PeeringParts, peer: Peer): Promise<number> {
  const grown = await readUntold(parts.store, peer.party)
  for (const one of grown) await tellOf(parts, peer, one)
  return grown.length
}

/** Parts that were on their way to a peer move its memory on while it is told: so often it is told anew. */
const MOVED_MOST = 5

/** Cosigned, or refused by the peer for a reason; one that guessed its memory wrong is said once more. */
type Said = { is: "cosigned"; lines: string } | { is: "stale"; held: number } | { is: "refused"; code: string }

async function tellOf(parts: PeeringParts, peer: Peer, { key: collection, log: logKey, seen }: Untold): Promise<void> {
  const { store } = parts
  const log = await findLog(store, logKey)
  let said = await offer(parts, peer, { collection, log, old: Math.min(seen, log.size) })
  for (let moved = 0; said.is === "stale" && said.held <= log.size && moved < MOVED_MOST; moved++) {
    said = await offer(parts, peer, { collection, log, old: said.held })
  }
  // It verified more than there is: either it is wrong, or this node lost something.
  if (said.is === "stale" && said.held > log.size) await doubt(parts, peer, collection)
  const of = { collection, party: peer.party }
  await store.write(async (tx) => {
    if (said.is === "cosigned") {
      const { text } = parseNote(log.checkpoint)
      const [cosignature] = cosignaturesIn(`${text}\n${said.lines}`)
      if (cosignature === undefined) return setTold(tx, of, { size: log.size, failure: "cosignature", unmet: false })
      await keepCosignature(tx, log.key, { party: peer.party, size: log.size }, cosignature)
      await setCosigned(tx, of, log.size)
      return setTold(tx, of, { size: log.size, failure: null, unmet: false })
    }
    const failure = said.is === "stale" ? "stale" : said.code
    await setTold(tx, of, { size: log.size, failure, unmet: said.is === "refused" && said.code === UNKNOWN })
  })
}

const UNKNOWN = "unknown-log"

async function offer(
  parts: PeeringParts,
  peer: Peer,
  { collection, log, old }: { collection: number; log: LogRow; old: number },
): Promise<Said> {
  const commitments = (from: number, to: number) => readCommitments(parts.store, collection, from, to)
  const proves = old > 0 && old < log.size
  const proof = proves ? await proveConsistency(parts.store, log, old, log.size, commitments) : []
  const body = formatAddCheckpoint({ old, proof, checkpoint: log.checkpoint })
  try {
    const answer = await say(parts, peer, "checkpoint", { type: CHECKPOINT_TYPE, body, also: [409] })
    if (answer.status !== 409) return { is: "cosigned", lines: Buffer.from(answer.body).toString("utf8") }
    const held = parseSize(answer.body)
    return held === null ? { is: "refused", code: "malformed" } : { is: "stale", held }
  } catch (error) {
    // Silence is for another time; a refusal is an answer, and said again when there is something new to say.
    if (!(error instanceof ComityError) || error.code !== "peer.refused") throw error
    if (error.kind === "unavailable" || error.kind === "slow-down") throw error
    return { is: "refused", code: error.kind === "not-found" ? UNKNOWN : String(error.details.code) }
  }
}
