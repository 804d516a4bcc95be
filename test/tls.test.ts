import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { call } from "./support/http.ts"
import { comity, run, startNode } from "./support/node.ts"
import { tempFolder } from "./support/temp.ts"

type Certificate = { cert: string; key: string }

/** A certificate for 127.0.0.1 that lives a day; null, with the reason in the diagnostic, where it cannot be made. */
function certificate(t: TestContext): Certificate | null {
  const folder = tempFolder()
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")]
  const made = spawnSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...[
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1,DNS:localhost",
        "-out",
        cert,
        "-keyout",
        key,
      ],
    ],
    { encoding: "utf8" },
  )
  if (made.status === 0) return { cert, key }
  t.diagnostic(`not run: openssl cannot make a certificate here (${made.error?.message ?? made.stderr})`)
  return null
}

test("with certificate and key a node speaks TLS 1.2 and newer and nothing else", async (t) => {
  const files = certificate(t)
  if (files === null) return
  const node = await startNode({ args: ["--tls-cert", files.cert, "--tls-key", files.key] })
  t.after(() => node.stop())
  const ca = readFileSync(files.cert)
  assert.match(node.url, /^https:/)
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const tls = { ca, minVersion: version, maxVersion: version }
    assert.equal((await call("GET", `${node.url}/health`, { tls })).status, 200)
    assert.equal((await call("GET", `${node.url}/taxii2/`, { tls })).status, 401)
  }
  const old = { ca, minVersion: "TLSv1" as const, maxVersion: "TLSv1.1" as const, ciphers: "DEFAULT@SECLEVEL=0" }
  await assert.rejects(call("GET", `${node.url}/health`, { tls: old }))
  await assert.rejects(call("GET", `http://127.0.0.1:${node.port}/health`))
})

test("a certificate without its key, a missing file or one that is none is refused with an explanation", async (t) => {
  const files = certificate(t)
  if (files === null) return
  const other = certificate(t)
  const wrong = [
    ["--tls-cert", files.cert],
    ["--tls-key", files.key],
    ["--tls-cert", files.cert, "--tls-key", join(tempFolder(), "missing.pem")],
    ["--tls-cert", files.key, "--tls-key", files.cert],
    ["--tls-cert", files.cert, "--tls-key", other?.key ?? ""],
  ]
  for (const args of wrong) {
    const { status, stdout, stderr } = await comity(["serve", "--data", tempFolder(), "--port", "0", ...args])
    assert.notEqual(status, 0, args.join(" "))
    assert.ok(!stdout.includes("Comity is ready"))
    assert.ok(stderr.length > 10)
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace is no explanation")
  }
})

test("a host that others can reach is refused without TLS or a proxy, and the refusal names both ways out", async () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.1"]) {
    const { status, stdout, stderr } = await comity(["serve", "--data", tempFolder(), "--port", "0", "--host", host])
    assert.notEqual(status, 0, host)
    assert.ok(!stdout.includes("Comity is ready"))
    assert.match(stderr, /--tls-cert/)
    assert.match(stderr, /--behind-proxy/)
  }
})

test("with TLS a node may listen on every address", async (t) => {
  const files = certificate(t)
  if (files === null) return
  const node = await startNode({ host: "0.0.0.0", args: ["--tls-cert", files.cert, "--tls-key", files.key] })
  t.after(() => node.stop())
  const answer = await call("GET", `https://127.0.0.1:${node.port}/health`, { tls: { ca: readFileSync(files.cert) } })
  assert.equal(answer.status, 200)
})

test("behind a proxy a node speaks of its public address only, whatever headers claim", async (t) => {
  const args = ["--behind-proxy", "--public-url", "https://node.example.org"]
  const data = join(tempFolder(), "d")
  const token = await run(["token", "add", "reader", "--data", data])
  const node = await startNode({ data, host: "0.0.0.0", args })
  t.after(() => node.stop())
  const headers = {
    authorization: `Bearer ${token}`,
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    forwarded: "host=evil.example",
  }
  const answer = await call("GET", `http://127.0.0.1:${node.port}/taxii2/`, { headers })
  assert.deepEqual(answer.json<{ api_roots: string[] }>().api_roots, ["https://node.example.org/taxii2/api/"])
  assert.ok(!answer.text.includes("evil"))
})

test("behind a proxy a node needs its public address", async () => {
  const { status, stderr } = await comity([
    "serve",
    "--data",
    tempFolder(),
    "--port",
    "0",
    "--host",
    "0.0.0.0",
    "--behind-proxy",
  ])
  assert.notEqual(status, 0)
  assert.ok(stderr.length > 10)
})
