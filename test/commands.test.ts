import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { helpOf, translator } from "../src/http/index.ts"
import { declarations } from "../src/main.ts"
import { call } from "./support/http.ts"
import { comity, command, run, startNode } from "./support/node.ts"
import { indicator, malware, objectTexts, text } from "./support/stix.ts"
import { basic, taxii } from "./support/taxii.ts"
import { tempFolder } from "./support/temp.ts"

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const PASSWORD = { COMITY_PASSWORD: "long enough to be one" }
const FORMS: Record<string, string[]> = {
  serve: ["--data", "--port", "--host", "--tls-cert", "--tls-key", "--behind-proxy", "--max-content-length"],
  "collection add": ["--data", "--id", "--alias", "--json"],
  "collection list": ["--data", "--json"],
  "account add": ["--data", "--admin", "--grant", "--json", "COMITY_PASSWORD"],
  "account list": ["--data", "--json"],
  "account remove": ["--data", "--json"],
  "token add": ["--data", "--grant", "--for", "--use", "--json"],
  "token list": ["--data", "--json"],
  "token remove": ["--data", "--json"],
  import: ["--data", "--collection", "--tlp", "--json"],
  export: ["--data", "--collection", "--type", "--since", "--for", "--use"],
  "log verify": ["--data", "--collection", "--json"],
  "log export": ["--data", "--collection", "--json"],
}

const node = await startNode()
after(() => node.stop())
const { data } = node
/** A second node for the same folder: it may hope for ten seconds that the first goes, so it hopes beside the tests. */
const rival = comity(["serve", "--data", data, "--port", "0"])
const asking = (args: string[], env = {}) => run([...args, "--data", data], env)
const json = async <Result>(args: string[], env = {}) => JSON.parse(await asking([...args, "--json"], env)) as Result
type Listed = { name: string; rights: { [collection: string]: string } }[]

/** Of what is wrong or impossible, what a process is started for: its exit status is what the command gave. */
const STARTED: ReadonlySet<string | undefined> = new Set(["serve", "nonsense", "export"])

/** Everything in the folder, as one text; sockets have none. */
function contents(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n")
}

test("each command explains itself and its options on --help", async () => {
  for (const [form, options] of Object.entries(FORMS)) {
    const declaration = declarations.find(({ name }) => name === form)
    assert.ok(declaration !== undefined, form)
    const shown = helpOf(translator("en"), declaration).join("\n")
    for (const option of options) assert.ok(shown.includes(option), `comity ${form} --help is silent about ${option}`)
  }
  const { status, stdout } = await comity(["--help"])
  assert.equal(status, 0)
  for (const form of Object.keys(FORMS)) assert.ok(stdout.includes(form), `comity --help is silent about ${form}`)
  const one = await command(["collection", "add", "--help"])
  assert.deepEqual([one.status, one.stderr], [0, ""])
  for (const option of FORMS["collection add"] ?? []) assert.ok(one.stdout.includes(option), option)
})

test("what cannot be understood ends with 2, says why on standard error, and does nothing", async () => {
  const wrong = [
    ["nonsense"],
    ["collection"],
    ["collection", "nonsense"],
    ["collection", "add", "--data", data],
    ["collection", "add", "A", "B", "--data", data],
    ["collection", "list", "--nonsense", "--data", data],
    ["export", "--data", data],
    ["serve", "--data", data, "--port", "banana"],
    ["serve", "--data", data, "--port", "70000"],
    ["import", import.meta.filename, "--data", data, "--collection", "x", "--tlp", "purple"],
  ]
  for (const args of wrong) {
    const { status, stdout, stderr } = await (STARTED.has(args[0]) ? comity : command)(args)
    assert.equal(status, 2, `comity ${args.join(" ")}\n${stdout}${stderr}`)
    assert.equal(stdout, "")
    assert.ok(stderr.length > 10)
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace is no explanation")
  }
  assert.deepEqual(await json(["collection", "list"]), [])
})

test("what is understood but cannot be done ends with 1 and names the reason", async () => {
  await asking(["collection", "add", "Once", "--alias", "once"])
  const impossible = [
    ["collection", "add", "Twice", "--alias", "once"],
    ["export", "--collection", "nowhere"],
    ["log", "verify", "--collection", "nowhere"],
    ["token", "add", "x", "--grant", "nowhere:r"],
    ["token", "remove", "nobody"],
    ["account", "remove", "nobody"],
    ["import", join(data, "no-such-file"), "--collection", "once"],
  ]
  for (const args of impossible) {
    const { status, stdout, stderr } = await (STARTED.has(args[0]) ? comity : command)([...args, "--data", data])
    assert.equal(status, 1, `comity ${args.join(" ")}\n${stdout}${stderr}`)
    assert.ok(stderr.length > 10)
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m)
  }
})

