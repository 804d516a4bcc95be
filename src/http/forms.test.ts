import assert from "node:assert/strict"
import { test } from "node:test"
import { z } from "zod"
import { monotonic } from "../kernel/time.ts"
import { type Ask, choiceField, errorSummary, inputField, parseForm, readForm, translator } from "./index.ts"

const t = translator("en")
const Schema = z.object({
  title: z.string().trim().min(1).max(5),
  kind: z.enum(["a", "b"]),
  tick: z.array(z.string()).optional(),
})

function sent(body: string): Ask<unknown> {
  return { body: async () => Buffer.from(body) } as unknown as Ask<unknown>
}

test("a form that fits gives its values; names sent twice give a list", async () => {
  const form = await readForm(sent("title=abc&kind=b&tick=1&tick=2"), Schema)
  assert.deepEqual(form.ok && form.value, { title: "abc", kind: "b", tick: ["1", "2"] })
})

test("what is missing, too long or unknown is said field by field, and nothing typed is lost", async () => {
  const form = await readForm(sent("title=toolong&kind=c"), Schema)
  assert.ok(!form.ok)
  assert.deepEqual(form.faults, {
    title: { key: "form.too-long", values: { most: 5 } },
    kind: { key: "form.invalid" },
  })
  assert.deepEqual(form.given.title, ["toolong"])
  const empty = await readForm(sent(""), Schema)
  assert.deepEqual(!empty.ok && empty.faults.title, { key: "form.missing" })
})

test("a message of the schema that is a key of the locales is used as it is", () => {
  const form = parseForm({ x: ["1"] }, z.object({ x: z.string().min(3, "form.summary") }))
  assert.deepEqual(!form.ok && form.faults, { x: { key: "form.summary" } })
})

test("names that objects have by nature are fields like others", async () => {
  const form = await readForm(sent("__proto__=x&constructor=y&title=abc&kind=a"), Schema)
  assert.ok(form.ok)
  assert.deepEqual(Object.keys(form.given), ["__proto__", "constructor", "title", "kind"])
  assert.equal(({} as Record<string, unknown>).x, undefined)
})

test("a form of very many names does not hold the node up", async () => {
  const names = Array.from({ length: 60_000 }, (_, i) => i.toString(36)).join("&")
  const begin = monotonic()
  await readForm(sent(names), Schema)
  assert.ok(monotonic() - begin < 5000) // a search through all for each takes the better part of a minute
})

test("a choice that nobody made is missing, not wrong", () => {
  const fault = (given: Record<string, string[]>) => {
    const form = parseForm(given, z.object({ kind: z.enum(["a", "b"]) }))
    return form.ok ? null : form.faults.kind?.key
  }
  assert.equal(fault({}), "form.missing")
  assert.equal(fault({ kind: [""] }), "form.missing")
  assert.equal(fault({ kind: ["c"] }), "form.invalid")
})

test("a field shows what was typed, escaped, beside its fault; a password is never sent back", () => {
  const shown = { t, given: { title: ['"><script>'], pass: ["secret"] }, faults: { title: { key: "form.missing" } } }
  const field = String(inputField(shown, { name: "title", label: "Title", hint: "What others see" }))
  assert.ok(field.includes('value="&quot;&gt;&lt;script&gt;"'), field)
  assert.match(field, /aria-describedby="field-title-hint field-title-fault" aria-invalid="true"/)
  const password = String(inputField(shown, { name: "pass", label: "Password", type: "password" }))
  assert.ok(!password.includes("secret"))
})

test("each fault of the summary leads to its field", () => {
  const faults = { kind: { key: "form.missing" }, "": { key: "form.invalid" } }
  const summary = String(errorSummary(t, faults))
  assert.match(summary, /<a href="#field-kind">/)
  const shown = { t, given: {}, faults }
  const field = String(choiceField(shown, { name: "kind", label: "Kind", choices: [{ value: "a", label: "A" }] }))
  assert.match(field, /id="field-kind"/)
  assert.equal(String(errorSummary(t, {})), "")
})

test("a line break is one sign, as the browser counts it", async () => {
  const form = await readForm(sent("title=a%0D%0Ab%0D%0Ac&kind=a"), Schema)
  assert.equal(form.ok && form.value.title, "a\nb\nc")
})
