import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, type TestContext, test } from "node:test"
import { growTree, SAMPLE_NAME, writeTiles } from "../../test/support/sample-log.ts"
import { tempFolder } from "../../test/support/temp.ts"
import { newKeyPair, signerOf } from "../crypto/index.ts"
import { sha256 } from "../kernel/hash.ts"
import { leafBytes } from "./entry.ts"
import { formatVkey, verifierOf } from "./note.ts"
import { consistencyProof, inclusionProof } from "./proofs.ts"

// golang.org/x/mod/sumdb as Debian packages it (golang-go, golang-golang-x-mod-dev): code by others, in another
// language, that reads the public format.

const PACKAGES = "/usr/share/gocode"
const SOURCE = join(import.meta.dirname, "../../test/support/go-verifier/main.go")
const TESSERA = join(import.meta.dirname, "../../../shared/reference/vectors/tlog-tiles/testdata/log")
const TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

const root = tempFolder()
const program = join(root, "go-verifier")
let missing: string | null = null

before(() => {
  if (!existsSync(join(PACKAGES, "src/golang.org/x/mod/sumdb"))) missing = "golang-golang-x-mod-dev is not installed"
  else if (spawnSync("go", ["version"]).status !== 0) missing = "there is no go"
  if (missing !== null) return
  const settings = { GO111MODULE: "off", GOPATH: PACKAGES, GOFLAGS: "", GOCACHE: join(root, "cache"), CGO_ENABLED: "0" }
  const built = spawnSync("go", ["build", "-o", program, SOURCE], { env: { ...process.env, ...settings } })
  assert.equal(built.status, 0, String(built.stderr))
})

function withoutGo(t: TestContext, of: string): boolean {
  if (missing !== null) t.diagnostic(`0 of ${of} ran: ${missing}`)
  return missing !== null
}

function verify(folder: string, vkey: string, checkpoint = "checkpoint", indexes: readonly number[] = []) {
  const run = spawnSync(program, [folder, vkey, join(folder, checkpoint), ...indexes.map(String)], { encoding: "utf8" })
  return { status: run.status, lines: run.stdout.split("\n").slice(0, -1), text: run.stdout + run.stderr }
}

function sampleLog(size: number) {
  const signer = signerOf(newKeyPair())
  const folder = join(root, `log-${size}`)
  const leaves = Array.from({ length: size }, (_, seq) => leafBytes(seq, sha256(`entry ${seq}`)))
  writeTiles(folder, SAMPLE_NAME, signer, leaves)
  return { folder, leaves, vkey: formatVkey(verifierOf(SAMPLE_NAME, signer.publicKey)) }
}

test("the independent verifier reads a log by others at each of its sizes", (t) => {
  if (withoutGo(t, "15 checkpoints")) return
  if (!existsSync(TESSERA)) return t.diagnostic("0 of 15 checkpoints ran: ../shared is not there")
  const sizes = readdirSync(TESSERA)
    .map((name) => Number(/^checkpoint\.(\d+)$/.exec(name)?.[1] ?? 0))
    .filter((size) => size > 0)
  for (const size of sizes) {
    const { status, lines, text } = verify(TESSERA, TESSERA_KEY, `checkpoint.${size}`, [0, size - 1])
    assert.equal(status, 0, text)
    assert.equal(lines.at(-1), `ok ${size}`)
  }
  assert.equal(sizes.length, 15)
  t.diagnostic(`${sizes.length} of 15 checkpoints ran`)
})

test("the independent verifier reads our logs and proves what we prove, also where three tile levels exist", (t) => {
  const sizes = [1, 2, 255, 256, 257, 600, 65_536, 66_049]
  if (withoutGo(t, `${sizes.length} logs`)) return
  for (const size of sizes) {
    const { folder, leaves, vkey } = sampleLog(size)
    const indexes = [...new Set([0, 1, size >> 1, size - 1, 255, 256, 511, 65_535])].filter((i) => i < size)
    const { status, lines, text } = verify(folder, vkey, "checkpoint", indexes)
    assert.equal(status, 0, text)
    const { read } = growTree(leaves)
    const line = (kind: string, index: number, proof: Buffer[]) =>
      [kind, index, ...proof.map((hash) => hash.toString("base64"))].join(" ")
    const ours = indexes.flatMap((index) => [
      line("record", index, inclusionProof(index, size, read)),
      ...(index === 0 ? [] : [line("tree", index, consistencyProof(index, size, read))]),
    ])
    assert.deepEqual(lines, [...ours, `ok ${size}`])
  }
  t.diagnostic(`${sizes.length} of ${sizes.length} logs ran`)
})

test("the independent verifier refuses our log once a bit of it is changed, so its yes means something", (t) => {
  const files = ["checkpoint", "tile/entries/000", "tile/entries/002.p/88", "tile/0/001", "tile/1/000.p/2"]
  if (withoutGo(t, `${files.length} changes`)) return
  const { folder, vkey } = sampleLog(600)
  for (const [i, file] of files.entries()) {
    const copy = join(root, `changed-${i}`)
    cpSync(folder, copy, { recursive: true })
    const bytes = readFileSync(join(copy, file))
    bytes[40] = (bytes[40] ?? 0) ^ 1
    writeFileSync(join(copy, file), bytes)
    assert.equal(verify(copy, vkey).status, 1, file)
  }
  const other = formatVkey(verifierOf(SAMPLE_NAME, newKeyPair().publicKey))
  assert.equal(verify(folder, other).status, 1)
  t.diagnostic(`${files.length} of ${files.length} changes ran`)
})
