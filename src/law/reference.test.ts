import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { parse } from "csv-parse/sync"
import { checkFacts } from "./checking.ts"
import type { Day } from "./dates.ts"
import { shippedFacts } from "./shipped.ts"

const facts = shippedFacts()

/** Rows by instrument and status of the reference data, as of 22 November 2026. */
const COUNTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  budapest: { "in force": 79, invited: 13, signed: 2 },
  "convention-108": { "in force": 55 },
  "convention-108plus": { ratified: 28, signed: 44 },
  "gdpr-adequacy": { "in force": 17 },
  "global-cbpr": { associate: 4, member: 9 },
  berne: { "in force": 182 },
  paris: { "in force": 181 },
  wct: { "in force": 118, signed: 7 },
  malabo: { ratified: 16 },
  cets224: { ratified: 3, signed: 52 },
  uncc: { ratified: 3, signed: 73 },
}

const TITLES: Readonly<Record<string, string>> = {
  "Budapest Convention (ETS 185)": "budapest",
  "Convention 108 (ETS 108)": "convention-108",
  "Convention 108+ (CETS 223)": "convention-108plus",
  "GDPR Art. 45 adequacy (EU)": "gdpr-adequacy",
  "Global CBPR Forum": "global-cbpr",
  "Berne Convention": "berne",
  "Paris Convention": "paris",
  "WIPO Copyright Treaty": "wct",
  "Malabo Convention (AU)": "malabo",
  "Second Additional Protocol (CETS 224)": "cets224",
  "UN Convention against Cybercrime": "uncc",
}

/** The reference says in the status what here stands in the note and in `verified`. */
function statusOf(text: string): string {
  return text.startsWith("T-CY observer") ? "invited" : text.replace(/ \(.*\)$/, "")
}

type Counts = Record<string, Record<string, number>>

function counted(rows: readonly { instrument: string; status: string }[]): Counts {
  const counts: Counts = {}
  for (const { instrument, status } of rows) {
    const of = counts[instrument] ?? {}
    counts[instrument] = { ...of, [status]: (of[status] ?? 0) + 1 }
  }
  return counts
}

test("counts per instrument and status equal the reference", (t) => {
  const ours = counted(facts.rows.participation)
  for (const [instrument, statuses] of Object.entries(COUNTS)) assert.deepEqual(ours[instrument], statuses, instrument)
  const folder = join(import.meta.dirname, "../../../shared/reference/data")
  if (!existsSync(folder))
    return t.diagnostic("the reference is not beside this checkout: compared with its numbers alone")
  const files = [
    ...["budapest-convention-ets185", "convention-108-ets108", "convention-108plus-cets223", "gdpr-adequacy"],
    ...["global-cbpr-forum", "ip-treaties-berne-paris-wct", "malabo-convention"],
    ...["second-additional-protocol-cets224", "un-convention-against-cybercrime"],
  ]
  const rows = files.flatMap((name) => {
    const text = readFileSync(join(folder, `${name}.csv`), "utf8")
    return parse(text, { columns: true, bom: true }) as { instrument: string; status: string }[]
  })
  const theirs = rows.map(({ instrument, status }) => ({
    instrument: TITLES[instrument] ?? instrument,
    status: statusOf(status),
  }))
  assert.deepEqual(counted(theirs), COUNTS)
})

test("every channel of the reference is here under its id, and mapped to codes but for one that is no way to help in a case", () => {
  const ids = [
    ...["bud-29", "bud-30", "bud-31", "bud-32b", "2ap-6", "2ap-7", "2ap-8", "2ap-9", "2ap-10", "epo-sub", "epo-con"],
    ...["epo-pr", "eio", "cloud-uk", "cloud-au", "uncc-42", "uncc-44", "untoc-18", "mlat", "interpol"],
    ...["provider-vol", "csirt", "gfce"],
  ]
  const here = new Map(facts.channels.map((channel) => [channel.id, channel]))
  for (const id of ids) assert.equal((here.get(id)?.measures.length ?? 0) > 0, id !== "gfce", id)
})

test("the shipped facts have no error, and every row says when it was read", () => {
  const { problems } = checkFacts(facts, facts.version)
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error"),
    [],
  )
  for (const row of facts.byRef.values()) assert.ok(row.readOn <= (facts.version as Day), row.ref)
})

test("what contradicts itself is kept: Benin and Angola cannot both be the fifteenth of the Malabo Convention", () => {
  for (const place of ["BJ", "AO"]) {
    const [row] = facts.participation.get(`malabo/${place}`) ?? []
    assert.equal(row?.verified, "no", place)
    assert.match(row?.note ?? "", /disputed/, place)
  }
})
