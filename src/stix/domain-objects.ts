import { core, killChainPhase } from "./common.ts"
import { warn, warnAt } from "./findings.ts"
import { inOrder, reference, referenceExcept, relationshipType, timestamp } from "./formats.ts"
import { stixPattern } from "./pattern.ts"
import {
  anyOf,
  anything,
  boolean,
  dictionaryOf,
  enumeration,
  integer,
  isObject,
  listOf,
  needs,
  notBoth,
  number,
  objectOf,
  type Rule,
  required,
  required21,
  text,
  vocabulary,
  within,
} from "./spec.ts"
import * as vocabularies from "./vocabularies.ts"

const killChainPhases = listOf(killChainPhase)
const seen = { first_seen: timestamp, last_seen: timestamp }
const seenInOrder = inOrder("first_seen", "last_seen")
const described = { name: required(text), description: text }
const aliases = listOf(text)
const texts = listOf(text)
const references = listOf(reference())
const motivation = vocabulary(vocabularies.attackMotivations)
const resourceLevel = vocabulary(vocabularies.attackResourceLevels)
const software = reference("software")

export const attackPattern = objectOf({
  ...core<"attack-pattern">(),
  ...described,
  aliases,
  kill_chain_phases: killChainPhases,
})

export const campaign = objectOf(
  { ...core<"campaign">(), ...described, ...seen, aliases, objective: text },
  seenInOrder,
)

export const courseOfAction = objectOf({ ...core<"course-of-action">(), ...described })

export const grouping = objectOf({
  ...core<"grouping">(),
  name: text,
  description: text,
  context: required(vocabulary(vocabularies.groupingContexts)),
  object_refs: required(references),
})

export const identity = objectOf({
  ...core<"identity">(),
  ...described,
  roles: texts,
  identity_class: vocabulary(vocabularies.identityClasses),
  sectors: listOf(vocabulary(vocabularies.industrySectors)),
  contact_information: text,
})

export const incident = objectOf({ ...core<"incident">(), ...described })

const patternIsBalanced: Rule = (object, walk) => {
  if (object.pattern_type !== undefined && object.pattern_type !== "stix") return
  if (typeof object.pattern === "string" && !stixPattern(object.pattern)) warnAt(walk, "pattern", "stix.pattern")
}

export const indicator = objectOf(
  {
    ...core<"indicator">(),
    name: text,
    description: text,
    indicator_types: listOf(vocabulary(vocabularies.indicatorTypes)),
    pattern: required(text),
    pattern_type: required21(vocabulary(vocabularies.patternTypes)),
    pattern_version: text,
    valid_from: required(timestamp),
    valid_until: timestamp,
    kill_chain_phases: killChainPhases,
  },
  inOrder("valid_from", "valid_until", true),
  patternIsBalanced,
)

export const infrastructure = objectOf(
  {
    ...core<"infrastructure">(),
    ...described,
    ...seen,
    aliases,
    infrastructure_types: listOf(vocabulary(vocabularies.infrastructureTypes)),
    kill_chain_phases: killChainPhases,
  },
  seenInOrder,
)

export const intrusionSet = objectOf(
  {
    ...core<"intrusion-set">(),
    ...described,
    ...seen,
    aliases,
    goals: texts,
    resource_level: resourceLevel,
    primary_motivation: motivation,
    secondary_motivations: listOf(motivation),
  },
  seenInOrder,
)

/** STIX 2.1 section 4.10: a region, a country, or both coordinates. */
const somewhere: Rule = (object, walk) => {
  const point = object.latitude !== undefined && object.longitude !== undefined
  if (!point && object.region === undefined && object.country === undefined) warn(walk, "stix.at-least-one")
}

export const location = objectOf(
  {
    ...core<"location">(),
    name: text,
    description: text,
    latitude: within(number, -90, 90),
    longitude: within(number, -180, 180),
    precision: within(number, 0, Number.MAX_VALUE),
    region: vocabulary(vocabularies.regions),
    country: text,
    administrative_area: text,
    city: text,
    street_address: text,
    postal_code: text,
  },
  somewhere,
  needs("latitude", "longitude"),
  needs("longitude", "latitude"),
  needs("precision", "latitude", "longitude"),
)

const familyHasName: Rule = (object, walk) => {
  if (object.is_family === true && object.name === undefined) warnAt(walk, "name", "stix.co-constraint")
}

