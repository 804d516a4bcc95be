import assert from "node:assert/strict"
import { after, test } from "node:test"
import { systemClock } from "../src/kernel/time.ts"
import { type Answer, call } from "./support/http.ts"
import { run, startNode } from "./support/node.ts"
import { codeAt } from "./support/one-time-code.ts"

const PASSWORD = "correct horse battery staple"
const node = await startNode()
after(() => node.stop())
const origin = node.url.replace("127.0.0.1", "localhost")

/** A browser without scripts: it keeps cookies, sends forms with its origin, and follows no redirect by itself. */
class Browser {
  readonly #jar = new Map<string, string>()
  readonly setCookies: string[] = []

  get(path: string): Promise<Answer> {
    return this.#send("GET", path)
  }

  post(path: string, fields: Record<string, string>, from = origin): Promise<Answer> {
    return this.#send("POST", path, new URLSearchParams(fields).toString(), {
      origin: from,
      "content-type": "application/x-www-form-urlencoded",
    })
  }

  async #send(method: string, path: string, body?: string, more: Record<string, string> = {}): Promise<Answer> {
    const cookie = [...this.#jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const headers = { host: new URL(origin).host, "user-agent": "Test/1.0", cookie, ...more }
    const answer = await call(method, node.url + path, { headers, ...(body === undefined ? {} : { body }) })
    for (const text of answer.headers["set-cookie"] ?? []) {
      this.setCookies.push(text)
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (value === "") this.#jar.delete(name)
      else this.#jar.set(name, value)
    }
    return answer
  }
}

const ada = new Browser()
let secret = ""

/** The value of a field that the form carries along; the last one, since the frame has forms of its own. */
function hidden({ text }: Answer, name: string): string {
  const found = [...text.matchAll(new RegExp(`name="${name}" value="([^"]*)"`, "g"))].at(-1)
  return found?.[1] ?? assert.fail(`no field ${name}`)
}

function goesTo({ status, headers }: Answer, path: string): void {
  assert.deepEqual([status, headers.location], [303, path])
}

/** Codes work once; the next one is taken half a minute early. */
let steps = 0
const nextCode = () => codeAt(secret, systemClock.now(), steps++ % 2)

test("a node is set up by forms alone, from the link of its first start, once", async () => {
  const path = /http:\/\/localhost:\d+(\/setup\/\S+)/.exec(node.stdout())?.[1] ?? assert.fail(node.stdout())
  assert.equal((await ada.get("/setup/wrong")).status, 404)
  assert.equal((await ada.get(path)).status, 200)
  const nowhere = { party: "Harbour <b>CERT</b>", kind: "government", place: "XX" }
  assert.equal((await ada.post(path, nowhere)).status, 400)
  const party = { ...nowhere, place: "FI" }
  const second = await ada.post(path, party)
  assert.equal(hidden(second, "place"), "FI")
  assert.equal((await ada.post(path, { ...party, name: "", role: "analyst", language: "en" })).status, 400)
  goesTo(
    await ada.post(path, { ...party, name: "Ada", role: "analyst", language: "en" }),
    "/account/enrol?to=/setup/keys",
  )
  assert.equal((await ada.get(path)).status, 404)
  goesTo(await ada.get("/"), "/account/enrol")
  const enrol = await ada.get("/account/enrol?to=/setup/keys")
  assert.ok(enrol.text.includes("Harbour &lt;b&gt;CERT&lt;/b&gt;") && !enrol.text.includes("<b>CERT"))
  secret = hidden(enrol, "secret")
  const given = { secret, password: PASSWORD, to: "/setup/keys" }
  const wrong = await ada.post("/account/enrol/code", { ...given, code: "000000" })
  assert.equal(wrong.status, 400)
  assert.equal(hidden(wrong, "secret"), secret, "the app that scanned it stays right")
  goesTo(await ada.post("/account/enrol/code", { ...given, code: nextCode() }), "/setup/keys")
  assert.match((await ada.get("/setup/keys")).text, /Step 3 of 3/)
  assert.equal((await ada.post("/setup/keys", { passphrase: "correct horse", again: "correct hors" })).status, 400)
  const passphrase = "correct horse"
  goesTo(await ada.post("/setup/keys", { passphrase, again: passphrase }), "/node/keys?sealed=yes")
  goesTo(await ada.post("/node/keys", { passphrase, again: passphrase }), "/node/keys?sealed=yes")
  const file = "/node/keys/offline-keys.age"
  assert.match((await ada.get(file)).text, /^-----BEGIN AGE ENCRYPTED FILE-----/)
  assert.match((await ada.get("/")).text, /still lies on this machine/)
  assert.equal((await ada.post("/node/keys/moved", {})).status, 400)
  assert.equal((await ada.get(file)).status, 200, "nothing is deleted before a copy is in its place")
  goesTo(await ada.post("/node/keys/moved", { copied: "yes" }), "/node/keys")
  assert.equal((await ada.get(file)).status, 404)
  assert.doesNotMatch((await ada.get("/")).text, /still lies on this machine/)
  assert.equal((await ada.get("/people")).status, 200)
  await assert.rejects(run(["setup-link", "--data", node.data]), /The node is set up/)
})

