import assert from "node:assert/strict"
import { test } from "node:test"
import { type Config, type Environment, type Flags, parseConfig, settings } from "./config.ts"

test("without any wish a node serves this machine alone, with defaults that need no thought", () => {
  const { workers, ...config } = parseConfig({}, {})
  assert.deepEqual(config, {
    data: "./comity-data",
    host: "127.0.0.1",
    port: 7447,
    tlsCert: null,
    tlsKey: null,
    behindProxy: false,
    publicUrl: null,
    title: "Comity",
    language: "en",
    pageSizeDefault: 100,
    pageSizeMax: 1000,
    maxContentLength: 10 * 1024 * 1024,
    forbiddenStatus: "refused",
    maxStoreMib: 0,
    maxImportMib: 256,
    maxSealedMib: 512,
    peerEvery: 300,
    peerPrivate: false,
    matchQuota: null,
    matchCounts: 32,
    matchHours: 24,
    oidcIssuer: null,
    oidcClientId: null,
    oidcClientSecret: null,
    keyPassphrase: null,
  })
  assert.ok(workers >= 1 && workers <= 4, `${workers} workers`)
})

test("every setting has one flag and one variable of its own", () => {
  const all = Object.values(settings)
  assert.ok(all.length > 10)
  const flags = all.flatMap(({ flag }) => flag ?? [])
  assert.equal(new Set(flags).size, flags.length)
  assert.equal(new Set(all.map(({ env }) => env)).size, all.length)
  for (const { flag, env } of all) {
    assert.match(env, /^COMITY_[A-Z_]+$/)
    if (flag !== null) assert.equal(env, `COMITY_${flag.toUpperCase().replaceAll("-", "_")}`)
  }
})

test("each setting is read from flag or environment, and the flag wins", () => {
  const table: [name: keyof Config, given: string, value: unknown][] = [
    ["data", "/x", "/x"],
    ["host", "localhost", "localhost"],
    ["port", "0", 0],
    ["port", "65535", 65535],
    ["title", "家", "家"],
    ["language", "zh-Hant", "zh-Hant"],
    ["pageSizeDefault", "1", 1],
    ["pageSizeMax", "100000", 100_000],
    ["maxContentLength", "1024", 1024],
    ["forbiddenStatus", "404", "not-found"],
    ["forbiddenStatus", "403", "refused"],
    ["maxStoreMib", "1", 1],
    ["workers", "64", 64],
    ["matchQuota", "ipv4=768,hash=0", "ipv4=768,hash=0"],
    ["matchCounts", "0", 0],
    ["matchHours", "168", 168],
    ["publicUrl", "https://share.example/base//", "https://share.example/base"],
  ]
  for (const [name, given, value] of table) {
    const { flag, env } = settings[name]
    assert.deepEqual(parseConfig({}, { [env]: given })[name], value, `${env}=${given}`)
    assert.ok(flag)
    assert.deepEqual(parseConfig({ [flag]: given }, { [env]: "!" })[name], value, `--${flag} ${given}`)
  }
  const sealing = { COMITY_KEY_PASSPHRASE: "twelve signs" }
  assert.equal(parseConfig({}, sealing).keyPassphrase, "twelve signs")
})

test("a value that makes no sense is refused by the name under which it was given", () => {
  const table: [name: keyof Config, values: string[]][] = [
    ["port", ["-1", "65536", "http", "1.5", "", "0x50", " 80", "1e3"]],
    ["data", [""]],
    ["language", ["en_GB", "de", ""]],
    ["pageSizeDefault", ["0", "100001"]],
    ["maxContentLength", ["1023", "268435457", "10M"]],
    ["forbiddenStatus", ["401", "no"]],
    ["workers", ["0", "65"]],
    ["matchQuota", ["ipv4", "mac=5", "ipv4=-1", "ipv4=5=6", "hash=1;url=2"]],
    ["matchHours", ["0", "169"]],
    ["publicUrl", ["share.example", "ftp://x", "javascript:x", ""]],
    ["behindProxy", ["yes", "on"]],
  ]
  for (const [name, values] of table) {
    const { flag, env } = settings[name]
    for (const value of values) {
      const wrong = (by: string) => ({ kind: "invalid", code: "config.value", details: { name: by, value } })
      assert.throws(() => parseConfig({}, { [env]: value }), wrong(env), `${env}=${value}`)
      assert.throws(() => parseConfig({ [flag ?? ""]: value }, {}), wrong(`--${flag}`), `--${flag} ${value}`)
    }
  }
})

