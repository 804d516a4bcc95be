import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { gunzipSync } from "node:zlib"
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js"
import formats from "ajv-formats"
import type { Json } from "../../src/kernel/canonical.ts"

export type StixLike = { [key: string]: Json }

const REFERENCE = new URL("../../../shared/reference/", import.meta.url)
const SCHEMAS = new URL("vectors/stix2-schemas/schemas/", REFERENCE)
const EXAMPLES = new URL("vectors/stix2-schemas/examples/", REFERENCE)
const ATTACK = new URL("data/attack-31k.json.gz", REFERENCE)

/** Whether the schemas of OASIS lie beside the checkout. */
export const oracleIsPresent = existsSync(SCHEMAS)

function parse(text: string): Json {
  return JSON.parse(text) as Json
}

function filesUnder(folder: URL): string[] {
  const path = fileURLToPath(folder)
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${path}/${name}`)
}

/** What the schemas say of an object: null where they hold nothing against it. */
export type Oracle = (object: StixLike) => ErrorObject[] | null

/** AJV over the schemas; types without a schema of their own are held to `core`, or to the observables' core. */
export function loadOracle(): Oracle {
  const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false, logger: false })
  formats.default(ajv)
  const ids = new Map<string, string>()
  for (const file of filesUnder(SCHEMAS)) {
    const schema = parse(readFileSync(file, "utf8")) as { $id: string }
    ajv.addSchema(schema)
    ids.set(file.slice(file.lastIndexOf("/") + 1, -".json".length), schema.$id)
  }
  const compiled = new Map<string, ValidateFunction>()
  return (object) => {
    const type = String(object.type)
    const name = ids.has(type) ? type : object.created === undefined ? "cyber-observable-core" : "core"
    const validate = compiled.get(name) ?? ajv.getSchema(ids.get(name) ?? "")
    if (validate === undefined) throw new Error(`no schema ${name}`)
    compiled.set(name, validate)
    return validate(object) === true ? null : (validate.errors ?? [])
  }
}

/** The objects of the examples that come with the schemas. */
export function schemaExamples(): StixLike[] {
  return filesUnder(EXAMPLES).flatMap((file) => {
    const value = parse(readFileSync(file, "utf8")) as StixLike
    return Array.isArray(value.objects) ? (value.objects as StixLike[]) : [value]
  })
}

/** Every tenth of the real objects; empty where they are not present. */
export function realObjects(): StixLike[] {
  if (!existsSync(ATTACK)) return []
  const bundle = parse(gunzipSync(readFileSync(ATTACK)).toString()) as { objects: StixLike[] }
  return bundle.objects.filter((_, at) => at % 10 === 0)
}

const WRONG: readonly Json[] = [null, 7, -1.5, "x", true, [], {}, [null], [7], ["x"], { x: 1 }, [{}]]
const TIMES: readonly Json[] = [
  "2023-02-30T00:00:00.000Z",
  "2024-01-01",
  "2024-01-01T00:00:00.000+01:00",
  "2024-13-01T00:00:00Z",
  "",
]
const REFERENCES: readonly Json[] = [
  "nonsense",
  "indicator--00000001-0000-4000-8000-000000000001",
  "x-thing--00000001-0000-4000-8000-000000000001",
  "identity--00000001-0000-0000-0000-000000000001",
]

/** One object, changed in one place: every property at every depth deleted or given another value. */
export function* mutations(object: StixLike): Generator<{ what: string; object: StixLike }> {
  for (const path of paths(object, [])) {
    yield { what: `delete ${path.join(".")}`, object: changed(object, path, undefined) }
    for (const value of valuesFor(path)) {
      yield { what: `${path.join(".")} = ${JSON.stringify(value)}`, object: changed(object, path, value) }
    }
  }
  for (const [name, value] of ADDED) yield { what: `add ${name}`, object: { ...object, [name]: value } }
}

const ADDED: readonly [string, Json][] = [
  ["x_custom", { deep: [1, null] }],
  ["unheard_of", "x"],
  ["severity", 5],
  ["BadName", "x"],
  ["x_empty", []],
  ["x_null", null],
  ["x_some_hex", "zz"],
]

function* paths(value: Json, path: (string | number)[]): Generator<(string | number)[]> {
  if (path.length > 0) yield path
  if (Array.isArray(value)) for (const [at, item] of value.entries()) yield* paths(item, [...path, at])
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* paths(item, [...path, key])
  }
}

function valuesFor(path: (string | number)[]): readonly Json[] {
  const name = String(path.findLast((step) => typeof step === "string"))
  if (/_refs?$/.test(name) || name === "id") return [...WRONG, ...REFERENCES]
  return /^(created|modified)$|time|_seen|_observed|valid_|published|_(started|ended)/.test(name)
    ? [...WRONG, ...TIMES]
    : WRONG
}

function changed(object: StixLike, path: (string | number)[], value: Json | undefined): StixLike {
  const copy = structuredClone(object)
  let parent: Json = copy
  for (const step of path.slice(0, -1)) parent = (parent as StixLike)[step] as Json
  const last = path.at(-1) as string | number
  if (value !== undefined) (parent as StixLike)[last] = value
  else if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else delete (parent as StixLike)[last]
  return copy
}
