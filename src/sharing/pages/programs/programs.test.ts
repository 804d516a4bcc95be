import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable, startCollections } from "../../../../test/support/collection-server.ts"
import { addCollection } from "../../../library/index.ts"

const server = await startCollections()
after(() => server.close())
const { node, authenticator, collection, page } = server
const other = await addCollection(node.store, { title: "Another <b>", id: null, alias: null })

const form = (name: string, ...rights: string[]) =>
  [["name", name], ...rights.map((right) => ["rights[]", right])] as [string, string][]
const post = (path: string, fields: [string, string][] = []) => server.post(path, fields, "administrator")
const signIn = (token: string) => authenticator.authenticate(`Bearer ${token}`, () => "192.0.2.1")

async function make(name: string, ...rights: string[]): Promise<{ token: string; text: string; path: string }> {
  const answer = await post("/share/programs", form(name, ...rights))
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  assert.equal(answer.headers.get("cache-control"), "no-store")
  const [, token = ""] = /data-copy="(comity_[\w-]{43})"/.exec(text) ?? []
  const [, path = ""] = /class="button" href="(\/share\/programs\/account--[0-9a-f-]+)"/.exec(text) ?? []
  return { token, text, path }
}

test("administrators alone see and make programs", async () => {
  const { path } = await make("for the refusals", `${collection.id}:r`)
  for (const who of ["reader", "analyst", "officer", null] as const) {
    for (const at of ["/share/programs", path, `${path}/remove`]) {
      assert.equal((await server.get(at, who)).status, who === null ? 303 : 403, at)
    }
    for (const at of ["/share/programs", `${path}/rights`, `${path}/token`, `${path}/remove`]) {
      assert.equal((await server.post(at, form("x", `${collection.id}:r`), who)).status, who === null ? 401 : 403, at)
    }
  }
})

test("a token opens what its rights say, stands on one answer, and nowhere else", async () => {
  const { token, text, path } = await make("The feed", `${collection.id}:r`, `${collection.id}:w`, `${other}:r`)
  assert.ok(text.includes(`Bearer ${token}`), "the settings are filled in")
  const actor = await signIn(token)
  assert.deepEqual(actor.rights.get(collection.id), { read: true, write: true })
  assert.deepEqual(actor.rights.get(other), { read: true, write: false })
  assert.equal(actor.admin, false)
  for (const at of [path, "/share/programs", "/node/ledger", `${path}?collection=${collection.id}`]) {
    assert.doesNotMatch(await page(at, "administrator"), /comity_[\w-]{20}/, at)
  }
  assert.match(await page(path, "administrator"), /Bearer COMITY_TOKEN/)
  const again = await post("/share/programs", form("The feed", `${collection.id}:r`))
  assert.equal(again.status, 409)
  assert.doesNotMatch(await again.text(), /comity_[\w-]{20}/)
  const stored = JSON.stringify(node.meddle("select secret, name from account"))
  assert.ok(!stored.includes(token))
})

test("a form with a fault makes nothing and keeps what was ticked", async () => {
  const cases = [
    [form("", `${other}:r`), "Fill in this field"],
    [form("with:colon", `${other}:r`), "No colon"],
    [form("none ticked"), "Tick at least one right"],
    [form("unknown one", "00000000-0000-4000-8000-000000000000:r"), "Tick at least one right"],
    [form("odd right", `${other}:x`), "not accepted"],
  ] as const
  const before = node.meddle("select count(*) as n from account")[0]?.n
  for (const [fields, sentence] of cases) {
    const answer = await post("/share/programs", fields)
    const text = await answer.text()
    assert.equal(answer.status, 400)
    assert.ok(text.includes(sentence), `${sentence}: ${readable(text)}`)
    if (fields.some(([, value]) => value === `${other}:r`))
      assert.match(text, new RegExp(`value="${other}:r"[^>]* checked`))
  }
  assert.equal(node.meddle("select count(*) as n from account")[0]?.n, before)
})

