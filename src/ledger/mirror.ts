import type { Instant } from "../kernel/time.ts"
import type { Tx } from "../store/index.ts"
import type { Checkpoint } from "./checkpoint.ts"
import { leafBytes } from "./entry.ts"
import { Edge, leafHash, TILE_HEIGHT } from "./merkle.ts"
import { verifyConsistency } from "./proofs.ts"
import { findLog, insertLog, insertNode, updateLog } from "./queries.ts"

// A mirror is a log that somebody else signs. Nothing here makes a signature: what is stored was verified before.

/**
 * How entries stand to a checkpoint that their log signed, appended to what is held of it: `whole` if they end there,
 * `part` if a consistency proof (RFC 6962 section 2.1.2) from their end leads there, `no` if neither holds.
 */
export function checkExtension(
  held: { size: number; edge: Uint8Array },
  hashes: readonly Buffer[],
  target: Pick<Checkpoint, "size" | "root">,
  proof: readonly Buffer[],
): "whole" | "part" | "no" {
  const edge = new Edge(held.size, held.edge)
  for (const h of hashes) edge.append(leafHash(leafBytes(edge.size, h)))
  if (edge.size === target.size) return edge.root().equals(target.root) ? "whole" : "no"
  return verifyConsistency(edge.size, target.size, proof, edge.root(), target.root) ? "part" : "no"
}

/** The caller sees to it that no log of this origin is here yet. */
export async function createMirror(tx: Tx, origin: string): Promise<number> {
  return insertLog(tx, "collection", origin)
}

/**
 * Appends entries by their commitments, in the order of the log. `checkpoint` is the signed note over exactly what is
 * then held; null while more is to come.
 */
export async function extendMirror(
  tx: Tx,
  key: number,
  hashes: readonly Buffer[],
  end: { lastAt: Instant; checkpoint: string | null },
): Promise<void> {
  const row = await findLog(tx, key)
  const edge = new Edge(row.size, row.edge)
  const nodes: { level: number; position: number; hash: Buffer }[] = []
  for (const h of hashes) {
    edge.append(leafHash(leafBytes(edge.size, h)), (height, position, hash) => {
      if (height > 0) nodes.push({ level: height / TILE_HEIGHT, position, hash })
    })
  }
  for (const node of nodes) await insertNode(tx, key, node)
  const checkpoint = end.checkpoint ?? row.checkpoint
  await updateLog(tx, { key, size: edge.size, edge: edge.bytes(), checkpoint, lastAt: end.lastAt })
}
