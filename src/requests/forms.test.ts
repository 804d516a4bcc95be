import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { parse } from "csv-parse/sync"
import { coreOf, isField, NOTE, pathIn } from "./core.ts"
import {
  type FormId,
  type FormRow,
  formIds,
  formRows,
  isForAddressee,
  labelOf,
  OWN_FIELDS,
  renderedForms,
  rowsOf,
  sectionsOf,
} from "./forms.ts"

const REFERENCE = join(import.meta.dirname, "../../../shared/reference/data/forms-fields.csv")
const COUNTS: Readonly<Record<FormId, number>> = {
  "budapest-29": 41,
  "budapest-31": 50,
  epoc: 32,
  mla: 16,
  "mla-profile": 9,
}
/** How the reference calls the forms. */
const NAMES: Readonly<Record<FormId, string>> = {
  "budapest-29": "Art29-30 preservation (T-CY(2018)11)",
  "budapest-31": "Art31 subscriber MLA (T-CY(2018)10)",
  epoc: "EPOC (Reg. 2023/1543 Annex I)",
  mla: "MLA request (UNODC tool / UNTOC 18(15) / UNCC 40(15))",
  "mla-profile": "Country MLA profile (CoE PC-OC information form)",
}

const told = ({ section, field, type, required, source, verified }: FormRow) =>
  [section, field, type, required, source, verified].join(" | ")

test("each form has as many fields as its source", () => {
  assert.deepEqual(Object.fromEntries(formIds.map((form) => [form, rowsOf(form).length])), {
    ...COUNTS,
  })
  assert.equal(formRows().length, 148)
})

test("every row of the reference is there, unchanged, and no other", (t) => {
  if (!existsSync(REFERENCE)) return t.diagnostic("0 of 148 rows compared: ../shared is not there")
  const rows: Record<string, string>[] = parse(readFileSync(REFERENCE, "utf8"), { columns: true })
  const wanted = rows.map(
    ({ form, section, field, type, required, source_url, verified }) =>
      `${form} | ${[section, field, type, required, source_url, verified].join(" | ")}`,
  )
  const found = formRows().map((row) => `${NAMES[row.form]} | ${told(row)}`)
  assert.equal(wanted.length, 148)
  assert.deepEqual(found.toSorted(), wanted.toSorted())
  t.diagnostic(`${wanted.length} of 148 rows compared`)
})

test("a field's id stands once in its form, and every place of the core that a row names exists", () => {
  const ids = formRows().map(({ form, id }) => `${form}/${id}`)
  assert.equal(new Set(ids).size, ids.length)
  const core = coreOf({}, null)
  for (const { form, id, core: path } of formRows()) {
    if (path !== "") assert.notEqual(pathIn(core, path), undefined, `${form}/${id}: ${path}`)
  }
  for (const form of renderedForms) {
    assert.ok(
      rowsOf(form).every(({ core: path }) => path !== ""),
      `${form} has a field that nothing fills`,
    )
    for (const path of OWN_FIELDS[form]) {
      assert.notEqual(pathIn(core, path), undefined, path)
      assert.ok(!rowsOf(form).some((row) => row.core === path), `${path} is asked for twice in ${form}`)
    }
  }
})

test("sections come in the order of the form, and section M of an EPOC is not for the addressee", () => {
  assert.deepEqual(
    sectionsOf(rowsOf("budapest-29")).map(({ key }) => key.replace("form-section.", "")),
    ["general", "status", "requesting", "confirm", "investigating", "art-29-2", "further"],
  )
  assert.deepEqual(
    sectionsOf(rowsOf("epoc")).map(({ key }) => key.replace("form-section.epoc-", "")),
    ["a", "b", "c", "d", "e", "g", "h", "i", "j", "k", "l", "m"],
  )
  const kept = formRows().filter((row) => !isForAddressee(row))
  assert.deepEqual(
    kept.map(({ id }) => id),
    ["necessity", "case-summary", "annex-iv-offences"],
  )
})

test("a label names the field, not whose it is", () => {
  const labels = {
    "requesting-email": "email",
    "prior-mla-ticket": "ticket",
    "requesting-authority": "requesting-authority",
  }
  for (const [id, label] of Object.entries(labels)) assert.equal(labelOf({ id }), label)
})

test("only fields that a form has a place for are kept", () => {
  for (const name of [
    "date",
    "who.email",
    "items.0.value",
    "items.39.shared",
    "offences.2.law",
    NOTE,
    "modules.stored",
  ]) {
    assert.ok(isField(name), name)
  }
  for (const name of [
    "who",
    "items",
    "items.40.value",
    "items.0",
    "items.x.value",
    "__proto__",
    "who.constructor",
    "seen",
    "",
  ]) {
    assert.ok(!isField(name), name)
  }
})
