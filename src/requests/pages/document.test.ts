import assert from "node:assert/strict"
import { test } from "node:test"
import { READY } from "../../../test/support/requests.ts"
import { formatOf, languages, translator } from "../../http/index.ts"
import { coreOf, type Fields } from "../core.ts"
import { formIds, formRows, renderedForms } from "../forms.ts"
import { documentBody } from "./document.ts"
import { fieldLabels } from "./field-labels.ts"

const wording = (language: (typeof languages)[number]) => ({
  t: translator(language),
  format: formatOf(language, "UTC"),
})

/** Every text of the core filled with a mark of its own. */
function marked(): Fields {
  const paths = formRows().flatMap(({ core }) => (core === "" ? [] : [core]))
  const plain = Object.fromEntries(paths.map((path) => [path, `<${path}>`]))
  return { ...READY, ...plain, intent: "yes", confidential: "yes", partial: "yes", status: "new", "who.reply": "email" }
}

test("what a form has a field for stands in its document, as text", () => {
  const core = coreOf(marked(), null)
  for (const form of renderedForms) {
    const text = String(documentBody(form, core, wording("en")))
    const plain = formRows().filter(
      (row) => row.form === form && /^(?:reference|facts|basis|whom\.authority|prior\.[a-z.]+|purpose)$/.test(row.core),
    )
    assert.ok(plain.length > 1, form)
    for (const row of plain) assert.ok(text.includes(`&lt;${row.core}&gt;`), `${form}/${row.id}`)
    assert.doesNotMatch(text, /<(?:reference|facts|purpose)>|undefined|\[object/)
    assert.ok(text.includes("198.51.100.7"), "indicators stand as they are")
    assert.ok(text.includes('class="sign-here"'))
  }
})

test("what is not to the addressee is in no document, not even of a form that is not made here", () => {
  const core = coreOf({ ...READY, necessity: "NECESSARY", facts: "FACTS" }, null)
  for (const language of languages) {
    const text = String(documentBody("epoc", core, wording(language)))
    assert.ok(text.includes("Baltic Hosting"), "the addressee is named")
    for (const kept of ["NECESSARY", "FACTS", "Illegal access"]) assert.ok(!text.includes(kept), kept)
  }
})

test("a field that nobody saw in the original is marked, one that was seen is not", () => {
  const text = String(documentBody("budapest-29", coreOf(READY, "preserve"), wording("en")))
  const label = (name: string) => new RegExp(`<dt>${name}( <span title="[^"]+">†</span>)?</dt>`).exec(text)?.[1]
  assert.equal(label("Reference or case number"), undefined)
  assert.match(label("Urgency") ?? "", /†/)
})

test("each label is there in every language, and every form can be written in each", () => {
  assert.ok(fieldLabels().length > 90)
  for (const language of languages) {
    for (const label of fieldLabels()) assert.ok(translator(language)(`form-field.${label}`).length > 0)
    for (const form of formIds)
      assert.doesNotMatch(String(documentBody(form, coreOf(READY, null), wording(language))), /undefined/)
  }
})