test("collection add prints the id alone, and takes an id and an alias", async () => {
  const { status, stdout } = await comity(["collection", "add", "Indicators 指標", "--data", data])
  assert.equal(status, 0)
  assert.match(stdout.trimEnd(), UUID)
  const wanted = "3b1f7c84-2c1a-4a56-9a54-0d5a3f7e1c11"
  assert.equal(await asking(["collection", "add", "Chosen", "--id", wanted, "--alias", "chosen"]), wanted)
  const listed = await json<{ id: string; title: string; alias: string | null }[]>(["collection", "list"])
  const shown = listed.map(({ id, title, alias }) => [id, title, alias])
  assert.ok(shown.some(([id, title]) => id === stdout.trimEnd() && title === "Indicators 指標"))
  assert.ok(shown.some(([id, , alias]) => id === wanted && alias === "chosen"))
  assert.match(await asking(["collection", "list"]), /Indicators 指標/)
})

test("a fresh node has no account; one comes with a password from the environment and goes at once", async () => {
  assert.equal((await taxii(() => node.url, basic("admin", "admin")).get("/taxii2/")).status, 401)
  const nameless = await comity(["account", "add", "ana", "--data", data])
  assert.notEqual(nameless.status, 0, "without a terminal and without COMITY_PASSWORD there is no password")
  const collection = await asking(["collection", "add", "For Ana"])
  await asking(["account", "add", "ana", "--grant", `${collection}:rw`], PASSWORD)
  const ana = taxii(() => node.url, basic("ana", PASSWORD.COMITY_PASSWORD))
  await ana.put(collection, indicator())
  const listed = await json<Listed>(["account", "list"])
  assert.deepEqual(listed.find(({ name }) => name === "ana")?.rights, { [collection]: "rw" })
  assert.equal((await command(["account", "add", "ana", "--data", data], { env: PASSWORD })).status, 1)
  await asking(["account", "remove", "ana"])
  assert.equal((await ana.get("/taxii2/")).status, 401)
  assert.ok(!contents(data).includes(PASSWORD.COMITY_PASSWORD), "the password is in the data folder")
})

test("a token is printed once and alone, is kept nowhere, works by alias grants, and dies when removed", async () => {
  const collection = await asking(["collection", "add", "For programs", "--alias", "programs"])
  const { stdout } = await command(["token", "add", "siem", "--data", data, "--grant", "programs:r"])
  const token = stdout.trimEnd()
  assert.match(token, /^\S{20,}$/)
  const siem = taxii(() => node.url, `Bearer ${token}`)
  assert.equal((await siem.get(`collections/${collection}/objects/`)).status, 200)
  assert.ok(!contents(data).includes(token), "the token is in the data folder")
  assert.ok(!(await asking(["token", "list"])).includes(token))
  const listed = await json<Listed>(["token", "list"])
  assert.deepEqual(listed.find(({ name }) => name === "siem")?.rights, { [collection]: "r" })
  const second = await json<{ token: string }>(["token", "add", "soar", "--grant", "programs:rw"])
  assert.notEqual(second.token, token)
  await asking(["token", "remove", "siem"])
  assert.equal((await siem.get("/taxii2/")).status, 401)
  assert.equal((await taxii(() => node.url, `Bearer ${second.token}`).get("/taxii2/")).status, 200)
})

test("export writes a bundle of the exact bytes, by type and from a time on", async () => {
  const collection = await asking(["collection", "add", "Exported", "--alias", "exported"])
  const token = await asking(["token", "add", "exporter", "--grant", "exported:rw"])
  const client = taxii(() => node.url, `Bearer ${token}`)
  const objects = [indicator(), malware(), indicator()].map((object) => JSON.stringify(object, null, 2))
  for (const object of objects) await client.put(collection, object)
  const exported = async (...more: string[]) => asking(["export", "--collection", "exported", ...more])
  const whole = await exported()
  assert.match((JSON.parse(whole) as { id: string }).id, /^bundle--/)
  assert.deepEqual(objectTexts(whole), objects)
  assert.deepEqual(objectTexts(await exported("--type", "malware")), [objects[1]])
  assert.deepEqual(objectTexts(await exported("--type", "malware", "--type", "indicator")), objects)
  const [, second] = await client.manifest(collection)
  assert.deepEqual(objectTexts(await exported("--since", second?.date_added ?? "")).at(-1), objects[2])
  assert.equal((JSON.parse(await exported("--since", "2999-01-01T00:00:00Z")) as { objects?: [] }).objects, undefined)
})

