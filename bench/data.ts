import { existsSync, readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { generated } from "./generator/objects.ts"

/**
 * Which objects: the real ones of the shared folder (at most 31,300), or those the generator makes from a seed.
 * Sources with different seeds share no ids but those of the markings and authors at the start of each.
 */
export type Source = { real: true } | { real: false; seed: number }

export const REAL_COUNT = 31_300
const REAL = new URL("../../shared/reference/data/attack-31k.json.gz", import.meta.url)

let realObjects: readonly Buffer[] | null = null

/** The real objects where the folder stands beside the checkout, else generated ones of the same shape. */
export function bestSource(): Source {
  return existsSync(REAL) ? { real: true } : { real: false, seed: 1 }
}

export function describeSource(source: Source): string {
  return source.real ? "31,300 real objects (MITRE ATT&CK and CAPEC)" : `generated objects, seed ${source.seed}`
}

/** Objects `first` to `first + count - 1` as JSON text in UTF-8; throws a RangeError where the real ones end. */
export function objects(source: Source, first: number, count: number): Buffer[] {
  if (!source.real) return Array.from({ length: count }, (_, at) => Buffer.from(generated(source.seed, first + at)))
  realObjects ??= readReal()
  const found = realObjects.slice(first, first + count)
  if (found.length !== count) throw new RangeError(`the real data ends at object ${realObjects.length}`)
  return found
}

/** TAXII envelopes of `size` objects each. */
export function envelopes(source: Source, first: number, count: number, size: number): Buffer[] {
  const all: Buffer[] = []
  for (let at = 0; at < count; at += size) {
    const wanted = Math.min(size, count - at)
    all.push(Buffer.from(`{"objects":[${objects(source, first + at, wanted).join(",")}]}`))
  }
  return all
}

function readReal(): Buffer[] {
  const bundle: unknown = JSON.parse(gunzipSync(readFileSync(REAL)).toString("utf8"))
  const list = typeof bundle === "object" && bundle !== null && "objects" in bundle ? bundle.objects : null
  if (!Array.isArray(list)) throw new TypeError("the real data is not a bundle")
  return list.map((object) => Buffer.from(JSON.stringify(object)))
}
