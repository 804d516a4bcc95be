import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { call } from "./support/http.ts"
import { startNode } from "./support/node.ts"
import { openIdProviderForTest } from "./support/openid-provider.ts"
import { tempFolder } from "./support/temp.ts"
import { furnish } from "./support/workplace.ts"

test("who has linked the organisation's sign-in comes in by it; a page of another site cannot begin the linking", async (t) => {
  const { issuer, clientId, clientSecret, signIn } = await openIdProviderForTest(t)
  const { data, cookies } = await furnish(join(tempFolder(), "d"), { objects: [] })
  const node = await startNode({
    data,
    args: ["--oidc-issuer", issuer, "--oidc-client-id", clientId],
    env: { COMITY_OIDC_CLIENT_SECRET: clientSecret },
  })
  t.after(() => node.stop())
  const own = `${cookies.reader.name}=${cookies.reader.value}`
  const get = (path: string, cookie: string, more: Record<string, string> = {}) =>
    call("GET", node.url + path, { headers: { host: `localhost:${node.port}`, cookie, ...more } })
  const sent = (answer: Awaited<ReturnType<typeof get>>) => ({
    address: answer.headers.location ?? "",
    pending: answer.headers["set-cookie"]?.[0]?.split(";")[0] ?? "",
  })
  const back = async (address: string, cookie: string) => {
    const { pathname, search } = new URL(signIn(address, { sub: "rita" }))
    return get(pathname + search, cookie)
  }

  const lured = await get("/account/openid", own, { "sec-fetch-site": "cross-site" })
  assert.deepEqual([lured.status, lured.headers.location], [303, "/account#openid"])

  const link = sent(await get("/account/openid", own, { "sec-fetch-site": "same-origin" }))
  assert.equal((await back(link.address, `${own}; ${link.pending}`)).headers.location, "/account#openid")

  const begun = sent(await get("/sign-in/openid?to=/share/library", ""))
  const came = await back(begun.address, begun.pending)
  assert.equal(came.headers.location, "/share/library")
  const session = came.headers["set-cookie"]?.find((text) => text.startsWith(`${cookies.reader.name}=`))?.split(";")[0]
  assert.match((await get("/account", session ?? "")).text, /Rita Reader/)

  const other = sent(await get("/sign-in/openid", ""))
  assert.equal((await back(other.address, begun.pending)).status, 401, "another browser's errand")
})
