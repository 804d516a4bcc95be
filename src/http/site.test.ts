import assert from "node:assert/strict"
import { test } from "node:test"
import type { ComityError } from "../kernel/errors.ts"
import { type Ask, cookie, readCookies, siteOf } from "./index.ts"

const NODE = "0123456789abcdef"
const LOCAL = { publicUrl: null, host: "127.0.0.1", tls: false }

function asked(headers: Record<string, string>, method = "GET"): Ask<unknown> {
  return { method, header: (name: string) => headers[name], incoming: { url: "/share?q=1" } } as unknown as Ask<unknown>
}

function refusal(check: () => void): string | null {
  try {
    check()
    return null
  } catch (error) {
    return (error as ComityError).code
  }
}

test("a node on this machine calls itself localhost, since passkeys need a name", () => {
  const site = siteOf(LOCAL, NODE)
  site.listensAt(7447)
  assert.equal(site.origin, "http://localhost:7447")
  assert.equal(site.domain, "localhost")
  assert.equal(site.elsewhere(asked({ host: "127.0.0.1:7447" })), "http://localhost:7447/share?q=1")
  assert.equal(site.elsewhere(asked({ host: "localhost:7447" })), null)
})

test("behind a public address that address counts, whatever the request calls itself", () => {
  const site = siteOf({ publicUrl: "https://node.example/", host: "0.0.0.0", tls: false }, NODE)
  assert.equal(site.origin, "https://node.example")
  assert.ok(site.secure)
  assert.equal(
    refusal(() => site.check(asked({ host: "10.0.0.1" }))),
    null,
  )
  assert.equal(site.elsewhere(asked({ host: "127.0.0.1:7447" })), null)
})

test("a foreign name that was made to point here is not answered", () => {
  const site = siteOf(LOCAL, NODE)
  assert.equal(
    refusal(() => site.check(asked({ host: "attacker.example:7447" }))),
    "site.host",
  )
  for (const host of ["localhost:7447", "127.0.0.1:7447", "[::1]:7447", "LOCALHOST"]) {
    assert.equal(
      refusal(() => site.check(asked({ host }))),
      null,
      host,
    )
  }
})

test("only a page of our own may ask for a change", () => {
  const site = siteOf(LOCAL, NODE)
  site.listensAt(7447)
  const host = "localhost:7447"
  const own = "http://localhost:7447"
  const table: [headers: Record<string, string>, code: string | null][] = [
    [{ origin: own }, null],
    [{ origin: own, "sec-fetch-site": "same-origin" }, null],
    [{ origin: own, "sec-fetch-site": "cross-site" }, "site.origin"],
    [{ origin: "http://localhost:7448" }, "site.origin"],
    [{ origin: "https://localhost:7447" }, "site.origin"],
    [{ origin: "null" }, "site.origin"],
    [{}, "site.origin"],
  ]
  for (const [headers, code] of table) {
    assert.equal(
      refusal(() => site.check(asked({ host, ...headers }, "POST"))),
      code,
      JSON.stringify(headers),
    )
  }
  assert.equal(
    refusal(() => site.check(asked({ host, origin: "http://elsewhere.example" }))),
    null,
  )
})

test("cookies carry the node's id, over TLS bound to the host", () => {
  assert.equal(siteOf(LOCAL, NODE).cookies.session, "comity-01234567")
  assert.equal(siteOf({ ...LOCAL, tls: true }, NODE).cookies.session, "__Host-comity-01234567")
  assert.equal(cookie("a", "b", { seconds: 5, secure: true }), "a=b; Path=/; SameSite=Lax; Max-Age=5; HttpOnly; Secure")
  assert.throws(() => cookie("a", "b; Domain=x", { seconds: 5, secure: false }))
})

test("of two cookies of one name the first counts", () => {
  assert.deepEqual(
    [...readCookies("a=1; b=2=3;a=9; c; =x")],
    [
      ["a", "1"],
      ["b", "2=3"],
      ["", "x"],
    ],
  )
  assert.equal(readCookies(undefined).size, 0)
})