test("the session's cookie is for this node's pages alone, and out of reach of scripts", () => {
  const sessions = ada.setCookies.filter((text) => /^comity-[0-9a-f]{8}=/.test(text))
  assert.ok(sessions.length >= 2, "one to enrol, another after it")
  assert.equal(new Set(sessions).size, sessions.length)
  for (const text of sessions) assert.match(text, /; Path=\/; SameSite=Lax; Max-Age=43200; HttpOnly$/)
})

test("signing in leads to the wanted page of this node and nowhere else", async () => {
  goesTo(await new Browser().get("/people?a=1"), "/sign-in?to=%2Fpeople%3Fa%3D1")
  const wanted: [to: string, leads: string][] = [
    ["/people?a=1", "/people?a=1"],
    ["//elsewhere.example", "/"],
    ["https://elsewhere.example", "/"],
  ]
  const hostile = ["/\\elsewhere.example", "/%0d%0aset-cookie:a=b", "javascript:alert(1)", "/\tx", "/\r\nx", ""]
  for (const to of hostile) {
    const page = await new Browser().get(`/sign-in?to=${encodeURIComponent(to)}`)
    assert.equal(hidden(page, "to"), to.startsWith("/%") ? to : "/", to)
  }
  for (const [to, leads] of wanted) {
    const page = await new Browser().get(`/sign-in?to=${encodeURIComponent(to)}`)
    assert.equal(hidden(page, "to"), leads)
  }
  await ada.post("/sign-out", {})
  const code = nextCode()
  goesTo(await ada.post("/sign-in", { name: "Ada", password: PASSWORD, code, to: "//elsewhere.example" }), "/")
  goesTo(await ada.get("/sign-in?to=/people"), "/people")
})

test("what was wrong is said above the form, with the name kept and the password not", async () => {
  const stranger = new Browser()
  const page = await stranger.post("/sign-in", { name: "Ada", password: "wrong", code: "123456", to: "/people" })
  assert.equal(page.status, 401)
  assert.match(page.text, /name, the password or the code is not right/i)
  assert.equal(hidden(page, "name"), "Ada")
  assert.ok(!page.text.includes('wrong"'))
  assert.equal(stranger.setCookies.length, 0)
})

test("a visitor's form is small: strangers cannot fill the memory of the node with what they send slowly", async () => {
  const fields = { name: "Ada", password: "x".repeat(70_000) }
  assert.equal((await new Browser().post("/sign-in", fields)).status, 413)
  assert.equal((await ada.post("/preferences", { theme: "dark", to: "/", more: "x".repeat(70_000) })).status, 303)
})