test("a passphrase that is too short is refused without being repeated", () => {
  const wrong = { code: "config.value", details: { name: "COMITY_KEY_PASSPHRASE", value: "…" } }
  assert.throws(() => parseConfig({}, { COMITY_KEY_PASSPHRASE: "elevensigns" }), wrong)
})

test("settings that contradict each other are refused", () => {
  const table: [flags: Flags, code: string][] = [
    [{ "tls-cert": "c" }, "config.tls-pair"],
    [{ "tls-key": "k" }, "config.tls-pair"],
    [{ "behind-proxy": true }, "config.proxy-url"],
    [{ "page-size-default": "11", "page-size-max": "10" }, "config.page-sizes"],
    [{ "page-size-default": "1001" }, "config.page-sizes"],
  ]
  for (const [flags, code] of table) {
    assert.throws(() => parseConfig(flags, {}), { kind: "invalid", code }, JSON.stringify(flags))
  }
})

test("an address that others reach needs TLS here or at a proxy", () => {
  const secured: Flags[] = [
    { "tls-cert": "c", "tls-key": "k" },
    { "behind-proxy": true, "public-url": "https://share.example" },
  ]
  for (const host of ["0.0.0.0", "::", "192.0.2.1", "share.example", "127.0.0.1.example", "LOCALHOST.example"]) {
    assert.throws(() => parseConfig({ host }, {}), { kind: "refused", code: "config.open-host", details: { host } })
    for (const flags of secured) assert.equal(parseConfig({ ...flags, host }, {}).host, host)
  }
  for (const host of ["127.0.0.1", "::1", "localhost"]) assert.equal(parseConfig({ host }, {}).host, host)
})

test("pages that people reach from elsewhere are at an https address, whatever stands in front", () => {
  const at = (url: string) => parseConfig({ "behind-proxy": true, "public-url": url }, {}).publicUrl
  for (const url of ["http://share.example", "http://192.0.2.1:8080", "http://localhost.example"]) {
    assert.throws(() => at(url), { kind: "refused", code: "config.public-url-http", details: { url } })
  }
  for (const url of ["https://share.example", "http://localhost:8080", "http://[::1]:8080"]) assert.equal(at(url), url)
})

test("the language comes from the setting, else from the machine", () => {
  const table: [environment: Environment, language: string][] = [
    [{ LANG: "zh_TW.UTF-8" }, "zh-Hant"],
    [{ LANG: "zh_TW.UTF-8", LC_ALL: "C" }, "en"],
    [{ LANG: "zh_TW.UTF-8", LC_ALL: "" }, "zh-Hant"],
    [{ LANG: "zh_TW.UTF-8", LC_MESSAGES: "zh_CN" }, "zh-Hans"],
    [{ LANG: "zh_TW.UTF-8", COMITY_LANGUAGE: "en" }, "en"],
  ]
  for (const [environment, language] of table) assert.equal(parseConfig({}, environment).language, language)
})

test("a configuration does not change any more", () => {
  const config = parseConfig({}, {})
  assert.throws(() => Object.assign(config, { host: "0.0.0.0" }), TypeError)
})

test("an OpenID provider is asked over https or on this machine, and both its settings are named", () => {
  const env = (issuer: string) => ({ COMITY_OIDC_ISSUER: issuer, COMITY_OIDC_CLIENT_ID: "comity" })
  for (const issuer of [
    "https://id.example",
    "https://id.example/tenant/",
    "http://localhost:8080",
    "http://[::1]:1",
  ]) {
    assert.equal(parseConfig({}, env(issuer)).oidcIssuer, issuer)
  }
  for (const issuer of ["http://id.example", "http://localhost.example", "http://192.0.2.1"]) {
    assert.throws(() => parseConfig({}, env(issuer)), { kind: "refused", code: "config.oidc-https" }, issuer)
  }
  for (const name of ["COMITY_OIDC_ISSUER", "COMITY_OIDC_CLIENT_ID"]) {
    const half = { [name]: "https://id.example" }
    assert.throws(() => parseConfig({}, half), { kind: "invalid", code: "config.oidc-pair" })
  }
})
