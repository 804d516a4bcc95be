import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { createPrivateKey } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import fc from "fast-check"
import { type KeyPair, newKeyPair, rawPublicKey, signerOf } from "../crypto/index.ts"
import { canonicalize } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import {
  countsUnder,
  forkOf,
  inceptStatement,
  type KeyState,
  keyStateOf,
  lastSizeHash,
  type Saying,
  signStatement,
} from "./key-statements.ts"

// Chains of key statements as files hold them and as chance makes them, followed here and by verify.py.

type Shown = {
  root: string
  current: string | null
  signs: string
  next: string | null
  recovery: string
  former: { key: string; sizes: string[] }[]
}
type Log = { origin: string; size: number; lastSize: number | null }
type Vectors = {
  keys: Record<string, { seed: string; public_key: string }>
  sizes: { origin: string; size: number; hash: string }[]
  chains: { name: string; statements: string[]; state: Shown }[]
  counts: (Log & { chain: string; key: string; counts: boolean })[]
  forks: { one: string; other: string; at: number | null }[]
  hostile: { name: string; statements: string[]; error: string }[]
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/ledger/key-statements.json"), "utf8"),
) as Vectors
const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status === 0
const bytes = (statements: readonly string[]) => statements.map((text) => Buffer.from(text))
const chain = (name: string) => bytes(vectors.chains.find((one) => one.name === name)?.statements ?? [])
const publicKey = (name: string) => Buffer.from(vectors.keys[name]?.public_key ?? "", "base64")

function shown(state: KeyState): Shown {
  const text = (key: Buffer) => key.toString("base64")
  const optional = (key: Buffer | null) => (key === null ? null : text(key))
  const { root, current, signs, next, recovery } = state
  const former = state.former.map((one) => ({ key: text(one.publicKey), sizes: [...one.sizes] }))
  const [now, coming] = [optional(current), optional(next)]
  return { root: text(root), current: now, signs: text(signs), next: coming, recovery: text(recovery), former }
}

/** What verify.py says of chains: the state as `shown`, or the fault in words. */
function askPython(chains: readonly (readonly string[])[]): (Shown | string)[] {
  const program = `
import base64, hashlib, json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import verify
text = lambda key: None if key is None else base64.b64encode(key).decode()
for line in sys.stdin:
    keys = verify.Keys()
    try:
        for statement in json.loads(line):
            keys.add(statement.encode())
        if keys.first is None:
            raise verify.Fault("empty")
        said = {"root": text(hashlib.sha256(keys.first).digest()), "recovery": text(keys.recovery), "next": text(keys.next)}
        said.update(current=text(keys.current), signs=text(keys.signs))
        said["former"] = [{"key": text(key), "sizes": sorted(sizes)} for key, sizes in keys.former]
        print(json.dumps(said))
    except verify.Fault as fault:
        print(json.dumps(str(fault)))
`
  const input = chains.map((one) => `${JSON.stringify(one)}\n`).join("")
  const run = spawnSync("python3", ["-c", program, import.meta.dirname], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  })
  const lines = run.stdout.split("\n").slice(0, -1)
  assert.equal(lines.length, chains.length, run.stderr)
  return lines.map((line) => JSON.parse(line) as Shown | string)
}

test("chains of the vectors are followed as they say, and hostile ones refused", () => {
  for (const { name, statements, state } of vectors.chains) {
    assert.deepEqual(shown(keyStateOf(bytes(statements))), state, name)
  }
  for (const { name, statements, error } of vectors.hostile) {
    assert.throws(() => keyStateOf(bytes(statements)), { code: error }, name)
  }
})

test("the verifier in Python follows the same chains and refuses the same", (t) => {
  if (!python) return t.diagnostic("0 cases ran: there is no python3 of version 3.8 or newer")
  const said = askPython([...vectors.chains, ...vectors.hostile].map(({ statements }) => statements))
  const [good, bad] = [said.slice(0, vectors.chains.length), said.slice(vectors.chains.length)]
  for (const [i, { name, state }] of vectors.chains.entries()) assert.deepEqual(good[i], state, name)
  for (const [i, { name }] of vectors.hostile.entries()) assert.equal(typeof bad[i], "string", name)
})

test("statements of the vectors are made from their keys, byte for byte", () => {
  const [name] = Object.keys(vectors.keys) as [string]
  for (const [one, { seed }] of Object.entries(vectors.keys)) assert.deepEqual(pairOf(seed).publicKey, publicKey(one))
  const incept = inceptStatement({
    current: publicKey(name),
    next: publicKey("second"),
    recovery: publicKey("recovery"),
  })
  assert.deepEqual([Buffer.from(canonicalize(incept))], chain("begun"))
  const says: Saying = { type: "rotate", current: publicKey("second"), next: sha256(publicKey("third")), sizes: [] }
  const [size] = vectors.chains.find((one) => one.name === "rotated")?.state.former ?? []
  const signed = signStatement(
    keyStateOf(chain("begun")),
    { ...says, sizes: [...(size?.sizes ?? [])].reverse() },
    signerOf(pairOf(vectors.keys.second?.seed ?? "")),
  )
  assert.equal(canonicalize(signed), chain("rotated")[1]?.toString())
})

