import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { after, test } from "node:test"
import { Ajv2020 } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import { conditions, measures } from "../src/law/index.ts"
import type { Told } from "../src/paths/telling.ts"
import { folderAt } from "../src/store/index.ts"
import { call } from "./support/http.ts"
import { command, run, startNode } from "./support/node.ts"
import { tempFolder } from "./support/temp.ts"

const QUESTION = ["--from", "DE", "--to", "BR", "--measure", "preserve", "--category", "traffic"]
const DATE = ["--date", "2026-11-22"]

const node = await startNode()
after(() => node.stop())
const token = JSON.parse(await run(["token", "add", "router", "--data", node.data, "--json"])).token as string
const headers = { authorization: `Bearer ${token}`, accept: "application/json" }
const ask = (query: string) => call("GET", `${node.url}/api/paths?${query}`, { headers })

/** A folder in which nothing is. */
function nowhere(): string {
  return join(tempFolder(), "none")
}

/** How often a happening stands in the ledger of a node. */
function happened(data: string, what: string): number {
  const database = new DatabaseSync(folderAt(data).database, { readOnly: true })
  try {
    const row = database
      .prepare("select count(*) as count from journal_entry where header like ?")
      .get(`%"what":"${what}"%`)
    return Number(row?.count)
  } finally {
    database.close()
  }
}

test("without a data folder the shipped facts answer, and nothing is made", async () => {
  const data = nowhere()
  const told = JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", data])) as Told
  assert.deepEqual(told.query, {
    ...{ from: "DE", to: "BR", provider: false, measure: "preserve", data: "traffic", urgency: "normal" },
    ...{ offence: { class: null, penaltyYears: null }, answers: {}, date: "2026-11-22" },
  })
  const bud = told.findings.find(({ channel }) => channel === "bud-29")
  assert.ok(bud)
  assert.deepEqual(
    Object.keys(bud).filter((key) => /^(articles|reasons|missing|firstDeadline|use|steps)$/.test(key)).length,
    6,
  )
  assert.deepEqual(bud.articles, ["29", "35(1)(b)"])
  assert.ok(!existsSync(data))
  assert.match(await run(["path", ...QUESTION, "--data", data]), /● |◐ |\? |○ /)
  assert.match(await run(["rules", "compare", "--data", data]), /breach-deadline/)
  assert.match(await run(["facts", "check", "--data", data]), /0 errors/)
  assert.ok(!existsSync(data))
})

test("with a data folder the answer is the same, and the ledger tells that it was asked", async () => {
  const alone = JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", nowhere()])) as Told
  const before = happened(node.data, "path.asked")
  const asked = JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", node.data])) as Told
  assert.deepEqual(asked, alone)
  assert.equal(happened(node.data, "path.asked"), before + 1)
})

test("an unknown code ends with 2 and names those that are known", async () => {
  const wrong: [string[], RegExp][] = [
    [["--measure", "seize"], /preserve disclose produce/],
    [["--category", "metadata"], /subscriber identification traffic content none/],
    [["--from", "XX"], /XX/],
    [["--to", "UK"], /UK/],
    [["--date", "yesterday"], /2026-11-22/],
    [["--date", "2026-02-30"], /2026-02-30/],
    [["--offence", "spam"], /spam/],
    [["--penalty", "life"], /life/],
    [["--penalty", "9".repeat(200)], /penalty/],
    [["--answer", "guilt=yes"], new RegExp(conditions[0])],
    [["--answer", "consent=maybe"], /consent=maybe/],
    [["--answer", "consent=yes", "--answer", "consent=no"], /consent=yes consent=no/],
  ]
  for (const [extra, said] of wrong) {
    const { status, stderr, stdout } = await command(["path", ...QUESTION, ...extra, "--data", nowhere()])
    assert.equal(status, 2, `${extra.join(" ")}: ${stderr}${stdout}`)
    assert.match(stderr, said)
  }
  assert.equal((await command(["path", "--from", "DE", "--to", "BR", "--data", nowhere()])).status, 2)
})

test("the interface answers as it is described, and as the command does", async () => {
  const description = (await call("GET", `${node.url}/api/openapi.json`)).json<{
    openapi: string
    paths: { "/api/paths": { get: { responses: { "200": { content: { "application/json": { schema: object } } } } } } }
  }>()
  assert.equal(description.openapi, "3.1.0")
  const { schema } = description.paths["/api/paths"].get.responses["200"].content["application/json"]
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  const fits = ajv.compile(schema)
  let findings = 0
  for (const measure of measures) {
    const answer = await ask(`from=de&to=US&measure=${measure}&category=content&urgency=urgent&date=2026-11-22`)
    assert.equal(answer.status, 200, answer.text)
    const told = answer.json<Told>()
    assert.ok(fits(told), `${measure}: ${JSON.stringify(fits.errors)}`)
    findings += told.findings.length
  }
  assert.ok(findings > 20, `only ${findings} findings`)
  const same = (await ask("from=DE&to=BR&measure=preserve&category=traffic&date=2026-11-22")).json<Told>()
  assert.deepEqual(same, JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", nowhere()])))
})

test("what the interface cannot take for sure it refuses", async () => {
  const base = "from=DE&to=BR&measure=preserve"
  const wrong = [
    "from=DE&to=BR",
    `${base}&measure=produce`,
    `${base}&mesure=produce`,
    `${base}&category=metadata`,
    `${base}&urgency=now`,
    `${base}&provider=true`,
    `${base}&answer=consent`,
    `${base}&date=2026-11-22T00:00:00Z`,
    `from=%3Cscript%3E&to=BR&measure=preserve`,
    `${base}&penalty=1e9`,
    "from=%C3%9F&to=BR&measure=preserve", // in capitals it is SS, South Sudan
    "from=%C5%BFE&to=BR&measure=preserve",
    `from=DE${"+".repeat(300)}x&to=BR&measure=preserve`,
    `${base}&answer=consent%3Dyes&answer=consent%3Dno`,
  ]
  for (const query of wrong) {
    const answer = await ask(query)
    assert.equal(answer.status, 400, query)
    assert.match(answer.json<{ error_code: string }>().error_code, /^path\./, query)
  }
  assert.equal((await ask(`${base}&answer=consent%3Dyes&answer=dual-criminality%3Dno`)).status, 200)
})

test("a place on the own refusal list is closed at this node, and at no other", async () => {
  await run(["refusal", "add", "place", "BR", "--source", "Decision 7", "--data", node.data])
  const here = JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", node.data])) as Told
  assert.ok(here.findings.length > 0)
  assert.ok(here.findings.every(({ verdict }) => verdict === "closed"))
  assert.ok(here.findings.every(({ reasons }) => reasons.some(({ code }) => code === "own-refusal")))
  const there = JSON.parse(await run(["path", ...QUESTION, ...DATE, "--json", "--data", nowhere()])) as Told
  assert.ok(there.findings.some(({ verdict }) => verdict !== "closed"))
})
