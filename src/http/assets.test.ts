import assert from "node:assert/strict"
import { test } from "node:test"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { ASSETS } from "./assets.ts"
import { type Ask, asset, assetReply } from "./index.ts"

function ask(address: string, encodings = ""): Ask<unknown> {
  const url = new URL(address, "http://x")
  const header = (name: string) => (name === "accept-encoding" ? encodings : undefined)
  return { params: { name: url.pathname.slice("/assets/".length) }, query: url.searchParams, header } as never
}

test("a file under the hash of its content is kept for ever, under another one not", () => {
  const named = assetReply(ask(asset("style.css")))
  assert.match(named?.headers["cache-control"] ?? "", /immutable/)
  assert.equal(assetReply(ask("/assets/style.css?v=old"))?.headers["cache-control"], "no-cache")
  assert.deepEqual(assetReply(ask("/assets/style.css"))?.body, named?.body)
})

test("what a browser cannot unpack is sent plain", () => {
  const plain = assetReply(ask("/assets/frame.js"))?.body as Buffer
  const brotli = assetReply(ask("/assets/frame.js", "gzip, deflate, br"))
  const gzip = assetReply(ask("/assets/frame.js", "gzip"))
  assert.equal(brotli?.headers["content-encoding"], "br")
  assert.deepEqual(brotliDecompressSync(brotli?.body as Buffer), plain)
  assert.deepEqual(gunzipSync(gzip?.body as Buffer), plain)
})

test("who has the file already is told so", () => {
  const etag = assetReply(ask("/assets/frame.js"))?.headers.etag
  const again = assetReply({ ...ask("/assets/frame.js"), header: (name) => (name === "if-none-match" ? etag : "") })
  assert.deepEqual([again?.status, again?.body], [304, ""])
})

test("every file of the list is there", () => {
  for (const name of ASSETS) assert.ok(assetReply(ask(`/assets/${name}`)), name)
})

test("nothing but the listed files is served", () => {
  for (const name of [
    "../package.json",
    "..%2fpackage.json",
    "style.css/",
    "toString",
    "__proto__",
    "locales/en.json",
    "age-.js",
    "age-../package.json",
  ]) {
    const found = assetReply({ params: { name }, query: new URLSearchParams(), header: () => "" } as never)
    assert.equal(found, null, name)
  }
})

test("a library comes with all that it imports, each file by an address that is kept for ever", () => {
  const seen = new Set<string>()
  const follow = (address: string) => {
    if (seen.has(address)) return
    seen.add(address)
    const found = assetReply(ask(address))
    assert.match(found?.headers["cache-control"] ?? "", /immutable/, address)
    const text = String(found?.body)
    const wanted = [...text.matchAll(/^(?:import|export)\s[^;"'`]*?from\s*["']([^"']+)["']/gm)].map(([, to = ""]) => to)
    for (const to of wanted) {
      assert.match(to, /^\.\/age[\w.-]*\.js\?v=[0-9a-f]{12}$/, `${address} imports ${to}`)
      follow(`/assets/${to.slice(2)}`)
    }
  }
  follow(asset("age.js"))
  assert.ok(seen.size > 15 && seen.size < 60, `${seen.size} files`)
})
