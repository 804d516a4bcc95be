import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fingerprintOf, type PartyId, saysDigits, saysWords } from "./index.ts"

type Vector = { party: PartyId; incept: string; words: string; digits: string }

const { fingerprints } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/ledger/fingerprints.json"), "utf8"),
) as { fingerprints: Vector[] }

test("fingerprints are those of the vectors, also where the number begins with noughts", () => {
  assert.ok(fingerprints.some(({ digits }) => digits.startsWith("00")))
  for (const { party, incept, words, digits } of fingerprints) {
    const found = fingerprintOf(party, Buffer.from(incept))
    assert.deepEqual([found.words.join(" "), found.digits], [words, digits], party)
    assert.ok(saysWords(found, words) && saysDigits(found, digits))
  }
})

test("the verifier in Python gives the same digits", (t) => {
  if (spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status !== 0) {
    return t.diagnostic("0 cases ran: there is no python3 of version 3.8 or newer")
  }
  const program = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verify
for one in json.load(sys.stdin):
    print(verify.digits_of(one["party"], one["incept"].encode()))
`
  const args = ["-c", program, join(import.meta.dirname, "../ledger")]
  const { stdout } = spawnSync("python3", args, { input: JSON.stringify(fingerprints), encoding: "utf8" })
  assert.deepEqual(
    stdout.trim().split("\n"),
    fingerprints.map(({ digits }) => digits),
  )
})