test("nobody gets the right to write into a shared collection", async () => {
  node.meddle("update collection set kind = 'shared' where id = ?", other)
  const { token } = await make("Wants too much", `${other}:w`, `${other}:r`)
  assert.deepEqual((await signIn(token)).rights.get(other), { read: true, write: false })
  assert.equal((await post("/share/programs", form("Wants only that", `${other}:w`))).status, 400)
  node.meddle("update collection set kind = 'inbox' where id = ?", other)
})

test("rights that are changed count at once", async () => {
  const { token, path } = await make("Changing", `${collection.id}:r`)
  assert.equal((await signIn(token)).rights.size, 1)
  assert.equal((await post(`${path}/rights`, form("", `${other}:w`).slice(1))).status, 303)
  assert.deepEqual([...(await signIn(token)).rights], [[other, { read: false, write: true }]])
  assert.equal((await post(`${path}/rights`, [])).status, 400)
  assert.equal((await signIn(token)).rights.size, 1)
})

test("a new token replaces the old one at once", async () => {
  const { token, path } = await make("Renewed", `${collection.id}:r`)
  await signIn(token)
  const text = await (await post(`${path}/token`)).text()
  const [, renewed = ""] = /data-copy="(comity_[\w-]{43})"/.exec(text) ?? []
  assert.notEqual(renewed, token)
  await assert.rejects(signIn(token), { kind: "unauthenticated" })
  assert.equal((await signIn(renewed)).rights.size, 1)
})

test("a program is removed after a page that says what follows, and its token opens nothing", async () => {
  const { token, path } = await make("Leaving", `${collection.id}:r`)
  await signIn(token)
  assert.match(readable(await page(`${path}/remove`, "administrator")), /stops working at once.*cannot be undone/)
  assert.equal((await post(`${path}/remove`)).headers.get("location"), "/share/programs")
  await assert.rejects(signIn(token), { kind: "unauthenticated" })
  assert.doesNotMatch(readable(await page("/share/programs", "administrator")), /Leaving/)
  assert.equal((await server.get(path, "administrator")).status, 404)
  assert.match(readable(await page("/node/ledger", "administrator")), /Program removed: removed account/)
})

test("what concerns a program is asked for with a fresh proof, and people are no programs", async (t) => {
  const { path } = await make("Guarded", `${collection.id}:r`)
  const person = String(node.meddle("select id from account where kind = 'person' limit 1")[0]?.id)
  for (const part of ["", "/remove"])
    assert.equal((await server.get(`/share/programs/${person}${part}`, "administrator")).status, 404)
  assert.equal((await post(`/share/programs/${person}/remove`)).status, 404)
  const accounts = () => JSON.stringify(node.meddle("select id, name, secret from account order by key"))
  const rights = () => JSON.stringify(node.meddle("select * from account_grant order by account, collection"))
  const before = accounts() + rights()
  node.clock.forward(11 * 60 * 1_000_000)
  t.after(() => node.clock.forward(-11 * 60 * 1_000_000))
  for (const at of ["/share/programs", `${path}/rights`, `${path}/token`, `${path}/remove`]) {
    const answer = await post(at, form("Late", `${other}:r`))
    const away = answer.headers.get("location") ?? ""
    assert.ok(
      answer.status === 403 || (answer.status === 303 && away.startsWith("/step-up")),
      `${at}: ${answer.status}`,
    )
  }
  assert.equal(accounts() + rights(), before)
})

test("names and titles from outside stay text", async () => {
  const name = `</title><img src=x onerror=canary(1)>\u202e"'`
  const { path, text } = await make(name, `${other}:r`)
  for (const shown of [text, await page(path, "administrator"), await page("/share/programs", "administrator")]) {
    assert.doesNotMatch(shown, /<img|<b>|\u202e/)
  }
  assert.match(readable(await page(path, "administrator")), /img src=x/)
})
