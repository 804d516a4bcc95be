import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { mixesScripts, prose, visible, visibleText } from "./index.ts"

test("what nobody would see is shown by its name", () => {
  const table: [text: string, name: string][] = [
    ["invoice\u{202E}gpj.exe", "RLO"],
    ["a\u{200B}b", "ZWSP"],
    ["a\u{2066}b\u{2069}", "LRI"],
    ["\u{FEFF}x", "BOM"],
    ["a\u{00AD}b", "SHY"],
    ["x\u{0000}y", "U+0000"],
    ["tag\u{E0041}", "U+E0041"],
    ["line\u{2028}break", "U+2028"],
    ["new\nline", "U+000A"],
    ["hangul\u{3164}filler", "U+3164"],
    ["braille\u{2800}blank", "U+2800"],
  ]
  for (const [text, name] of table) {
    assert.match(String(visible(text)), new RegExp(`<span class="mark">${name.replace("+", "\\+")}</span>`), name)
    assert.ok(visibleText(text).includes(`⟨${name}⟩`), name)
  }
})

test("a word of letters that look alike carries a mark, two words of two scripts do not", () => {
  for (const text of ["p\u{0430}ypal.example", "\u{0410}pple", "microsοft"]) assert.ok(mixesScripts(text), text)
  for (const text of ["paypal москва", "Кириллица", "例え.example", "Ωmega-3", "naïve"]) {
    assert.equal(mixesScripts(text), text === "Ωmega-3", text)
  }
  assert.match(String(visible("p\u{0430}ypal")), /≠/)
  assert.doesNotMatch(String(visible("paypal")), /≠/)
})

test("a longer text keeps its line breaks and shows the rest", () => {
  const shown = String(prose("first\r\nsecond\u{202E}\tthird"))
  assert.match(shown, /first\nsecond<span class="mark">RLO<\/span> third/)
})

test("no text leaves as markup, and nothing unseen leaves as itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const shown of [String(visible(text)), String(prose(text))]) {
        assert.doesNotMatch(shown.replaceAll(/<\/?(?:bdi|span)(?: (?:class|title|dir)="[\w ]*")*>/g, ""), /[<>]/)
        assert.doesNotMatch(shown.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u)
      }
    }),
  )
})