test("an export whose reader has gone ends and says so in one line", async () => {
  const collection = await asking(["collection", "add", "Long", "--alias", "long"])
  const token = await asking(["token", "add", "long-writer", "--grant", "long:rw"])
  await taxii(() => node.url, `Bearer ${token}`).put(collection, indicator({ description: "x".repeat(2_000_000) }))
  const pipe = '"$0" bin/comity.js export --data "$1" --collection long | head -c 1'
  const cwd = join(import.meta.dirname, "..")
  const { stdout, stderr } = spawnSync("sh", ["-c", pipe, process.execPath, data], { cwd, encoding: "utf8" })
  assert.deepEqual([stdout, stderr], ["{", "Nobody reads the output any more.\n"])
})

test("log verify passes on what was written; log export can be checked by Python alone", async (t) => {
  const collection = await asking(["collection", "add", "Proven", "--alias", "proven"])
  const client = taxii(() => node.url, `Bearer ${await asking(["token", "add", "prover", "--grant", "proven:rw"])}`)
  const objects = Array.from({ length: 30 }, () => indicator({ name: "proof" }))
  await client.put(collection, ...objects)
  await client.call("DELETE", `collections/${collection}/objects/${objects[7]?.id}/`)
  await asking(["log", "verify", "--collection", "proven"])
  const folder = join(tempFolder(), "export")
  await asking(["log", "export", folder, "--collection", "proven"])
  assert.ok(readFileSync(join(folder, "bodies.bin"), "utf8").includes(text(objects[0] ?? "")))
  assert.ok(!contents(folder).includes(objects[7]?.id ?? "-"), "an erased object is in the export")
  const python = spawnSync("python3", [join(folder, "verify.py"), folder], { encoding: "utf8" })
  if (python.error) return t.diagnostic("verify.py was not run: there is no python3 here")
  assert.equal(python.status, 0, python.stdout + python.stderr)
})

test("commands do the same while no node runs, also several at once", async () => {
  const alone = join(tempFolder(), "d")
  const titles = ["A", "B", "C", "D", "E", "F"]
  const added = await Promise.all(titles.map((title) => comity(["collection", "add", title, "--data", alone])))
  const ids = added.map(({ stdout }) => stdout.trim())
  assert.equal(new Set(ids).size, titles.length)
  const listed = JSON.parse(await run(["collection", "list", "--data", alone, "--json"])) as { title: string }[]
  assert.deepEqual(listed.map(({ title }) => title).toSorted(), titles)
  await run(["log", "verify", "--data", alone, "--collection", ids[0] ?? ""])
})

test("a password that is quickly guessed is not taken", async () => {
  const { status, stderr } = await command(["account", "add", "short", "--data", node.data], {
    env: { COMITY_PASSWORD: "ten signs!" },
  })
  assert.equal(status, 2)
  assert.match(stderr, /12/)
})

test("a password may hold any letters, and is the same in either Unicode form", async () => {
  const secret = "pässwörd 密碼 😀"
  await asking(["account", "add", "Zoë", "--grant", "once:r"], { COMITY_PASSWORD: secret.normalize("NFC") })
  for (const form of ["NFC", "NFD"] as const) {
    const zoe = taxii(() => node.url, basic("Zoë", secret.normalize(form)))
    assert.equal((await zoe.get("/taxii2/")).status, 200, form)
  }
})

test("a body that was erased is nowhere in the data folder once the node has stopped", async () => {
  const folder = join(tempFolder(), "d")
  const collection = await run(["collection", "add", "Forgetful", "--data", folder])
  const token = await run(["token", "add", "writer", "--data", folder, "--grant", `${collection}:rw`])
  const other = await startNode({ data: folder })
  const client = taxii(() => other.url, `Bearer ${token}`)
  const secret = indicator({ name: "to-be-forgotten" })
  await client.put(collection, indicator({ name: "to-be-remembered" }), secret)
  await client.add(collection, { ...secret, name: "to-be-forgotten too: in conflict" })
  await client.call("DELETE", `collections/${collection}/objects/${secret.id}/`)
  await other.stop()
  const kept = contents(folder)
  assert.ok(kept.includes("to-be-remembered"))
  assert.ok(!kept.includes("to-be-forgotten"))
})

