import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { type Instant, parseInstant } from "../kernel/time.ts"
import { CARD_EXTENSION, type Card, cardBytes, readCard } from "./card.ts"
import type { CardDetails, CardRecipient, PartyId, PartyKind } from "./index.ts"

type Said = { name: string; kind: PartyKind; endpoint: string; details: CardDetails; recipients: CardRecipient[] }
type Vectors = {
  party: PartyId
  root: string
  cards: { name: string; created: string; modified: string; said: Said; text: string }[]
  refused: { name: string; text: string }[]
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
const vectors = JSON.parse(read("vectors/peer/cards.json")) as Vectors
const { party, root } = vectors
const instant = (text: string) => parseInstant(text) as Instant

test("cards come out byte for byte, and are read as they were written", () => {
  for (const { name, said, text, ...times } of vectors.cards) {
    const [created, modified] = [instant(times.created), instant(times.modified)]
    const { details, kind, endpoint, recipients } = said
    const own = { id: party, name: said.name, kind, place: "TW" }
    const bytes = cardBytes(own, { details, endpoint, root, recipients, created, modified })
    assert.equal(bytes.toString(), text, name)
    const card: Card = { ...details, party, name: said.name, kind, endpoint, root, recipients, created, modified }
    assert.deepEqual(readCard(bytes, party), card, name)
  }
})

test("what the vectors call no card is none, and each would be one without its fault", () => {
  assert.ok(vectors.refused.length >= 25)
  for (const { name, text } of vectors.refused) {
    assert.throws(() => readCard(Buffer.from(text), party), { kind: "invalid", code: "card.malformed" }, name)
  }
})

test("the extension ships as a STIX object, under the id that cards name", () => {
  const { objects } = JSON.parse(read("docs/protocol/card-extension.json")) as { objects: Record<string, unknown>[] }
  const definition = objects.find(({ type }) => type === "extension-definition")
  assert.ok(definition)
  assert.equal(definition.id, CARD_EXTENSION)
  assert.deepEqual(definition.extension_types, ["property-extension"])
  assert.ok(objects.some(({ id }) => id === definition.created_by_ref))
  assert.ok(read("docs/protocol/card.md").includes(CARD_EXTENSION))
})
