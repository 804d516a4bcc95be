import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { z } from "zod"
import { answerer } from "../../../test/support/signed-messages.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { parseNote } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { bodyOf, parseBody } from "../../peering/index.ts"
import { openLabel } from "./labels.ts"
import {
  AskAnswer,
  AskMessage,
  DeskMessage,
  EpochSaid,
  Epochs,
  EpochsWish,
  KnowMessage,
  KnowTaken,
  openEpoch,
  signEpoch,
  TagsWish,
  ToldMessage,
} from "./message.ts"
import { firstHead, headAfter } from "./sets.ts"
import { heldOf, tagOf } from "./tags.ts"
import { works } from "./works.ts"

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")
/** What docs/protocol/matching-questions.md shows byte for byte. */
const vectors = JSON.parse(file("vectors/peer/matching-questions.json"))
const page = file("docs/protocol/matching-questions.md")
const bytes = (text: string) => Buffer.from(text, "hex")
const all = (texts: string[]) => texts.map(bytes)
const base64 = (text: string) => Buffer.from(text, "base64")

const schemas: Record<string, { request: z.ZodType; answer?: z.ZodType }> = {
  "match-offered": { request: EpochsWish, answer: KnowTaken },
  "match-epochs": { request: EpochsWish, answer: Epochs },
  "match-tags": { request: TagsWish },
  "match-ask": { request: AskMessage, answer: AskAnswer },
  "match-know": { request: KnowMessage, answer: KnowTaken },
  "match-told": { request: ToldMessage },
  "match-desk": { request: DeskMessage },
}

test("what an answerer signs of a key comes out byte for byte and is read again; anything else is refused", () => {
  const { note } = vectors.epoch
  const party = vectors.parties.answerer as PartyId
  const said = openEpoch(note, party, [answerer.publicKey])
  assert.equal(signEpoch(said, answerer), note)
  assert.ok(page.includes(`\n\`\`\`\n${parseNote(note).text}`))
  assert.equal(vectors.refused_epochs.length, 6)
  for (const { name, text } of vectors.refused_epochs) {
    const body = Buffer.from(text.split("\n")[1])
    const read = EpochSaid.safeParse(parseStrictJson(body))
    assert.ok(!read.success || read.data.from !== party || read.data.until <= read.data.since, name)
  }
})

test("a key, its outputs and its tags follow from a seed and items alone", async () => {
  const { key, tags } = vectors
  const { secret, publicKey } = await works.keys({ seed: bytes(key.seed), info: key.info })
  assert.deepEqual([secret.toString("hex"), publicKey.toString("hex")], [key.secret, key.public])
  const items = all(tags.map(({ item }: { item: string }) => item))
  const outputs = await works.outputs({ secret, items })
  for (const [i, { output, tag }] of tags.entries()) {
    assert.equal(outputs[i]?.toString("hex"), output)
    assert.equal(tagOf(bytes(output)).toString("hex"), tag)
  }
})

test("a log is hashed record by record, and goes on where it stood", () => {
  const { epoch, first, records, head, news, head_after: after } = vectors.log
  assert.equal(firstHead(epoch).toString("hex"), first)
  assert.equal(headAfter(bytes(first), base64(records)).toString("hex"), head)
  assert.equal(headAfter(bytes(head), base64(news)).toString("hex"), after)
  assert.equal(headAfter(bytes(first), Buffer.concat([base64(records), base64(news)])).toString("hex"), after)
})

test("a question is blinded as the vectors say, and its answer gives the outputs and tags that are in the log", async () => {
  const { question, key, log } = vectors
  const batch = { ...question, seed: bytes(question.seed), items: all(question.items) }
  const blinded = await works.blind({ batch })
  assert.equal(blinded.toString("base64"), question.blinded)
  const answer = { evaluated: base64(question.evaluated), proof: base64(question.proof) }
  const outputs = await works.finish({ batch, blinded, publicKey: bytes(key.public), ...answer })
  assert.deepEqual(
    outputs.map((one) => one.toString("hex")),
    question.outputs,
  )
  const held = new Map<string, boolean>()
  const records = Buffer.concat([base64(log.records), base64(log.news)])
  for (let at = 0; at < records.length; at += 17) held.set(records.toString("hex", at + 1, at + 17), records[at] === 1)
  assert.deepEqual(
    outputs.map((one) => held.get(tagOf(one).toString("hex")) ?? false),
    question.found,
  )
})

test("having an item is shown for one message alone, and labels open for who has it", () => {
  for (const { id, output, held } of vectors.held) assert.equal(heldOf(bytes(output), id).toString("hex"), held)
  const { id, item, output, sealed, known } = vectors.label
  assert.deepEqual(openLabel(bytes(output), id, bytes(item), base64(sealed)), known)
  const broken = { kind: "invalid", code: "match.label" }
  assert.throws(() => openLabel(bytes(output), `${id.slice(0, -1)}0`, bytes(item), base64(sealed)), broken)
  assert.throws(() => openLabel(Buffer.alloc(64), id, bytes(item), base64(sealed)), broken)
  assert.throws(() => openLabel(bytes(output), id, bytes(vectors.question.items[1]), base64(sealed)), broken)
})

test("messages are written as all bodies are, and the page shows the short ones; what is none is refused", () => {
  for (const { verb, is, body } of vectors.messages) {
    assert.equal(bodyOf(parseStrictJson(Buffer.from(body))).toString(), body, verb)
    const schema = schemas[verb]?.[is as "request" | "answer"]
    assert.ok(schema, `${verb} ${is}`)
    parseBody(schema, Buffer.from(body))
    if (body.length < 120)
      assert.ok(page.includes(`\n\`\`\`\n${body}\n\`\`\`\n`) || body.length < 30, `${verb} ${body}`)
  }
  assert.equal(vectors.refused.length, 12)
  for (const { name, verb, body } of vectors.refused) {
    const { request } = schemas[verb] as { request: z.ZodType }
    assert.throws(() => parseBody(request, Buffer.from(body)), { kind: "invalid", code: "peer.body" }, name)
  }
})
