/** What a pattern compares with what. */
export { type Comparison, patternComparisons } from "./comparisons.ts"
/** Values as they may be shown without becoming links, and back; `respell` also tells where things stood. */
export { defang, defangedName, defangedText, type Respelled, refang, respell } from "./defang.ts"
/** Codes of refusals (`stix.…`) and of warnings; their sentences stand in the locale files. */
export { FAULT_CODES, type FaultCode, FINDING_CODES, type Finding, type FindingCode } from "./findings.ts"
/** The type named by a STIX id (`indicator` of `indicator--…`), or null if the text is no STIX id. */
export { typeOfId } from "./formats.ts"
/** STIX 2.0 to STIX 2.1. */
export { liftObject } from "./lift.ts"
/** What the marks on an object and on its parts say. */
export { type EffectiveMarking, effectiveMarking, type GranularMarking, granularMarkings } from "./markings.ts"
/** Bytes of one object to a `ParsedObject`, or the code and path of why not; nothing is thrown for bad input. */
export { type ObjectOutcome, type ParsedObject, parseObject, parseValue } from "./parse.ts"

/** The deterministic id of an observable, STIX 2.1 section 2.9, and a hash as the text of a UUID. */
export { scoId, uuidText } from "./sco-id.ts"

/** The selectors of granular markings and of language content. */
export { resolveSelector, type Selected } from "./selectors.ts"
/** A JSON object whose properties are not known. */
export type { JsonObject } from "./spec.ts"
/** Cuts a body into objects while it arrives, and what it says of each slice and of the surroundings. */
export { type Container, ObjectSplitter, type Slice } from "./splitter.ts"
/** The Traffic Light Protocol: its five levels, their order and join, the ids and the exact objects of the standard. */
export {
  compareTlp,
  joinTlp,
  parseTlp,
  TLP_LEVELS,
  type Tlp,
  tlpMarkingId,
  tlpObjectText,
  tlpOfMarking,
} from "./tlp.ts"

/** The types of the standard, each derived from the table that also checks it, and what kind a type is of. */
export {
  type Artifact,
  type AttackPattern,
  type AutonomousSystem,
  type Bundle,
  type Campaign,
  type CourseOfAction,
  type CustomObject,
  type Directory,
  type DomainName,
  type DomainObject,
  type EmailAddr,
  type EmailMessage,
  type ExtensionDefinition,
  essentialProperties,
  type Family,
  type File,
  familyOf,
  type Grouping,
  hasWord,
  type Identity,
  type Incident,
  type Indicator,
  type Infrastructure,
  type IntrusionSet,
  type Ipv4Addr,
  type Ipv6Addr,
  isObservable,
  type LanguageContent,
  type Location,
  type MacAddr,
  type Malware,
  type MalwareAnalysis,
  type MarkingDefinition,
  type MetaObject,
  type Mutex,
  type NetworkTraffic,
  type Note,
  type Observable,
  type ObservedData,
  type Opinion,
  type Process,
  type Relationship,
  type RelationshipObject,
  type Report,
  type Sighting,
  type Software,
  type StixObject,
  type ThreatActor,
  type Tool,
  TYPE_NAMES,
  type Url,
  type UserAccount,
  type Vulnerability,
  type WindowsRegistryKey,
  type X509Certificate,
} from "./types.ts"
/** Sectors of industry and society that the standard names. */
export { industrySectors as INDUSTRY_SECTORS } from "./vocabularies.ts"
