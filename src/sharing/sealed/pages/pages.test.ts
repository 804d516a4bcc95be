import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { readable } from "../../../../test/support/collection-server.ts"
import { startLibrary } from "../../../../test/support/library-server.ts"
import type { Role } from "../../../../test/support/pages.ts"
import { addKey, addPartner, arrive, sealingParts } from "../../../../test/support/sealed-scene.ts"
import { opened } from "../../../../test/support/sealing.ts"
import { newSealKey } from "../../../crypto/index.ts"
import { sha256 } from "../../../kernel/hash.ts"
import { addOwnParty } from "../../../parties/index.ts"
import { listKeys } from "../keys.ts"
import { sealedPages } from "./routes.ts"

const server = await startLibrary(undefined, (node) => sealedPages(sealingParts(node)))
after(() => server.close())
const { node } = server
await node.store.write((tx) => addOwnParty(tx, { name: "Harbour CERT", kind: "government", place: "FI" }, null))
const partner = await addPartner(node)
const [desk, aiko] = partner.recipients
assert.ok(desk !== undefined && aiko !== undefined)

const HOME = "/share/sealed"
const page = async (path: string, who: Role = "officer", status = 200) => {
  const answer = await server.get(path, who)
  const text = await answer.text()
  assert.equal(answer.status, status, text)
  return text
}

type Sent = { recipient?: readonly string[]; tlp?: string; purpose?: string; text?: string; file?: File }

/** The form of a new file, as a browser sends it. */
function seal(sent: Sent, who: Role | null = "officer"): Promise<Response> {
  const form = new FormData()
  form.append("party", partner.party)
  for (const one of sent.recipient ?? [desk?.recipient ?? ""]) form.append("recipient", one)
  form.append("tlp", sent.tlp ?? "red")
  form.append("purpose", sent.purpose ?? "Case 17")
  form.append("file", sent.file ?? new File([], ""))
  form.append("text", sent.text ?? "")
  const { host } = new URL(server.origin)
  const headers = { host, origin: server.origin, ...(who === null ? {} : { cookie: server.cookies[who] }) }
  return fetch(`${server.origin}${HOME}/new`, { method: "POST", redirect: "manual", headers, body: form })
}

const location = (answer: Response) => String(answer.headers.get("location"))

test("an officer seals a text, sees who can open it, and sends it", async () => {
  const home = location(
    await seal({ text: "Call at nine\r\nby the usual way", recipient: [desk.recipient, aiko.recipient] }),
  )
  assert.match(home, /^\/share\/sealed\/sealed--[0-9a-f-]{36}$/)
  const draft = readable(await page(home))
  assert.match(draft, /Send this sealed file\? .*CSIRT Nord.*Night desk desk.*Aiko Tanaka person/)
  assert.match(draft, /TLP:RED.*typed text.*Case 17.*cannot be taken back/)
  assert.doesNotMatch(draft, /Call at nine/, "nobody shows what is sealed")
  const file = Buffer.from(await (await server.get(`${home}/file`, "officer")).arrayBuffer())
  for (const { identity } of [desk, aiko]) {
    const { content, label } = await opened(file, [identity])
    assert.deepEqual([String(content), label.name, label.tlp], ["Call at nine\nby the usual way", "", "red"])
  }
  assert.equal(location(await server.post(`${home}/send`, [], "officer")), `${home}?done=sent`)
  assert.match(
    readable(await page(`${home}?done=sent`)),
    /On its way.*The receipt of the partner's node will stand here/,
  )
  assert.match(readable(await page(HOME)), /CSIRT Nord Case 17 Night desk desk and 1 more TLP:RED ◐ On its way/)
  assert.equal((await server.post(`${home}/send`, [], "officer")).status, 409)
})

