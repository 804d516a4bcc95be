import assert from "node:assert/strict"
import { test } from "node:test"
import { READY } from "../../test/support/requests.ts"
import { type Instant, parseInstant } from "../kernel/time.ts"
import { followUp } from "./follow-up.ts"
import { renderedForms } from "./forms.ts"
import { faultsOf } from "./rules.ts"

const NOW = parseInstant("2026-01-01T00:00:00Z") as Instant
const lacking = (form: (typeof renderedForms)[number], fields: Readonly<Record<string, string>>) =>
  Object.keys(faultsOf(form, fields, NOW))

test("a request for the data follows a preservation, with its ticket, and lacks only what is said anew", () => {
  const fields = followUp("budapest-29", READY, "budapest-31")
  assert.equal(fields.status, "follow-up-preservation")
  assert.equal(fields["prior.preservation.ticket"], "HC-2025-118")
  assert.equal(fields["prior.preservation.answered"], "National 24/7 contact point")
  assert.equal(fields["items.0.category"], "subscriber")
  assert.equal(fields.facts, READY.facts)
  assert.deepEqual(lacking("budapest-31", fields).toSorted(), ["date", "provider.confirmed", "reference", "signature"])
})

test("the same form again is an extension, with the ticket of the first", () => {
  const fields = followUp("budapest-29", READY, "budapest-29")
  assert.deepEqual([fields.status, fields.earlier], ["extension", "HC-2025-118"])
  assert.ok(lacking("budapest-29", fields).includes("intent"), "the statement is made anew")
})

test("no request names itself as confirmed, dated or signed because another was", () => {
  for (const from of renderedForms) {
    for (const to of renderedForms) {
      const fields = followUp(from, { ...READY, partial: "yes", "modules.stored": "yes" }, to)
      for (const name of [
        "date",
        "reference",
        "signature",
        "intent",
        "provider.confirmed",
        "partial",
        "modules.stored",
      ]) {
        assert.ok(!(name in fields), `${from} to ${to}: ${name}`)
      }
      assert.equal(fields["who.organisation"], "Harbour CERT")
    }
  }
})
