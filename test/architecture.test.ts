import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, relative, resolve } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))
const src = join(root, "src")

/** From the top down; a row may import the rows below it and nothing beside it. */
const rows: readonly (readonly string[])[] = [
  ["desk"],
  ["sharing", "matching", "paths", "agreements", "requests", "cases", "exchange"],
  ["peering"],
  ["policy"],
  ["library"],
  ["parties", "accounts", "law"],
  ["ledger"],
  ["stix", "crypto", "store", "http"],
  ["kernel"],
]

type Import = { from: string; to: string; file: string }

const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(src, file), "utf8") }))
const production = sources.filter(({ file }) => !file.endsWith(".test.ts"))

function moduleOf(file: string): string {
  const [first = "", ...rest] = file.split("/")
  return rest.length === 0 ? "(wiring)" : first
}

function rowOf(module: string): number {
  return rows.findIndex((row) => row.includes(module))
}

/** Value and type imports alike, dynamic ones too: a type is a dependency as well. */
function importsOf(file: string, text: string): Import[] {
  const found = [...text.matchAll(/(?:from|import|import\()\s*"(\.{1,2}\/[^"]+)"/g)]
  return found.map(([, target = ""]) => {
    const to = relative(src, resolve(src, file, "..", target))
    return { from: file, to, file: to }
  })
}

function matching(files: typeof sources, pattern: RegExp, allowed: (file: string) => boolean): string[] {
  return files.filter(({ file, text }) => pattern.test(text) && !allowed(file)).map(({ file }) => file)
}

test("the architecture test looks at the whole of src", () => {
  assert.ok(production.length > 50, `only ${production.length} files`)
  const imports = production.flatMap(({ file, text }) => importsOf(file, text))
  assert.ok(imports.length > 150, `only ${imports.length} imports`)
})

test("every folder of src stands in a row", () => {
  const unknown = production.map(({ file }) => moduleOf(file)).filter((name) => name !== "(wiring)" && rowOf(name) < 0)
  assert.deepEqual([...new Set(unknown)], [])
})

test("imports point down, never up or sideways", () => {
  const wrong = production.flatMap(({ file, text }) => {
    const from = moduleOf(file)
    if (from === "(wiring)") return []
    return importsOf(file, text)
      .filter(({ to }) => moduleOf(to) !== from)
      .filter(({ to }) => moduleOf(to) === "(wiring)" || rowOf(moduleOf(to)) <= rowOf(from))
      .map(({ to }) => `${file} → ${to}`)
  })
  assert.deepEqual(wrong, [])
})

test("another module is entered by its door only", () => {
  const wrong = production.flatMap(({ file, text }) =>
    importsOf(file, text)
      .filter(({ to }) => moduleOf(to) !== moduleOf(file) && moduleOf(to) !== "kernel" && moduleOf(to) !== "(wiring)")
      .filter(({ to }) => !to.endsWith("/index.ts"))
      .map(({ to }) => `${file} → ${to}`),
  )
  assert.deepEqual(wrong, [])
})

test("a rule that is broken is found", () => {
  const seeded = importsOf("stix/x.ts", 'import { Store } from "../store/store.ts"')
  assert.deepEqual(seeded, [{ from: "stix/x.ts", to: "store/store.ts", file: "store/store.ts" }])
  assert.ok(rowOf("store") <= rowOf("stix"))
})

test("what one module alone may touch, no other touches", () => {
  assert.deepEqual(
    matching(production, /"node:sqlite"/, (file) => file.startsWith("store/")),
    [],
  )
  const cryptoLibraries = /"(node:crypto|age-encryption|sodium-native|libsodium[^"]*)"/
  assert.deepEqual(
    matching(
      production,
      cryptoLibraries,
      // Browsers are given a library as a file; the node itself does not run it there.
      (file) => file.startsWith("crypto/") || /^(kernel\/(hash|ids)|http\/assets)\.ts$/.test(file),
    ),
    [],
  )
  assert.deepEqual(
    matching(production, /process\.env/, (file) => file === "main.ts"),
    [],
  )
  const clocks = /Date\.now\(|new Date\(\)|performance\.now\(/
  assert.deepEqual(
    matching(production, clocks, (file) => file === "kernel/time.ts"),
    [],
  )
  assert.deepEqual(
    matching(production, /Math\.random\(/, () => false),
    [],
  )
  assert.deepEqual(
    matching(production, /withChance/, (file) => file === "kernel/chance.ts"),
    [],
    "a node's randomness is replaced nowhere but in a simulation",
  )
})

test("SQL names its columns and stands where queries are", () => {
  assert.deepEqual(
    matching(production, /select\s+\*/i, () => false),
    [],
  )
})

test("no file is longer than 400 lines", () => {
  const long = sources.filter(({ text }) => text.split("\n").length > 401).map(({ file }) => file)
  assert.deepEqual(long, [])
})

test("the linter finds a function over 50 lines, a promise nobody awaits and a cycle of imports", () => {
  const folder = mkdtempSync(join(tmpdir(), "comity-lint-"))
  try {
    const rules = readFileSync(join(root, "biome.json"), "utf8").replace(/"(\$schema|vcs)": [^\n]*\n/g, "")
    writeFileSync(join(folder, "biome.json"), rules)
    const body = Array.from({ length: 51 }, (_, i) => `  total += ${i}`).join("\n")
    writeFileSync(
      join(folder, "long.ts"),
      `export function long(start: number): number {\n  let total = start\n${body}\n  return total\n}\n`,
    )
    writeFileSync(join(folder, "floating.ts"), "async function work(): Promise<void> {}\nwork()\n")
    writeFileSync(join(folder, "a.ts"), 'import { b } from "./b.ts"\nexport const a = (): number => b()\n')
    writeFileSync(join(folder, "b.ts"), 'import { a } from "./a.ts"\nexport const b = (): number => a()\n')
    const said = lint(folder)
    for (const rule of ["noExcessiveLinesPerFunction", "noFloatingPromises", "noImportCycles"]) {
      assert.ok(said.includes(rule), `${rule} did not fire:\n${said}`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function lint(folder: string): string {
  const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome")
  const { stdout, stderr } = spawnSync(process.execPath, [biome, "lint", "--max-diagnostics=50", folder], {
    cwd: folder,
    encoding: "utf8",
  })
  return stdout + stderr
}
