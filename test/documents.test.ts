import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { test } from "node:test"
import { settings } from "../src/config.ts"
import { declarations } from "../src/main.ts"

const root = join(import.meta.dirname, "..")
const read = (file: string) => readFileSync(join(root, file), "utf8")

type Document = { file: string; text: string }

const documents: readonly Document[] = [".", "docs", "docs/decisions", "docs/protocol"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => ({ file: join(folder, name), text: read(join(folder, name)) })),
)

/** Text that people read as text: what stands in a block of code is no link and no heading. */
function prose(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").replaceAll(/`[^`\n]*`/g, (code) => "`".repeat(code.length))
}

/** Targets of `[text](target)` and `![text](target)` that lie in the repository. */
function linksOf({ text }: Document): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** A heading's address as code hosts write it: small letters, digits and hyphens. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/^#{1,6} (.+)$/gm)
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  )
}

function isBroken(from: string, target: string): boolean {
  const [path = "", anchor] = target.split("#")
  const file = path === "" ? from : join(dirname(from), path)
  if (relative(root, join(root, file)).startsWith("..") || !existsSync(join(root, file))) return true
  if (anchor === undefined || statSync(join(root, file)).isDirectory()) return anchor !== undefined
  return !anchorsOf(read(file)).includes(anchor)
}

/** The cells of each row of the tables in a document, without their backticks. */
function rowsOf(file: string): string[][] {
  return [...read(file).matchAll(/^\| (.+) \|$/gm)].map(([, row = ""]) =>
    row.split(" | ").map((cell) => cell.replaceAll("`", "").trim()),
  )
}

test("every link of every document leads to a file of the repository, and to a heading where it names one", (t) => {
  const links = documents.flatMap((one) => linksOf(one).map((target) => ({ from: one.file, target })))
  assert.ok(documents.length > 20 && links.length > 60, `${documents.length} documents, ${links.length} links`)
  assert.deepEqual(
    links.filter(({ from, target }) => isBroken(from, target)),
    [],
  )
  t.diagnostic(`${links.length} links in ${documents.length} documents`)
})

test("a link that leads nowhere is found", () => {
  for (const target of [
    "nothing.md",
    "../outside.md",
    "docs/glossary.md#no-such-heading",
    "#no-such-heading",
    "docs#x",
  ]) {
    assert.ok(isBroken("README.md", target), target)
  }
  assert.ok(!isBroken("README.md", "docs/operating.md#all-settings"))
})

test("every setting stands in operating.md with flag, variable and default, and no other does", () => {
  const documented = rowsOf("docs/operating.md")
    .filter(([, variable = ""]) => variable.startsWith("COMITY_"))
    .map(([flag = "", variable = "", value = ""]) => ({ flag: flag.split(" ")[0], variable, value }))
  const real = Object.values(settings).map(({ flag, env, usual }) => ({
    flag: flag === null ? "none" : `--${flag}`,
    variable: env,
    value: usual,
  }))
  assert.ok(real.length > 10, "no settings were looked at")
  assert.deepEqual(
    documented.map(({ flag, variable }) => `${flag} ${variable}`).toSorted(),
    real.map(({ flag, variable }) => `${flag} ${variable}`).toSorted(),
  )
  for (const { variable, value } of real) {
    const told = documented.find((one) => one.variable === variable)?.value
    assert.equal(told, defaultAsTold(variable, value), variable)
  }
})

/** As a person would give it; two defaults are no value but a rule. */
function defaultAsTold(variable: string, value: unknown): string {
  if (variable === "COMITY_LANGUAGE") return "from the locale"
  if (variable === "COMITY_WORKERS") return "processors − 1, 1 to 4"
  if (variable === "COMITY_FORBIDDEN_STATUS") return value === "refused" ? "403" : "404"
  return value === null ? "none" : String(value)
}

test("every command stands in operating.md, with each of its arguments and options", () => {
  const rows = rowsOf("docs/operating.md").map(([command = ""]) => command.replaceAll("\\|", "|"))
  assert.ok(declarations.length > 10, "no commands were looked at")
  for (const { name, positionals, options } of declarations) {
    const row = rows.find((one) => one === `comity ${name}` || one.startsWith(`comity ${name} `))
    assert.ok(row, `comity ${name} is not told`)
    const needed = name === "serve" ? [] : Object.keys(options).map((option) => `--${option}`)
    for (const word of [...positionals.map((one) => one.replace(/[…?]+$/, "")), ...needed])
      assert.ok(row.includes(word), `${word} of comity ${name} is not told`)
  }
})

test("no document promises a command that does not exist", () => {
  const names = declarations.map(({ name }) => name)
  const called = documents.flatMap(({ file, text }) =>
    [...text.matchAll(/(?:^|`|\(|\$ )comity ((?:[a-z][a-z-]* ?)+)/gm)].map(([, words = ""]) => ({
      file,
      words: words.trim(),
    })),
  )
  assert.ok(called.length > 30, `only ${called.length} calls were looked at`)
  const unknown = called.filter(({ words }) => !names.some((name) => `${words} `.startsWith(`${name} `)))
  assert.deepEqual(unknown, [])
})

test("every dependency has a line in docs/decisions, and every line its dependency", () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(read("package.json")) as {
    [group: string]: Record<string, string>
  }
  const real = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies })
  const list = read("docs/decisions/README.md").split("## Dependencies")[1] ?? ""
  const told = [...list.matchAll(/^\| `([^`]+)` \| .+ \| .{20,} \|$/gm)].map(([, name = ""]) => name)
  assert.ok(real.length > 5, "no dependencies were looked at")
  assert.deepEqual(told.toSorted(), real.toSorted())
})

test("every decision is in the list of decisions", () => {
  const pages = readdirSync(join(root, "docs/decisions")).filter((name) => /^\d{4}-/.test(name))
  const list = read("docs/decisions/README.md")
  assert.ok(pages.length > 10, `only ${pages.length} pages`)
  assert.deepEqual(
    pages.filter((name) => !list.includes(`[${name.slice(0, 4)}](${name})`)),
    [],
  )
  assert.equal(new Set(pages.map((name) => name.slice(0, 4))).size, pages.length, "two pages have one number")
})

test("README names the same commands as the check that others run", () => {
  const checked = read(".ci/run").trim().split("\n").at(-1)
  assert.equal(checked, "npm ci && npm test")
  assert.ok(read("README.md").includes(`\`\`\`sh\nnpm ci && npm start\n${checked}\n\`\`\``))
})

test("each file of code or test that a document names is there", () => {
  const named = documents.flatMap(({ file, text }) =>
    [...text.matchAll(/`((?:src|test|bin|web|docs)\/[\w./-]+\.(?:ts|js|py|json|md))`/g)].map(([, path = ""]) => ({
      file,
      path,
    })),
  )
  const inModules = [...read("docs/threat-model.md").matchAll(/`([a-z]+\/[\w.-]+\.(?:ts|py))`/g)]
    .map(([, path = ""]) => path)
    .filter((path) => !path.startsWith("test/"))
    .map((path) => ({ file: "docs/threat-model.md", path: `src/${path}` }))
  assert.ok(named.length > 20 && inModules.length > 40, `${named.length} and ${inModules.length}`)
  assert.deepEqual(
    [...named, ...inModules].filter(({ path }) => !existsSync(join(root, path))),
    [],
  )
})
