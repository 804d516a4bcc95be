import assert from "node:assert/strict"
import { test } from "node:test"
import { parse } from "csv-parse/sync"
import fc from "fast-check"
import { csvLine } from "./spreadsheet.ts"

const cells: readonly (readonly [given: string, written: string])[] = [
  ["plain", "plain"],
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["＝1+1", "'＝1+1"],
  ["＋1", "'＋1"],
  ["－1", "'－1"],
  ["＠A1", "'＠A1"],
  ["\tx", `"'\tx"`],
  ["\t=1", `"'\t'=1"`],
  ["\r=1", `"'\r'=1"`],
  ["a-b+c=d@e", "a-b+c=d@e"],
  ["x;=cmd|' /C calc'!A0", `"x;'=cmd|' /C calc'!A0"`],
  ['say "hi", twice', '"say ""hi"", twice"'],
  ["two\nlines", '"two\nlines"'],
  ["\ud800", "\ufffd"],
  ["", ""],
]

test("a sign that begins a formula gets an apostrophe, and signs of the format are quoted", () => {
  for (const [given, written] of cells) assert.equal(csvLine([given, "b"]), `${written},b\r\n`, JSON.stringify(given))
})

const sign = fc.constantFrom(..."=+-@＝＋－＠;,\t\r\n\"' ab")
const text = fc.array(sign, { maxLength: 8 }).map((signs) => signs.join(""))
const row = fc.array(fc.oneof(text, fc.string({ unit: "grapheme" })), { minLength: 1, maxLength: 4 })

test("no cell is a formula, whichever sign a country's spreadsheet divides cells by", () => {
  fc.assert(
    fc.property(row, (values) => {
      const line = csvLine(values)
      const [parsed = []] = parse(line, { relax_column_count: true }) as string[][]
      assert.equal(parsed.length, values.length)
      const pieces = [...parsed, ...line.split(/[;\t\r\n]/).flatMap((piece) => [piece, piece.replace(/^"/, "")])]
      for (const piece of pieces) assert.doesNotMatch(piece, /^[=+\-@＝＋－＠]/u)
    }),
  )
})

test("taking the apostrophes away gives back what was there", () => {
  fc.assert(
    fc.property(row, (values) => {
      const [parsed = []] = parse(csvLine(values)) as string[][]
      const plain = (cell: string) => cell.toWellFormed().replaceAll("'", "")
      assert.deepEqual(parsed.map(plain), values.map(plain))
    }),
  )
})
