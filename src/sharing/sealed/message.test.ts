import assert from "node:assert/strict"
import { test } from "node:test"
import { sealedVectors } from "../../../test/support/sealing.ts"
import { importPrivate, outsideOf, signerOf } from "../../crypto/index.ts"
import { formatVkey, verifierOf } from "../../ledger/index.ts"
import type { PartyId } from "../../parties/index.ts"
import { openOffer, openReceipt, ownOffer, signOffer, signReceipt } from "./message.ts"

const { statements, files } = sealedVectors
const keyOf = ({ private_key }: { private_key: string }) => importPrivate(private_key)
const [sender, recipient] = [keyOf(statements.sender), keyOf(statements.recipient)]
const [from, to] = [statements.sender.party as PartyId, statements.recipient.party as PartyId]

test("statements are signed byte for byte as the vectors say, and read back", () => {
  assert.equal(formatVkey(verifierOf(from, sender.publicKey)), statements.sender.vkey)
  assert.equal(signOffer(statements.offer, signerOf(sender)), statements.offer_note)
  assert.equal(signReceipt(statements.receipt, signerOf(recipient)), statements.receipt_note)
  assert.deepEqual(openOffer(statements.offer_note, from, [sender.publicKey]), statements.offer)
  assert.deepEqual(openReceipt(statements.receipt_note, to, [recipient.publicKey]), statements.receipt)
  assert.deepEqual(ownOffer(statements.offer_note), statements.offer)
})

test("a statement is about the file that it names", () => {
  const file = files.find(({ sha256 }) => sha256 === statements.offer.sha256)
  assert.equal(file?.size, statements.offer.size)
  const bytes = Buffer.from(file.file, "base64")
  assert.equal(outsideOf(bytes, statements.offer.size)?.kinds.length, statements.offer.recipients.length)
})

test("every statement that the vectors refuse is refused", () => {
  assert.ok(statements.refused_offers.length > 10)
  for (const { name, note } of statements.refused_offers) {
    assert.throws(() => openOffer(note, from, [sender.publicKey]), { name: "ComityError" }, name)
  }
})

test("a key that the party had before is taken, a stranger's is not", () => {
  assert.ok(openOffer(statements.offer_note, from, [recipient.publicKey, sender.publicKey]))
  assert.throws(() => openOffer(statements.offer_note, from, []), { code: "note.unsigned" })
  assert.throws(() => openOffer(statements.offer_note, to, [sender.publicKey]), { code: "note.unsigned" })
})
