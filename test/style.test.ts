import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"

const web = join(import.meta.dirname, "../web")
const sheets = readdirSync(web).filter((name) => name.endsWith(".css"))

/** Declarations that name a side of the window, not of the text: they stand wrong where text runs from right to left. */
function sided(sheet: string): string[] {
  const plain = sheet.replaceAll(/\/\*[\s\S]*?\*\//g, "")
  return [...plain.matchAll(/(?<=[{;]\s*)([\w-]+)\s*:\s*([^;{}]+);/g)]
    .filter(([, name = "", value = ""]) => isSided(name, value))
    .map(([text]) => text.replaceAll(/\s+/g, " "))
}

function isSided(name: string, value: string): boolean {
  if (/(^|-)(left|right)$|-(left|right)-/.test(name)) return true
  if (/^(text-align|float|clear)$/.test(name)) return /^(left|right)\b/.test(value)
  if (!/^(margin|padding|inset|border-width|border-color)$/.test(name)) return false
  const [, end, , start] = value.trim().split(/\s+(?![^(]*\))/)
  return start !== undefined && end !== start
}

test("the stylesheets name the start and the end of lines, not left and right", () => {
  assert.ok(sheets.includes("style.css"))
  for (const name of sheets) assert.deepEqual(sided(readFileSync(join(web, name), "utf8")), [], name)
})

test("a declaration that names a side is found", () => {
  const wrong =
    "a { margin-left: 4px; color: red; padding: 1px 2px 3px 4px;\n text-align: right; inset: 0 auto auto 0; }"
  assert.deepEqual(sided(wrong), [
    "margin-left: 4px;",
    "padding: 1px 2px 3px 4px;",
    "text-align: right;",
    "inset: 0 auto auto 0;",
  ])
  assert.deepEqual(sided("a { margin: 0 4px 8px; padding: 1px 2px 3px 2px; inset-inline: 0 4px; }"), [])
})