test("offline keys lie open until a passphrase is given, and sealed afterwards", async () => {
  const folder = join(tempFolder(), "d")
  await run(["collection", "add", "Any", "--data", folder])
  const keys = () => readdirSync(join(folder, "keys")).map((file) => readFileSync(join(folder, "keys", file), "utf8"))
  const open = () => keys().filter((key) => key.includes("PRIVATE KEY")).length
  assert.equal(open(), 3)
  await run(["key", "seal", "--data", folder], { COMITY_KEY_PASSPHRASE: "twelve letters and more" })
  assert.equal(open(), 1, "only the current key signs every day")
  assert.ok(keys().some((key) => key.startsWith("-----BEGIN AGE ENCRYPTED FILE-----")))
})

test("a port that is taken is said so", async () => {
  const args = ["serve", "--data", join(tempFolder(), "d"), "--port", String(node.port)]
  const { status, stdout, stderr } = await comity(args)
  assert.notEqual(status, 0)
  assert.ok(!stdout.includes("Comity is ready"))
  assert.match(stderr, new RegExp(String(node.port)))
  assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m)
})

test("what fails after it took the folder lets go of it and ends", async () => {
  const folder = join(tempFolder(), "d")
  mkdirSync(join(folder, "comity.sock"), { recursive: true })
  assert.equal((await comity(["collection", "list", "--data", folder])).status, 1)
  assert.equal((await comity(["serve", "--data", folder, "--port", "0"])).status, 1)
  rmdirSync(join(folder, "comity.sock"))
  mkdirSync(join(folder, "keys/offline-keys.age.new"))
  const env = { COMITY_KEY_PASSPHRASE: "a passphrase that cannot be used" }
  assert.equal((await comity(["serve", "--data", folder, "--port", "0"], { env })).status, 1)
  assert.match(await run(["collection", "add", "T", "--data", folder]), UUID)
})

test("a data folder has one owner: a second node is refused and the first goes on", async () => {
  const { status, stderr, stdout } = await rival
  assert.notEqual(status, 0)
  assert.ok(stderr.length > 10)
  assert.ok(!stdout.includes("Comity is ready"))
  assert.equal((await call("GET", `${node.url}/health`)).status, 200)
})

test("a data folder whose path is too long for a socket is refused with an explanation", async () => {
  const long = join(tempFolder(), "x".repeat(120))
  for (const args of [
    ["serve", "--port", "0"],
    ["collection", "list"],
  ]) {
    const { status, stderr } = await comity([...args, "--data", long])
    assert.notEqual(status, 0)
    assert.match(stderr, /path/i)
  }
})

test("nobody but the owner reaches the socket and the keys", () => {
  const rights = (path: string) => statSync(path).mode & 0o077
  assert.equal(rights(join(data, "comity.sock")), 0)
  const keys = readdirSync(join(data, "keys"))
  assert.ok(keys.length > 0)
  for (const file of keys) assert.equal(rights(join(data, "keys", file)), 0, file)
})

test("a node says once where it is, tells its health to anyone, and its diagnostics are JSON lines", async () => {
  const ready = node.stdout().match(/^Comity is ready at http:\/\/127\.0\.0\.1:\d+$/gm)
  assert.equal(ready?.length, 1)
  assert.equal((await call("GET", `${node.url}/health`)).status, 200)
  await call("GET", `${node.url}/taxii2/`)
  for (const line of node.stderr().split("\n").filter(Boolean)) {
    const { at, level, event } = JSON.parse(line) as { [name: string]: string }
    assert.ok(at && level && event, line)
  }
})

test("settings come from flags or the environment, and the flag wins", async () => {
  const folder = join(tempFolder(), "d")
  const env = { COMITY_MAX_CONTENT_LENGTH: "123456" }
  const token = await run(["token", "add", "reader", "--data", folder])
  for (const [args, wanted] of [[[], 123_456] as const, [["--max-content-length", "234567"], 234_567] as const]) {
    const other = await startNode({ data: folder, env, args: [...args] })
    const root = await taxii(() => other.url, `Bearer ${token}`).get("")
    assert.equal(root.json<{ max_content_length: number }>().max_content_length, wanted)
    await other.stop()
  }
})

test("completion prints a script that the shell can read and that knows the commands", async (t) => {
  const { status, stdout } = await comity(["completion"])
  assert.equal(status, 0)
  for (const word of ["serve", "collection", "account", "token", "import", "export", "log"]) {
    assert.ok(stdout.includes(word), word)
  }
  const bash = spawnSync("bash", ["-n"], { input: stdout, encoding: "utf8" })
  if (bash.error) return t.diagnostic("the script was not read by bash: there is none here")
  assert.equal(bash.status, 0, bash.stderr)
})
