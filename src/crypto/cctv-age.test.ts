import assert from "node:assert/strict"
import { test } from "node:test"
import { inflateSync } from "node:zlib"
import * as vectors from "cctv-age"
import { sha256 } from "../kernel/hash.ts"
import { openWithPassphrase } from "./seal.ts"
import { decrypted, withoutArmor } from "./unsealing.ts"

// Test vectors of the age format by its authors: https://github.com/C2SP/CCTV/tree/main/age

type Vector = { name: string; head: string; file: Buffer }

function read(name: string, bytes: Uint8Array): Vector {
  const all = Buffer.from(bytes)
  const cut = all.indexOf("\n\n")
  const head = all.toString("utf8", 0, cut + 1)
  const body = all.subarray(cut + 2)
  return { name, head, file: /^compressed: zlib$/m.test(head) ? inflateSync(body) : body }
}

const values = ({ head }: Vector, key: string) =>
  [...head.matchAll(new RegExp(`^${key}: (.*)$`, "gm"))].map(([, value = ""]) => value)
const all = Object.entries(vectors)
  .filter(([name]) => name !== "default")
  .map(([name, bytes]) => read(name, bytes))

/** What the vector says happens, and the hash of all that was let out before. */
async function opened(vector: Vector): Promise<{ outcome: string; payload: string }> {
  const parts: Uint8Array[] = []
  try {
    const file = withoutArmor(vector.file)
    for await (const piece of decrypted(new Blob([Buffer.from(file)]).stream(), values(vector, "identity"))) {
      parts.push(piece)
    }
    return { outcome: "success", payload: sha256(Buffer.concat(parts)).toString("hex") }
  } catch (error) {
    const { code } = error as { code?: string }
    return { outcome: code ?? String(error), payload: sha256(Buffer.concat(parts)).toString("hex") }
  }
}

test("every vector for keys ends as it must, and what opens is what was sealed", async () => {
  const keyed = all.filter((vector) => values(vector, "passphrase").length === 0)
  assert.equal(keyed.length, 117)
  for (const vector of keyed) {
    const [expect = ""] = values(vector, "expect")
    const { outcome, payload } = await opened(vector)
    const wanted = expect === "success" ? "success" : expect === "no match" ? "sealed.not-yours" : "sealed.damaged"
    const none = values(vector, "identity").length === 0
    assert.ok(outcome === wanted || (none && outcome === "sealed.not-yours"), `${vector.name}: ${expect}, ${outcome}`)
    const [hash] = values(vector, "payload")
    // Armor is read whole, so a file that is damaged there lets out nothing at all.
    if (hash !== undefined && outcome === "success") assert.equal(payload, hash, vector.name)
  }
})

test("every vector for passphrases ends as it must", async () => {
  const phrased = all.filter((vector) => values(vector, "passphrase").length > 0)
  assert.equal(phrased.length, 26)
  const { armor } = await import("age-encryption")
  for (const vector of phrased) {
    const [expect, [passphrase = ""], [hash]] = [
      values(vector, "expect")[0],
      values(vector, "passphrase"),
      values(vector, "payload"),
    ]
    const file = /^armored: yes$/m.test(vector.head) ? vector.file.toString("latin1") : armor.encode(vector.file)
    const opening = openWithPassphrase(file, passphrase)
    if (expect === "success") assert.equal(sha256(await opening).toString("hex"), hash, vector.name)
    else await assert.rejects(opening, /key\./, vector.name)
  }
})
