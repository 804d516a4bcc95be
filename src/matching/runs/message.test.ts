import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { answerer, asker } from "../../../test/support/signed-messages.ts"
import type { PartyId } from "../../parties/index.ts"
import { parseBody } from "../../peering/index.ts"
import {
  ChunkWish,
  firstTranscript,
  keptStatement,
  nextTranscript,
  openStatement,
  ROUNDS,
  signStatement,
  textHash,
} from "./message.ts"

type Vectors = {
  parties: { proposer: PartyId; acceptor: PartyId }
  words: { by: "proposer" | "acceptor"; step: string; note: string }[]
  transcripts: { after: string; t: string }[]
  refused: { name: string; note: string }[]
  chunks: { accepted: string[]; refused: string[] }
}

/** What docs/protocol/matching.md shows byte for byte. */
const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/peer/matching.json", import.meta.url), "utf8"),
) as Vectors
const signers = { proposer: asker, acceptor: answerer }
const noteOf = (by: "proposer" | "acceptor", step: string) =>
  vectors.words.find((one) => one.by === by && one.step === step)?.note ?? ""

test("every word of a run is signed byte for byte as the vectors say, and read back by who knows the key", () => {
  assert.equal(vectors.words.length, 2 + 2 * ROUNDS.length + 4)
  for (const { by, step, note } of vectors.words) {
    const [signer, party] = [signers[by], vectors.parties[by]]
    const said = openStatement(note, party, [signer.publicKey])
    assert.equal(said.step, step)
    assert.equal(signStatement(said, signer), note)
    assert.deepEqual(keptStatement(note), said)
  }
})

test("where a run stands follows from every word that was said until then, the proposer's first", () => {
  let t = firstTranscript(noteOf("proposer", "propose"), noteOf("acceptor", "accept"))
  assert.deepEqual(vectors.transcripts[0], { after: "accept", t: t.toString("hex") })
  for (const [i, round] of ROUNDS.entries()) {
    const [first, second] = [noteOf("proposer", round), noteOf("acceptor", round)]
    for (const note of [first, second]) assert.equal((keptStatement(note) as { t: string }).t, t.toString("hex"), round)
    assert.notDeepEqual(nextTranscript(t, second, first), nextTranscript(t, first, second))
    t = nextTranscript(t, first, second)
    assert.deepEqual(vectors.transcripts[i + 1], { after: round, t: t.toString("hex") })
  }
})

test("an answer names the exact proposal", () => {
  const proposal = textHash(noteOf("proposer", "propose"))
  for (const step of ["accept", "refuse"]) {
    assert.equal((keptStatement(noteOf("acceptor", step)) as { proposal: string }).proposal, proposal)
  }
})

test("every word that the vectors refuse is refused", () => {
  assert.ok(vectors.refused.length > 20)
  for (const { name, note } of vectors.refused) {
    assert.throws(() => openStatement(note, vectors.parties.proposer, [asker.publicKey]), { name: "ComityError" }, name)
  }
})

test("a bit that changed anywhere in a word is found", () => {
  for (const { by, note } of vectors.words.slice(0, 6)) {
    const bytes = Buffer.from(note)
    for (let at = 0; at < bytes.length; at += 29) {
      const bent = Buffer.from(bytes)
      bent[at] = (bent[at] ?? 0) ^ 1
      assert.throws(() => openStatement(bent.toString("utf8"), vectors.parties[by], [signers[by].publicKey]))
    }
  }
})

test("what is asked of a stream is one part of one of three", () => {
  for (const text of vectors.chunks.accepted) assert.equal(parseBody(ChunkWish, Buffer.from(text)).v, 1)
  for (const text of vectors.chunks.refused) {
    assert.throws(() => parseBody(ChunkWish, Buffer.from(text)), { code: "peer.body" }, text)
  }
})
