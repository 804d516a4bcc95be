import assert from "node:assert/strict"
import { test } from "node:test"
import { safeName } from "../src/sharing/sealed/model.ts"
import { bytesOf, sealedVectors } from "./support/sealing.ts"

// What browsers read with is a file of its own; the vectors hold it to the same rules as the node.
type Format = {
  readSealed(bytes: Uint8Array): { label: { size: number }; content: Uint8Array } | null
  safeName(given: string): string
  asText(content: Uint8Array): string | null
}
const script = (await import(new URL("../web/scripts/sealed-format.js", import.meta.url).href)) as Format

test("browsers read what is padded as the vectors say", () => {
  for (const { name, pieces } of sealedVectors.padded) {
    const bytes = bytesOf(pieces)
    const found = script.readSealed(bytes)
    assert.ok(found, name)
    assert.deepEqual(Buffer.from(found.content), bytes.subarray(0, found.label.size), name)
  }
})

test("browsers refuse whatever is padded in another way", () => {
  for (const { name, pieces } of sealedVectors.crooked) assert.equal(script.readSealed(bytesOf(pieces)), null, name)
})

test("browsers save under the same names as the command", () => {
  for (const name of [
    "report.pdf",
    "..",
    ".ssh",
    "CON.txt",
    "a<b>:c|d?.txt",
    "cod\u202egpj.exe",
    "../../x",
    "",
    "-rf",
  ]) {
    assert.equal(script.safeName(name), safeName(name), name)
  }
})

test("text is shown with what cannot be seen in it, and bytes that are no text are not", () => {
  const text = (value: string) => script.asText(Buffer.from(value))
  assert.equal(text("一行\n\ttwo"), "一行\n\ttwo")
  assert.equal(text("a\u202eb\u0000"), "a⟨U+202E⟩b⟨U+0000⟩")
  assert.equal(script.asText(Uint8Array.of(0xff, 0xfe)), null)
})
