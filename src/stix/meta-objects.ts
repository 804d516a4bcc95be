import { core, markingCore } from "./common.ts"
import { refuse, refuseAt, type Walk, warnAt } from "./findings.ts"
import { isLanguageTag, referenceExcept, timestamp } from "./formats.ts"
import {
  anything,
  dictionaryOf,
  enumeration,
  isObject,
  type JsonObject,
  listOf,
  needs,
  objectOf,
  type Rule,
  required,
  type Spec,
  text,
} from "./spec.ts"
import { TLP1_LEVEL_BY_ID } from "./tlp.ts"
import { extensionTypes } from "./vocabularies.ts"

const statement = objectOf({ statement: required(text) })
const tlp = objectOf({ tlp: required(text) })

/** Marking types beyond statement and TLP are foreign; that the definition is an object is all that is asked. */
const definition: Spec<JsonObject> = {
  check: (value, walk) => isObject(value) || refuse(walk, "stix.wrong-type"),
}

const definitionFits: Rule = (object, walk) => {
  if (object.definition_type === "statement") checkDefinition(object, statement, walk)
  if (object.definition_type === "tlp") {
    checkDefinition(object, tlp, walk)
    checkTlp(object, walk)
  }
  // Without an extension the definition is all there is (STIX 2.1 section 7.2.1).
  for (const name of ["definition_type", "definition"]) {
    if (object.extensions === undefined && object[name] === undefined) refuseAt(walk, name, "stix.required")
  }
}

function checkDefinition(object: JsonObject, spec: Spec<unknown>, walk: Walk): void {
  if (object.definition === undefined) return
  walk.path.push("definition")
  if (spec.check(object.definition, walk)) walk.path.pop()
}

/** The four TLP 1 definitions are fixed, id and all (STIX 2.1 section 7.2.1.4); a look-alike misleads. */
function checkTlp(object: JsonObject, walk: Walk): void {
  const level = isObject(object.definition) ? object.definition.tlp : undefined
  if (typeof object.id !== "string" || TLP1_LEVEL_BY_ID.get(object.id) !== level) {
    warnAt(walk, "definition", "stix.tlp-definition")
  }
}

/** STIX 2.1 section 7.2. */
export const markingDefinition = objectOf(
  { ...markingCore(), name: text, definition_type: text, definition },
  needs("definition_type", "definition"),
  needs("definition", "definition_type"),
  definitionFits,
)

const languages: Rule = (object, walk) => {
  if (!isObject(object.contents)) return
  for (const tag in object.contents) if (!isLanguageTag(tag)) warnAt(walk, "contents", "stix.language")
}

/** STIX 2.1 section 7.1. */
export const languageContent = objectOf(
  {
    ...core<"language-content">(),
    object_ref: required(referenceExcept("bundle", "language-content")),
    object_modified: timestamp,
    contents: required(dictionaryOf(dictionaryOf(anything))),
  },
  languages,
)

const propertiesNeedTopLevel: Rule = (object, walk) => {
  const types = object.extension_types
  if (object.extension_properties === undefined || !Array.isArray(types)) return
  if (!types.includes("toplevel-property-extension")) warnAt(walk, "extension_properties", "stix.co-constraint")
}

const authorIsNamed: Rule = (object, walk) => {
  if (object.created_by_ref === undefined) warnAt(walk, "created_by_ref", "stix.co-constraint")
}

/** STIX 2.1 section 7.3. */
export const extensionDefinition = objectOf(
  {
    ...core<"extension-definition">(),
    name: required(text),
    description: text,
    schema: required(text),
    version: required(text),
    extension_types: required(listOf(enumeration(extensionTypes))),
    extension_properties: listOf(text),
  },
  propertiesNeedTopLevel,
  authorIsNamed,
)
