import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { sha256 } from "../../kernel/hash.ts"
import { parseStrictJson } from "../../kernel/json.ts"
import { type Instant, parseInstant } from "../../kernel/time.ts"
import { fingerprintOf, type PartyId } from "../../parties/index.ts"
import { bodyOf } from "../bodies.ts"
import { type Invitation, invitationLink, invitationText, parseInvitation } from "./invitation.ts"

type Vectors = {
  parties: { party: PartyId; incept: string; words: string[]; digits: string }[]
  invitation: Record<"name" | "endpoint" | "token" | "expires" | "text" | "link" | "token_hash", string>
  messages: { verb: string; from: PartyId; body: string }[]
  refused: { name: string; text: string }[]
}

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")
/** What docs/protocol/joining.md shows byte for byte. */
const vectors = JSON.parse(file("vectors/peer/joining.json")) as Vectors
const [inviting] = vectors.parties
assert.ok(inviting)
const { name, endpoint, token, text, link, expires } = vectors.invitation
const invitation: Invitation = {
  ...{ party: inviting.party, name, endpoint, token },
  ...{ statements: [Buffer.from(inviting.incept)], expires: parseInstant(expires) as Instant },
}

test("the invitation comes out byte for byte, as text and as link, and both are read again", () => {
  assert.equal(invitationText(invitation), text)
  assert.equal(invitationLink(invitation), link)
  for (const pasted of [text, link, ` ${link}\n`]) assert.deepEqual(parseInvitation(pasted), invitation)
  assert.equal(sha256(token).toString("hex"), vectors.invitation.token_hash)
})

test("what the vectors call no invitation is none", () => {
  assert.ok(vectors.refused.length >= 25)
  for (const { name: what, text: pasted } of vectors.refused) {
    assert.throws(() => parseInvitation(pasted), { kind: "invalid", code: "invitation.malformed" }, what)
  }
})

test("the fingerprints of the vectors are those of their statements", () => {
  for (const { party, incept, words, digits } of vectors.parties) {
    assert.deepEqual(fingerprintOf(party, Buffer.from(incept)), { words, digits })
  }
})

test("the messages of the vectors are written as all bodies are, and the page shows them", () => {
  const page = file("docs/protocol/joining.md")
  for (const { verb, body } of vectors.messages) {
    assert.equal(bodyOf(parseStrictJson(Buffer.from(body))).toString(), body, verb)
    assert.ok(page.includes(`\n\`\`\`\n${body}\n\`\`\`\n`), verb)
  }
  assert.ok(page.includes(`\n\`\`\`\n${text}\n\`\`\`\n`))
  for (const { words, digits } of vectors.parties) assert.ok(page.includes(words.join(" ")) && page.includes(digits))
})