export const malware = objectOf(
  {
    ...core<"malware">(),
    ...seen,
    name: text,
    description: text,
    aliases,
    malware_types: listOf(vocabulary(vocabularies.malwareTypes)),
    is_family: required21(boolean),
    kill_chain_phases: killChainPhases,
    operating_system_refs: listOf(software),
    architecture_execution_envs: listOf(vocabulary(vocabularies.processorArchitectures)),
    implementation_languages: listOf(vocabulary(vocabularies.implementationLanguages)),
    capabilities: listOf(vocabulary(vocabularies.malwareCapabilities)),
    sample_refs: listOf(reference("artifact", "file")),
  },
  familyHasName,
  seenInOrder,
)

export const malwareAnalysis = objectOf(
  {
    ...core<"malware-analysis">(),
    product: required(text),
    version: text,
    host_vm_ref: software,
    operating_system_ref: software,
    installed_software_refs: listOf(software),
    configuration_version: text,
    modules: texts,
    analysis_engine_version: text,
    analysis_definition_version: text,
    submitted: timestamp,
    analysis_started: timestamp,
    analysis_ended: timestamp,
    result_name: text,
    result: vocabulary(vocabularies.malwareResults),
    analysis_sco_refs: references,
    sample_ref: reference("artifact", "file", "network-traffic"),
  },
  anyOf("result", "analysis_sco_refs"),
  inOrder("analysis_started", "analysis_ended"),
)

export const note = objectOf({
  ...core<"note">(),
  abstract: text,
  content: required(text),
  authors: texts,
  object_refs: required(references),
})

const notDomainObjects = referenceExcept(
  ...["attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident", "indicator"],
  ...["infrastructure", "intrusion-set", "location", "malware", "malware-analysis", "note", "observed-data"],
  ...["opinion", "report", "threat-actor", "tool", "vulnerability"],
)

const observablesAreObjects: Rule = (object, walk) => {
  const objects = object.objects
  if (!isObject(objects)) return
  for (const key in objects) if (!isObject(objects[key])) warnAt(walk, `objects.${key}`, "stix.co-constraint")
}

export const observedData = objectOf(
  {
    ...core<"observed-data">(),
    first_observed: required(timestamp),
    last_observed: required(timestamp),
    number_observed: required(within(integer, 1, 999_999_999)),
    objects: dictionaryOf(anything),
    object_refs: listOf(notDomainObjects),
  },
  anyOf("objects", "object_refs"),
  notBoth("objects", "object_refs"),
  observablesAreObjects,
  inOrder("first_observed", "last_observed"),
)

export const opinion = objectOf({
  ...core<"opinion">(),
  explanation: text,
  authors: texts,
  opinion: required(enumeration(vocabularies.opinions)),
  object_refs: required(references),
})

export const report = objectOf({
  ...core<"report">(),
  ...described,
  report_types: listOf(vocabulary(vocabularies.reportTypes)),
  published: required(timestamp),
  object_refs: required(references),
})

export const threatActor = objectOf(
  {
    ...core<"threat-actor">(),
    ...described,
    ...seen,
    threat_actor_types: listOf(vocabulary(vocabularies.threatActorTypes)),
    aliases,
    roles: listOf(vocabulary(vocabularies.threatActorRoles)),
    goals: texts,
    sophistication: vocabulary(vocabularies.threatActorSophistications),
    resource_level: resourceLevel,
    primary_motivation: motivation,
    secondary_motivations: listOf(motivation),
    personal_motivations: listOf(motivation),
  },
  seenInOrder,
)

export const tool = objectOf({
  ...core<"tool">(),
  ...described,
  tool_types: listOf(vocabulary(vocabularies.toolTypes)),
  aliases,
  kill_chain_phases: killChainPhases,
  tool_version: text,
})

export const vulnerability = objectOf({ ...core<"vulnerability">(), ...described })

const NOT_RELATED = ["relationship", "sighting", "bundle", "marking-definition", "language-content"]
const related = referenceExcept(...NOT_RELATED)

/** STIX 2.1 section 5.1. */
export const relationship = objectOf(
  {
    ...core<"relationship">(),
    relationship_type: required(relationshipType),
    description: text,
    source_ref: required(related),
    target_ref: required(related),
    start_time: timestamp,
    stop_time: timestamp,
  },
  inOrder("start_time", "stop_time", true),
)

/** STIX 2.1 section 5.2. */
export const sighting = objectOf(
  {
    ...core<"sighting">(),
    ...seen,
    description: text,
    count: within(integer, 0, 999_999_999),
    sighting_of_ref: required(related),
    observed_data_refs: listOf(reference("observed-data")),
    where_sighted_refs: listOf(reference("identity", "location")),
    summary: boolean,
  },
  seenInOrder,
)
