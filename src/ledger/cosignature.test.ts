import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { signerOf } from "../crypto/index.ts"
import type { Instant } from "../kernel/time.ts"
import { cosign, cosignaturesIn, cosignedAt, cosignerName } from "./cosignature.ts"
import { openNote, parseNote, parseVkey } from "./note.ts"

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, "../../vectors/peer/cosignatures.json"), "utf8")) as {
  pkcs8: string
  public_key: string
  name: string
  cosigned: { time: number; text: string; line: string; note: string }[]
  hostile: { why: string; line: string }[]
  public: { note: string; log_vkey: string; cosigner_vkeys: string[]; time: number }
}
const signer = signerOf(vectors.pkcs8)
const SECOND = 1_000_000

test("cosignatures are made byte for byte as the vectors have them, and read again", () => {
  assert.equal(cosignerName(signer.publicKey), vectors.name)
  for (const { time, text, line, note } of vectors.cosigned) {
    assert.equal(cosign(text, signer, (time * SECOND + SECOND - 1) as Instant), line)
    assert.deepEqual(cosignaturesIn(note), [{ name: vectors.name, time, line }])
  }
})

test("a line that is no cosignature of this checkpoint counts for nothing, and disturbs none beside it", () => {
  const [, good] = vectors.cosigned
  assert.ok(good)
  assert.ok(vectors.hostile.length > 0)
  for (const { why, line } of vectors.hostile) {
    const note: string = `${good.text}\n${line}`
    assert.deepEqual(cosignaturesIn(note), [], why)
    assert.equal(cosignaturesIn(note + good.line).length, 1, why)
  }
})

test("a cosignature that comes twice is one", () => {
  const [, good] = vectors.cosigned
  assert.equal(cosignaturesIn(`${good?.note}${good?.line}`).length, 1)
})

test("cosignatures of public witnesses over a public log's checkpoint are good", () => {
  const { note, log_vkey, cosigner_vkeys, time } = vectors.public
  const { text, signatures } = parseNote(note)
  assert.equal(openNote(note, [parseVkey(log_vkey)]).text, text)
  for (const vkey of cosigner_vkeys) {
    const [name = "", keyId, ...key] = vkey.split("+")
    const line = signatures.find((one) => one.name === name && one.keyId === keyId)
    assert.ok(line, vkey)
    const publicKey = Buffer.from(key.join("+"), "base64").subarray(1)
    assert.equal(cosignedAt(text, line, publicKey), time, name)
    assert.equal(cosignedAt(text.replace("8532", "8533"), line, publicKey), null)
    assert.equal(cosignedAt(text, line, signer.publicKey), null)
  }
})
