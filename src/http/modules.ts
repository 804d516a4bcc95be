import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { sha256 } from "../kernel/hash.ts"

/** The files of a library by the name under which browsers get them, and the hash of all of them. */
export type ModuleGraph = { tag: string; files: ReadonlyMap<string, Buffer> }

/** An import or export from somewhere, at the beginning of a line; a comment or a string does not begin so. */
const FROM = /^((?:import|export)\s[^;"'`]*?from\s*|import\s*)(["'])([^"'\n]+)\2/gm

/**
 * A library as browsers take it: the module of that name and all that it imports, with each import naming a file beside
 * it. So neither a bundler nor an import map is needed, which a strict policy would have to let in as inline script.
 * `name` is the entry's; the others begin with it.
 */
export function moduleGraph(name: string, library: string): ModuleGraph {
  const here = createRequire(import.meta.url)
  const sources = new Map<string, string>()
  collect(here.resolve(library), sources)
  const entry = here.resolve(library)
  const names = new Map([...sources.keys()].map((path) => [path, path === entry ? name : nameOf(name, path)]))
  if (new Set(names.values()).size < names.size) throw new Error(`two modules of ${library} would have one name`)
  const tag = sha256([...sources].map(([path, source]) => `${names.get(path)}\n${source}`).join("\n"))
    .toString("hex")
    .slice(0, 12)
  const files = [...sources].map(([path, source]): [string, Buffer] => {
    const { resolve } = createRequire(path)
    const rewritten = source.replace(FROM, (_, before: string, quote: string, target: string) => {
      return `${before}${quote}./${names.get(resolve(target))}?v=${tag}${quote}`
    })
    return [names.get(path) ?? name, Buffer.from(rewritten)]
  })
  return { tag, files: new Map(files) }
}

function collect(path: string, sources: Map<string, string>): void {
  if (sources.has(path)) return
  const source = readFileSync(path, "utf8").replace(/^\/\/# sourceMappingURL=.*$/gm, "")
  sources.set(path, source)
  const { resolve } = createRequire(path)
  for (const [, , , target = ""] of source.matchAll(FROM)) collect(resolve(target), sources)
}

/** `age.js` and `…/node_modules/@noble/hashes/hmac.js` make `age-noble-hashes-hmac.js`. */
function nameOf(entry: string, path: string): string {
  const inside = path.split("/node_modules/").slice(1).join("-") // two versions of a package may be nested
  return `${entry.replace(/\.js$/, "")}-${inside.replaceAll(/[^\w.]+/g, "-").replace(/^-/, "")}`
}
