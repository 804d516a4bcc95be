import assert from "node:assert/strict"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { comity, command } from "../../../test/support/node.ts"
import { openInProcess } from "../../../test/support/node-in-process.ts"
import { addPartner, sealingParts } from "../../../test/support/sealed-scene.ts"
import { inPieces, opened, sealedVectors, whole } from "../../../test/support/sealing.ts"
import { tempFolder } from "../../../test/support/temp.ts"
import { newSealKey, sealTo } from "../../crypto/index.ts"
import { callArguments, parseInvocation, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { addOwnParty } from "../../parties/index.ts"
import { sealedDeclarations, sealedHandlers } from "./commands.ts"

const node = await openInProcess()
after(() => node.close())
await node.store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
const partner = await addPartner(node)
const handlers = sealedHandlers(sealingParts(node))

/** A command as it is typed, asked of the node: its result, what a person reads, and the bytes that it wrote. */
async function typed(words: string[], input: Buffer = Buffer.alloc(0)) {
  const name = words.slice(0, 2).join(" ")
  const declaration = sealedDeclarations.find((one) => one.name === name)
  const handler = handlers[name]
  assert.ok(declaration !== undefined && handler !== undefined, name)
  const [given = {}] = callArguments(parseInvocation(declaration, words.slice(2)))
  const written: Uint8Array[] = []
  const result: Json = await handler({
    ...{ arguments: given, input: inPieces(input), progress: async () => {}, signal: AbortSignal.any([]) },
    write: async (piece) => void written.push(piece),
  })
  return { result, lines: declaration.show(translator("en"), result), bytes: Buffer.concat(written) }
}

test("a key is made, registered, published, listed and retired by commands", async () => {
  const { recipient } = await newSealKey("x25519")
  const { lines } = await typed(["seal-key", "add", "Our desk", recipient, "--publish"])
  const [id = ""] = lines
  assert.match(id, /^sealing-key--/)
  assert.deepEqual((await typed(["seal-key", "list"])).lines, [
    [id, "desk", "Our desk", "Partners can use it", recipient].join("\t"),
  ])
  await typed(["seal-key", "retire", id])
  assert.match((await typed(["seal-key", "list"])).lines[0] ?? "", /Out of use/)
  await assert.rejects(typed(["seal-key", "publish", id]), { code: "seal-key.retired" })
  const nobody = typed(["seal-key", "add", "X", recipient, "--person", "nobody"])
  await assert.rejects(nobody, { kind: "not-found", code: "account.gone" })
})

test("a file is sealed and sent to whom the card names, and its ciphertext can be had again", async () => {
  const send = ["sealed", "send", "/cases/報告.txt", "--to", "CSIRT Nord", "--purpose", "Case 17"]
  const { result } = await typed([...send, "--recipient", "Night desk"], Buffer.from("Content"))
  const { id } = result as { id: string }
  const { bytes } = await typed(["sealed", "get", id])
  const { label, content } = await opened(bytes, [partner.recipients[0]?.identity ?? ""])
  assert.deepEqual([label.name, label.type, label.tlp, String(content)], ["報告.txt", "text/plain", "red", "Content"])
  assert.match((await typed(["sealed", "list"])).lines[0] ?? "", new RegExp(`^${id}\\t.*Sent.*TLP:RED\tOn its way$`))
  await assert.rejects(typed(["sealed", "remove", id]), { code: "sealed.under-way" })
  await assert.rejects(typed([...send, "--recipient", "Somebody"]), { code: "sealed.not-theirs" })
  await assert.rejects(typed(["sealed", "send", "x", "--to", "Nobody", "--purpose", "x", "--recipient", "x"]), {
    code: "peer.unknown",
  })
})

const folder = tempFolder()
const at = (name: string) => join(folder, name)

/** A command in a folder where there is no node. */
const alone = (args: string[], env: Record<string, string> = {}) => command(args, { env })

async function sealedFile(recipient: string, name: string, content = "Evidence"): Promise<string> {
  const label = { ...sealedVectors.label, name }
  const path = at(`${name.replaceAll(/\W/g, "")}-${readdirSync(folder).length}.age`)
  writeFileSync(path, await whole(sealTo([recipient as never], label, inPieces(Buffer.from(content)))))
  return path
}

test("a person makes a key and opens a file where there is no node", async () => {
  const made = await comity(["seal-key", "new", "--out", at("me.key"), "--json"])
  const { recipient } = JSON.parse(made.stdout) as { recipient: string }
  assert.equal(statSync(at("me.key")).mode & 0o777, 0o600)
  assert.match(readFileSync(at("me.key"), "utf8"), /^# created: .*\n# public key: age1\S+\nAGE-SECRET-KEY-1\S+\n$/)
  const again = await alone(["seal-key", "new", "--out", at("me.key")])
  assert.equal(again.status, 1)
  const file = await sealedFile(recipient, "note.txt")
  const { status, stdout, stderr } = await alone([
    "sealed",
    "open",
    file,
    "--identity",
    at("me.key"),
    "--out",
    at("out"),
  ])
  assert.equal(status, 0, stderr)
  assert.match(stdout, /from identity--3c1d9a52\S+, TLP:RED/)
  assert.equal(readFileSync(at("out"), "utf8"), "Evidence")
  assert.equal(statSync(at("out")).mode & 0o777, 0o600)
  const over = await alone(["sealed", "open", file, "--identity", at("me.key"), "--out", at("out")])
  assert.equal(over.status, 1, "nothing is overwritten")
})

test("a key may be protected, resist quantum computers, and go to the terminal", async () => {
  const env = { COMITY_IDENTITY_PASSPHRASE: "three words are better" }
  const { stdout } = await alone(
    ["seal-key", "new", "--post-quantum", "--protect", "--out", at("pq.key"), "--json"],
    env,
  )
  const { recipient } = JSON.parse(stdout) as { recipient: string }
  assert.match(recipient, /^age1pq1/)
  assert.match(readFileSync(at("pq.key"), "utf8"), /^-----BEGIN AGE ENCRYPTED FILE-----/)
  const file = await sealedFile(recipient, "q.txt")
  const open = ["sealed", "open", file, "--identity", at("pq.key"), "--out", at("q-out")]
  assert.equal((await alone(open, { COMITY_IDENTITY_PASSPHRASE: "wrong" })).status, 1)
  assert.equal((await alone(open, env)).status, 0)
  const shown = await alone(["seal-key", "new"])
  assert.match(shown.stdout, /\nAGE-SECRET-KEY-1\S+\n$/)
})

test("a wrong key, a changed file or a crooked one leaves nothing behind", async () => {
  const [mine, other] = [await newSealKey("x25519"), await newSealKey("x25519")]
  writeFileSync(at("mine.key"), mine.identity)
  writeFileSync(at("not.key"), "hello")
  const theirs = await sealedFile(other.recipient, "theirs.txt")
  const good = await sealedFile(mine.recipient, "good.txt")
  const changed = at("changed.age")
  const bytes = readFileSync(good)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(changed, bytes)
  const before = readdirSync(folder).length
  for (const [file, key, why] of [
    [theirs, "mine.key", /sealed to somebody else/],
    [changed, "mine.key", /damaged/],
    [at("not.key"), "mine.key", /damaged/],
    [good, "not.key", /no file with private keys/],
    [good, "missing.key", /no file/],
    [at("missing.age"), "mine.key", /no file/],
  ] as const) {
    const { status, stderr } = await alone(["sealed", "open", file, "--identity", at(key), "--out", at("nothing")])
    assert.ok(status !== 0)
    assert.match(stderr, why)
  }
  assert.equal(readdirSync(folder).length, before)
})