test("somebody who is invited comes in by the link, once, with the role that was given", async () => {
  const link = await ada.post("/people/invite", { name: "=cmd|Bo", role: "reader" })
  const path = /data-copy="http:\/\/localhost:\d+(\/invitation\/[\w-]+)"/.exec(link.text)?.[1] ?? assert.fail(link.text)
  const bo = new Browser()
  assert.match((await bo.get(path)).text, /=cmd\|Bo/)
  goesTo(await bo.post(path, {}), "/account/enrol")
  assert.equal((await bo.get(path)).status, 404)
  const own = hidden(await bo.get("/account/enrol"), "secret")
  const code = codeAt(own, systemClock.now())
  goesTo(await bo.post("/account/enrol/code", { secret: own, password: PASSWORD, code }), "/")
  assert.equal((await bo.get("/share/library")).status, 200)
  assert.equal((await bo.get("/people")).status, 403)
  const account = /href="\/people\/(account--[^"]+)">[^/]*=cmd/.exec((await ada.get("/people")).text)?.[1]
  goesTo(await ada.post(`/people/${account}/roles`, { role: "none" }), `/people/${account}`)
  goesTo(await bo.get("/share/library"), "/sign-in?to=%2Fshare%2Flibrary")
})

test("the review is a table and a spreadsheet in which no name becomes a formula", async () => {
  assert.match((await ada.get("/people/review")).text, /=cmd\|Bo/)
  const { headers, text } = await ada.get("/people/review.csv")
  assert.match(String(headers["content-disposition"]), /^attachment; filename="comity-access-\d{4}-\d\d-\d\d\.csv"$/)
  assert.match(text, /\r\n'=cmd\|Bo,person,/)
})

test("the last administrator is told why it cannot go", async () => {
  const people = (await ada.get("/people")).text
  const account = /href="\/people\/(account--[^"]+)">[^/]*Ada/.exec(people)?.[1] ?? assert.fail(people)
  const answer = await ada.post(`/people/${account}/remove`, {})
  assert.equal(answer.status, 409)
  assert.match(answer.text, /last administrator/)
})

test("who comes in by a new invitation has no password over TAXII any more, from that moment on", async () => {
  await run(["account", "add", "Dan", "--data", node.data], { COMITY_PASSWORD: PASSWORD })
  const authorization = `Basic ${Buffer.from(`Dan:${PASSWORD}`).toString("base64")}`
  const discover = () => call("GET", `${node.url}/taxii2/`, { headers: { authorization } })
  assert.equal((await discover()).status, 200)
  const account = /href="\/people\/(account--[^"]+)">[^/]*Dan/.exec((await ada.get("/people")).text)?.[1]
  const { text } = await ada.post(`/people/${account}/invite`, {})
  const path = /data-copy="[^"]*(\/invitation\/[\w-]+)"/.exec(text)?.[1] ?? assert.fail(text)
  assert.equal((await discover()).status, 200)
  goesTo(await new Browser().post(path, {}), "/account/enrol")
  assert.equal((await discover()).status, 401)
})

test("signing out ends the session, not only the cookie", async () => {
  const kept =
    ada.setCookies
      .filter((text) => /^comity-[0-9a-f]{8}=./.test(text))
      .at(-1)
      ?.split(";")[0] ?? ""
  const headers = { host: new URL(origin).host, cookie: kept }
  assert.equal((await call("GET", `${node.url}/account`, { headers })).status, 200)
  goesTo(await ada.post("/sign-out", {}), "/sign-in")
  assert.equal((await call("GET", `${node.url}/account`, { headers })).status, 303)
})

test("an account of the command line comes in with its password to add the rest, and has its rights over TAXII as ever", async () => {
  const env = { COMITY_PASSWORD: PASSWORD }
  await run(["account", "add", "Cy", "--role", "officer", "--data", node.data], env)
  const cy = new Browser()
  goesTo(
    await cy.post("/sign-in", { name: "Cy", password: PASSWORD, code: "", to: "/share/library" }),
    "/share/library",
  )
  goesTo(await cy.get("/share/library"), "/account/enrol")
  const authorization = `Basic ${Buffer.from(`Cy:${PASSWORD}`).toString("base64")}`
  assert.equal((await call("GET", `${node.url}/taxii2/`, { headers: { authorization } })).status, 200)
  assert.match(await run(["session", "list", "Cy", "--data", node.data]), /password\tTest\/1\.0$/)
  await run(["session", "end", "Cy", "--data", node.data])
  goesTo(await cy.get("/account/enrol"), "/sign-in?to=%2Faccount%2Fenrol")
})
