import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { asker } from "../../../test/support/signed-messages.ts"
import { signCheckpoint } from "../../ledger/checkpoint.ts"
import { Edge, entryHash, type LogRow, leafBytes, leafHash, signNote } from "../../ledger/index.ts"
import { consistencyProof, treeRoot } from "../../ledger/proofs.ts"
import type { SentEntry } from "../../library/index.ts"
import { decodePart, encodePart, type Part } from "./format.ts"
import { verifyPart } from "./pulling.ts"

type Entry = { salt: string; header: string; body: string }
type Vectors = {
  origin: string
  entries: Entry[]
  parts: { name: string; from: number; count: number; old: number; without: Record<string, number>; text: string }[]
  receipts: { party: string; text: string; note: string }
}

/** What docs/protocol/feeds.md shows byte for byte. */
const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/peer/feeds.json", import.meta.url), "utf8"),
) as Vectors

const entries: SentEntry[] = vectors.entries.map(({ salt, header, body }, seq) => {
  const content = { salt: Buffer.from(salt, "hex"), header, body: Buffer.from(body) }
  return { seq, h: entryHash(content.salt, header, content.body), content, by: null }
})
const leaves = entries.map(({ seq, h }) => leafHash(leafBytes(seq, h)))
const read = (_level: number, start: number, end: number) => leaves.slice(start, end)
const edgeOf = (size: number) => {
  const edge = new Edge()
  for (const leaf of leaves.slice(0, size)) edge.append(leaf)
  return edge
}
const checkpoint = signCheckpoint(vectors.origin, leaves.length, edgeOf(leaves.length).root(), asker)

function partOf({ from, count, old, without }: Vectors["parts"][number]): Part {
  const end = from + count
  const proof = end === 0 || end === leaves.length ? [] : consistencyProof(end, leaves.length, read)
  const continued = old === 0 ? null : { root: treeRoot(old, read), hashes: consistencyProof(old, leaves.length, read) }
  const sent = entries.slice(from, end).map((entry) => {
    const by = without[entry.seq]
    return by === undefined ? entry : { ...entry, content: null, by }
  })
  return { from, checkpoint, proof, continued, entries: sent }
}

test("parts of a log come out byte for byte, and are taken", () => {
  for (const vector of vectors.parts) {
    const part = partOf(vector)
    assert.equal(encodePart(part).toString("utf8"), vector.text, vector.name)
    const read = decodePart(Buffer.from(vector.text), entryHash)
    const edge = edgeOf(vector.from)
    const log = { origin: vectors.origin, size: vector.from, edge: edge.bytes() } as unknown as LogRow
    const old = signCheckpoint(vectors.origin, vector.old, edgeOf(vector.old).root(), asker)
    const feed = { target: vector.old, checkpoint: vector.old === 0 ? "" : old }
    assert.doesNotThrow(() => verifyPart(read, { feed, log, key: asker.publicKey } as never), vector.name)
  }
})

test("receipts come out byte for byte", () => {
  const { party, text, note } = vectors.receipts
  assert.equal(signNote(text, { name: party, signer: asker }), note)
})