function pairOf(seed: string): KeyPair {
  const key = Buffer.from(`302e020100300506032b657004220420${seed}`, "hex")
  const privateKey = createPrivateKey({ key, format: "der", type: "pkcs8" })
  return { publicKey: rawPublicKey(privateKey), privateKey }
}

test("how far a key counts, and where two chains part, is as the vectors say", () => {
  for (const { origin, size, hash } of vectors.sizes) assert.equal(lastSizeHash(origin, size), hash)
  for (const { chain: name, key, counts, ...log } of vectors.counts) {
    assert.equal(countsUnder(keyStateOf(chain(name)), publicKey(key), log), counts, JSON.stringify({ name, key, log }))
  }
  for (const { one, other, at } of vectors.forks) {
    const fork = forkOf(chain(one), chain(other))
    assert.equal(fork?.at ?? null, at, `${one}, ${other}`)
    if (at !== null) assert.deepEqual(fork?.pair, [chain(one)[at], chain(other)[at]])
    assert.equal(forkOf(chain(other), chain(one))?.at ?? null, at)
  }
})

const KEYS = Array.from({ length: 6 }, newKeyPair)
const key = (index: number) => KEYS[index] as KeyPair
const index = fc.nat(KEYS.length - 1)
const step = fc.record({
  type: fc.constantFrom("rotate", "revoke", "recover"),
  ...{ current: index, next: index, recovery: index, signer: index },
})
/** Mostly what the honest holder of all keys would say, since most of what chance says is refused at once. */
const steps = fc.array(fc.record({ step, honest: fc.integer({ min: 0, max: 3 }).map((n) => n > 0) }), { maxLength: 6 })

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
/** Keys by their index: the rules of the chain once more, in other words. */
type Model = { current: number | null; next: number; recovery: number; ended: number[] }

function honestly(model: Model, wanted: Step): Step {
  if (wanted.type === "rotate") return { ...wanted, current: model.next, signer: model.next }
  return { ...wanted, signer: model.recovery }
}

function modelAfter(model: Model, { type, current, next, recovery, signer }: Step): Model | null {
  const ended = [...model.ended, model.current ?? model.recovery]
  if (type === "revoke") {
    return signer === model.recovery && model.current !== null ? { ...model, current: null, ended } : null
  }
  if (ended.includes(current)) return null
  if (type === "recover") return signer === model.recovery ? { current, next, recovery, ended } : null
  const announced = model.current !== null && current === model.next && signer === current
  return announced ? { ...model, current, next, ended } : null
}

test("whatever is said by whomever, a chain holds if and only if each statement was its signer's to make", (t) => {
  const tried: { statements: string[]; state: Shown | null }[] = []
  const [current, next, recovery] = [0, 1, 2].map((at) => key(at).publicKey) as [Buffer, Buffer, Buffer]
  const incept = canonicalize(inceptStatement({ current, next, recovery }))
  fc.assert(
    fc.property(steps, (all) => {
      let model: Model = { current: 0, next: 1, recovery: 2, ended: [] }
      let statements = [incept]
      for (const { step: wanted, honest } of all) {
        const taken = honest ? honestly(model, wanted) : wanted
        const tip = canonicalize(
          signStatement(keyStateOf(bytes(statements)), sayingOf(taken), signerOf(key(taken.signer))),
        )
        const after = modelAfter(model, taken)
        const state = stateOf([...statements, tip])
        tried.push({ statements: [...statements, tip], state })
        assert.equal(state !== null, after !== null, JSON.stringify({ model, taken }))
        if (after === null) continue
        assert.equal(state?.current, after.current === null ? null : key(after.current).publicKey.toString("base64"))
        model = after
        statements = [...statements, tip]
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(tried.some(({ state }) => state === null) && tried.some(({ state }) => state !== null))
  if (!python) return t.diagnostic("verify.py was not asked: there is no python3 of version 3.8 or newer")
  const some = tried.filter((_, i) => i % Math.ceil(tried.length / 60) === 0)
  for (const [i, said] of askPython(some.map(({ statements }) => statements)).entries()) {
    if (some[i]?.state === null) assert.equal(typeof said, "string", some[i]?.statements.join("\n"))
    else assert.deepEqual(said, some[i]?.state)
  }
})

function sayingOf({ type, current, next, recovery }: Step): Saying {
  const sizes = [lastSizeHash("comity/00112233445566778899aabbccddeeff", current)]
  const keys = { current: key(current).publicKey, next: sha256(key(next).publicKey) }
  if (type === "rotate") return { type, ...keys, sizes }
  return type === "revoke" ? { type, sizes } : { type: "recover", ...keys, recovery: key(recovery).publicKey, sizes }
}

function stateOf(statements: readonly string[]): Shown | null {
  try {
    return shown(keyStateOf(bytes(statements)))
  } catch (error) {
    if (error instanceof ComityError) return null
    throw error
  }
}
