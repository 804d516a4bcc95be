import { compareReading } from "../compare.ts"
import type { Bench, Library } from "../context.ts"
import { evenly } from "../numbers.ts"
import { distinct } from "./reads.ts"

const group = "filters"
const PATHS = 15_000

/** Every filter of the standard with pages of 100 and 8 clients; each request asks for something else. */
export async function measureFilters(bench: Bench): Promise<void> {
  const library = await bench.library()
  for (const [name, paths] of Object.entries(cases(library))) {
    const where = { target: library.inbox.target, pid: library.node.pid, paths }
    const reading = { group, name, ...where, clients: 8, perRound: 1000 }
    bench.report(await compareReading(bench, reading))
  }
}

function cases(library: Library): Record<string, string[]> {
  const { objects, manifest } = library.inbox
  const after = (base: string, more: string) =>
    distinct(library, 0.5, PATHS, (date) => `${base}?limit=100&added_after=${date}${more}`)
  const ids = evenly(library.entries, PATHS).map(({ id }) => id)
  return {
    added_after: after(objects, ""),
    "match[type], a rare type": after(objects, "&match[type]=tool"),
    "match[type], two types": after(objects, "&match[type]=malware,attack-pattern"),
    "match[id]": ids.map((id) => `${objects}?match[id]=${id}`),
    "match[version]=all": after(objects, "&match[version]=all"),
    "match[version]=first": after(objects, "&match[version]=first"),
    "match[spec_version]=2.1": after(objects, "&match[spec_version]=2.1"),
    manifest: after(manifest, ""),
    "one object by its path": ids.map((id) => `${objects}${id}/`),
    "versions of one object": ids.map((id) => `${objects}${id}/versions/`),
  }
}
