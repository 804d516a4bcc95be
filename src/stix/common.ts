import type { Json } from "../kernel/canonical.ts"
import { refuse, type Walk, warn, warnAt } from "./findings.ts"
import { hashes, language, strictReference, timestamp, url } from "./formats.ts"
import {
  anyOf,
  boolean,
  integer,
  isObject,
  type JsonObject,
  listOf,
  literal,
  objectOf,
  type Properties,
  type Rule,
  required,
  type Spec,
  text,
  within,
} from "./spec.ts"
import { extensionTypes } from "./vocabularies.ts"

/** STIX 2.1 section 2.5. */
export const externalReference = objectOf(
  { source_name: required(text), description: text, url, hashes, external_id: text },
  anyOf("description", "url", "external_id"),
)

/** STIX 2.1 section 2.11. */
export const killChainPhase = objectOf({ kill_chain_name: required(text), phase_name: required(text) })

const markingRef = strictReference("marking-definition", "stix.marking-ref")

const oneOfMarkingAndLanguage: Rule = (marking, walk) => {
  if ((marking.marking_ref === undefined) === (marking.lang === undefined)) warn(walk, "stix.co-constraint")
}

/** STIX 2.1 section 7.2.3. */
export const granularMarking = objectOf(
  { marking_ref: markingRef, lang: language, selectors: required(listOf(text)) },
  oneOfMarkingAndLanguage,
)

const EXTENSION_ID = /^extension-definition--[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/
const EXTENSION_NAME = /^[a-z][a-z0-9-]{0,244}-ext$/
const KINDS: ReadonlySet<Json | undefined> = new Set<Json | undefined>(extensionTypes)

/** STIX 2.1 section 7.3. Extensions that the standard itself defines are looked into, others are carried. */
export function extensionsOf<P extends Properties>(predefined: P): Spec<{ [K in keyof P]?: Json } & JsonObject> {
  const table = new Map(Object.entries(predefined))
  return {
    check(value, walk) {
      if (!isObject(value)) return refuse(walk, "stix.wrong-type")
      let empty = true
      for (const name in value) {
        empty = false
        walk.path.push(name)
        const spec = table.get(name)
        if (!(spec === undefined ? checkForeign(name, value[name], walk) : spec.check(value[name] as Json, walk))) {
          return false
        }
        walk.path.pop()
      }
      return empty ? warn(walk, "stix.empty-object") : true
    },
  }
}

function checkForeign(name: string, extension: Json | undefined, walk: Walk): boolean {
  if (!isObject(extension)) return refuse(walk, "stix.wrong-type")
  if (EXTENSION_ID.test(name)) {
    if (!KINDS.has(extension.extension_type)) warnAt(walk, "extension_type", "stix.enumeration")
  } else if (!EXTENSION_NAME.test(name)) warn(walk, "stix.extension-name")
  if (Object.keys(extension).length === 0) warn(walk, "stix.empty-object")
  return true
}

export const extensions = extensionsOf({})

/** Properties that decide who may see an object and who made it; custom objects are held to them as well. */
export const handling = {
  object_marking_refs: listOf(markingRef),
  granular_markings: listOf(granularMarking),
  extensions,
}

const provenance = {
  ...handling,
  created_by_ref: strictReference("identity", "stix.created-by"),
  external_references: listOf(externalReference),
}

/** `type`, `id` and `spec_version` are checked before a table is chosen. */
function named<N extends string>() {
  return {
    type: required(literal<N>()),
    id: required(text),
    spec_version: text as Spec<"2.0" | "2.1">,
  }
}

/** STIX 2.1 section 3.2: what domain and relationship objects have in common. */
export function core<N extends string>() {
  return {
    ...named<N>(),
    ...provenance,
    created: required(timestamp),
    modified: required(timestamp),
    revoked: boolean,
    labels: listOf(text),
    confidence: within(integer, 0, 100),
    lang: language,
  }
}

/** STIX 2.1 section 3.2: what observables have in common. */
export function observableCore<N extends string>() {
  return { ...named<N>(), ...handling, defanged: boolean }
}

/** STIX 2.1 section 7.2.1: a marking definition is never versioned. */
export function markingCore() {
  return { ...named<"marking-definition">(), ...provenance, created: required(timestamp) }
}

/** What is checked of a type that the standard does not know. */
export const customObject = objectOf({
  ...handling,
  created_by_ref: provenance.created_by_ref,
  created: timestamp,
  modified: timestamp,
  revoked: boolean,
})