test("nothing of the content of a file is in the data folder, in the page or in its address", async () => {
  const secret = `marker ${sha256("a secret of nobody").toString("hex")}`
  const file = new File([`%PDF ${secret}`], "the-informant.pdf", { type: "application/pdf" })
  const home = location(await seal({ file, tlp: "amber+strict" }))
  assert.match(readable(await page(home)), /the-informant\.pdf/, "its name is shown while somebody decides")
  await server.post(`${home}/send`, [], "officer")
  await node.store.write(async (tx) => void tx.now)
  const everything = readdirSync(node.folder.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n")
  assert.ok(!everything.includes(secret))
  assert.ok(!(await page(home)).includes("the-informant"), "and not after it")
  const { content, label } = await opened(
    Buffer.from(await (await server.get(`${home}/file`, "officer")).arrayBuffer()),
    [desk.identity],
  )
  assert.equal(String(content), `%PDF ${secret}`)
  assert.deepEqual([label.name, label.type, label.tlp], ["the-informant.pdf", "application/pdf", "amber+strict"])
})

test("a form that does not fit comes back with what was typed, and keeps nothing", async () => {
  const before = node.meddle("select id from sealed").length
  const { recipient: stranger } = await newSealKey("x25519")
  const bad: [Sent, RegExp][] = [
    [{ text: "" }, /nothing in it to seal/],
    [{ text: "x", recipient: [] }, /Nobody is named/],
    [{ text: "x", recipient: [stranger] }, /does not name this recipient/],
    [{ text: "x", purpose: " " }, /why it is sent/],
    [{ text: "x", tlp: "purple" }, /one of the TLP levels/],
  ]
  for (const [sent, why] of bad) {
    const answer = await seal({ purpose: "Kept words", ...sent })
    const text = await answer.text()
    assert.equal(answer.status, 400)
    assert.match(readable(text), why)
    if (sent.purpose === undefined) assert.match(text, /Kept words/)
  }
  assert.equal(node.meddle("select id from sealed").length, before)
  assert.equal((await server.post(`${HOME}/new`, [["party", partner.party]], "officer")).status, 400)
})

test("a draft is discarded as if it had never been", async () => {
  const home = location(await seal({ text: "never mind" }))
  assert.equal(location(await server.post(`${home}/discard`, [], "officer")), `${HOME}?done=discarded`)
  await page(home, "officer", 404)
})

test("only officers seal, send and remove, and after a fresh proof", async (t) => {
  const home = location(await seal({ text: "x" }))
  for (const who of ["reader", "analyst", "administrator", null] as const) {
    assert.equal((await seal({ text: "x" }, who)).status, who === null ? 401 : 403)
    for (const what of ["send", "discard", "remove"]) {
      assert.equal((await server.post(`${home}/${what}`, [], who)).status, who === null ? 401 : 403)
    }
  }
  await page(home, "analyst", 404)
  node.clock.forward(11 * 60_000_000)
  t.after(() => node.clock.forward(-11 * 60_000_000))
  assert.match(location(await server.post(`${home}/send`, [], "officer")), /^\/step-up\?/)
  assert.match(location(await server.get(`${HOME}/new`, "officer")), /^\/step-up\?/)
})

test("what came is seen by whom it is for, and the ciphertext is given to them alone", async () => {
  const own = await addKey(node, { kind: "desk", name: "Our desk", owner: null })
  const id = await arrive(node, partner, {
    to: [{ name: "Our desk", kind: "desk", recipient: own.recipient }],
    content: "Hello",
  })
  const text = readable(await page(`${HOME}/${id}`, "analyst"))
  assert.match(text, /Sealed file from CSIRT Nord ● Here, sealed/)
  assert.match(text, /Your private key and what is inside stay in this browser/)
  assert.match(text, /comity sealed open/)
  for (const what of ["", "/file", "/message", "/receipt"]) await page(`${HOME}/${id}${what}`, "reader", 404)
  const message = await server.get(`${HOME}/${id}/message`, "analyst")
  assert.match(await message.text(), /^comity\/sealed\/v1\n\{.*"tlp":"red".*\n\n— identity--/)
  assert.match(
    String(message.headers.get("content-disposition")),
    /^attachment; filename="sealed--[0-9a-f-]{36}\.message\.txt"$/,
  )
  const file = await server.get(`${HOME}/${id}/file`, "analyst")
  assert.equal(file.headers.get("content-type"), "application/octet-stream")
  assert.equal(String((await opened(Buffer.from(await file.arrayBuffer()), [own.identity])).content), "Hello")
  assert.match(readable(await page(`${HOME}/${id}/remove`)), /removes nothing at the other side/)
  await server.post(`${HOME}/${id}/remove`, [], "officer")
  assert.match(readable(await page(`${HOME}/${id}`, "analyst")), /ciphertext removed/)
  await page(`${HOME}/${id}/file`, "analyst", 404)
})

const KEYS = `${HOME}/keys`
const register = (kind: string, name: string, recipient: string, who: Role) =>
  server.post(KEYS, Object.entries({ kind, name, recipient }), who)

test("a person registers a key of their own, an officer lets partners use it, and either retires it", async () => {
  const { recipient } = await newSealKey("x25519")
  assert.equal(location(await register("person", "Rita", recipient, "reader")), `${KEYS}?done=registered`)
  const key = (await listKeys(node.store)).find((one) => one.recipient === recipient)
  assert.ok(key?.owner)
  assert.match(readable(await page(KEYS, "reader")), /Rita person age1.*Registered, not shown to partners/)
  assert.doesNotMatch(readable(await page(KEYS, "analyst")), /Rita/)
  for (const who of ["reader", "analyst"] as const)
    assert.equal((await server.post(`${KEYS}/${key.id}/publish`, [], who)).status, 403)
  assert.equal((await server.post(`${KEYS}/${key.id}/retire`, [], "analyst")).status, 404)
  assert.match(
    readable(await page(`${KEYS}/${key.id}/publish`)),
    /card .* will name this key.*Compare the key with its person/,
  )
  assert.equal(location(await server.post(`${KEYS}/${key.id}/publish`, [], "officer")), `${KEYS}?done=published`)
  assert.match(readable(await page(KEYS, "reader")), /Rita person age1.*Partners can use it/)
  assert.equal(location(await server.post(`${KEYS}/${key.id}/retire`, [], "reader")), `${KEYS}?done=retired`)
  assert.match(readable(await page(KEYS, "reader")), /Rita person age1.*Out of use/)
})

test("a desk's key is an officer's to register", async () => {
  const { recipient } = await newSealKey("hybrid")
  for (const who of ["reader", "analyst"] as const)
    assert.equal((await register("desk", "Night desk", recipient, who)).status, 403)
  assert.equal((await register("desk", "Night desk", recipient, "officer")).status, 303)
  assert.equal((await register("desk", "Night desk", recipient, "officer")).status, 400, "once")
})

test("a private key in the field for the public one is refused, and not shown again", async () => {
  const { identity } = await newSealKey("x25519")
  for (const name of ["Ana", ""]) {
    const answer = await register("person", name, identity, "analyst")
    const text = await answer.text()
    assert.equal(answer.status, 400)
    assert.ok(!text.includes(identity))
    if (name !== "") assert.match(readable(text), /This is a private key/)
  }
})

test("no field for a private key has a name that a form could send", async () => {
  const own = await addKey(node, { kind: "desk", name: "Another desk", owner: null })
  const to = [{ name: "Another desk", kind: "desk", recipient: own.recipient }] as const
  const id = await arrive(node, partner, { to, content: "x" })
  for (const path of [`${HOME}/${id}`, KEYS]) {
    const text = await page(path, "analyst")
    const fields = text.match(/<(?:input|textarea)[^>]*data-(?:key-text|key-file|phrase)[^>]*>/g) ?? []
    assert.ok(fields.length > 0, path)
    for (const field of fields) assert.doesNotMatch(field, /\sname=/)
  }
})
