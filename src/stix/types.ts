import type { Json } from "../kernel/canonical.ts"
import * as domain from "./domain-objects.ts"
import * as meta from "./meta-objects.ts"
import * as observable from "./observables.ts"
import { contributingProperties } from "./sco-id.ts"
import type { Infer, ObjectSpec } from "./spec.ts"

export type AttackPattern = Infer<typeof domain.attackPattern>
export type Campaign = Infer<typeof domain.campaign>
export type CourseOfAction = Infer<typeof domain.courseOfAction>
export type Grouping = Infer<typeof domain.grouping>
export type Identity = Infer<typeof domain.identity>
export type Incident = Infer<typeof domain.incident>
export type Indicator = Infer<typeof domain.indicator>
export type Infrastructure = Infer<typeof domain.infrastructure>
export type IntrusionSet = Infer<typeof domain.intrusionSet>
export type Location = Infer<typeof domain.location>
export type Malware = Infer<typeof domain.malware>
export type MalwareAnalysis = Infer<typeof domain.malwareAnalysis>
export type Note = Infer<typeof domain.note>
export type ObservedData = Infer<typeof domain.observedData>
export type Opinion = Infer<typeof domain.opinion>
export type Report = Infer<typeof domain.report>
export type ThreatActor = Infer<typeof domain.threatActor>
export type Tool = Infer<typeof domain.tool>
export type Vulnerability = Infer<typeof domain.vulnerability>
export type Relationship = Infer<typeof domain.relationship>
export type Sighting = Infer<typeof domain.sighting>

export type Artifact = Infer<typeof observable.artifact>
export type AutonomousSystem = Infer<typeof observable.autonomousSystem>
export type Directory = Infer<typeof observable.directory>
export type DomainName = Infer<typeof observable.domain>
export type EmailAddr = Infer<typeof observable.emailAddr>
export type EmailMessage = Infer<typeof observable.emailMessage>
export type File = Infer<typeof observable.file>
export type Ipv4Addr = Infer<typeof observable.ipv4Addr>
export type Ipv6Addr = Infer<typeof observable.ipv6Addr>
export type MacAddr = Infer<typeof observable.macAddr>
export type Mutex = Infer<typeof observable.mutex>
export type NetworkTraffic = Infer<typeof observable.networkTraffic>
export type Process = Infer<typeof observable.process>
export type Software = Infer<typeof observable.software>
export type Url = Infer<typeof observable.url>
export type UserAccount = Infer<typeof observable.userAccount>
export type WindowsRegistryKey = Infer<typeof observable.windowsRegistryKey>
export type X509Certificate = Infer<typeof observable.x509Certificate>

export type MarkingDefinition = Infer<typeof meta.markingDefinition>
export type LanguageContent = Infer<typeof meta.languageContent>
export type ExtensionDefinition = Infer<typeof meta.extensionDefinition>

export type DomainObject =
  | (AttackPattern | Campaign | CourseOfAction | Grouping | Identity | Incident | Indicator | Infrastructure)
  | (IntrusionSet | Location | Malware | MalwareAnalysis | Note | ObservedData | Opinion | Report | ThreatActor)
  | (Tool | Vulnerability)
export type RelationshipObject = Relationship | Sighting
export type Observable =
  | (Artifact | AutonomousSystem | Directory | DomainName | EmailAddr | EmailMessage | File | Ipv4Addr | Ipv6Addr)
  | (MacAddr | Mutex | NetworkTraffic | Process | Software | Url | UserAccount | WindowsRegistryKey)
  | X509Certificate
export type MetaObject = MarkingDefinition | LanguageContent | ExtensionDefinition

/** An object of a type that the standard defines. `type` tells which. */
export type StixObject = DomainObject | RelationshipObject | Observable | MetaObject

/** An object of any other type: only what handling and identity hang on has been checked. */
export type CustomObject = { type: string; id: string; [property: string]: Json }

/** A container; never stored, never an object itself (STIX 2.1 section 8). */
export type Bundle = { type: "bundle"; id: string; objects?: (StixObject | CustomObject)[] }

export type Family = "domain" | "relationship" | "observable" | "meta"

export type TypeSpec = { readonly family: Family; readonly spec: ObjectSpec<StixObject> }

const FAMILIES: Readonly<Record<Family, Readonly<Record<string, ObjectSpec<StixObject>>>>> = {
  domain: {
    "attack-pattern": domain.attackPattern,
    campaign: domain.campaign,
    "course-of-action": domain.courseOfAction,
    grouping: domain.grouping,
    identity: domain.identity,
    incident: domain.incident,
    indicator: domain.indicator,
    infrastructure: domain.infrastructure,
    "intrusion-set": domain.intrusionSet,
    location: domain.location,
    malware: domain.malware,
    "malware-analysis": domain.malwareAnalysis,
    note: domain.note,
    "observed-data": domain.observedData,
    opinion: domain.opinion,
    report: domain.report,
    "threat-actor": domain.threatActor,
    tool: domain.tool,
    vulnerability: domain.vulnerability,
  },
  relationship: { relationship: domain.relationship, sighting: domain.sighting },
  observable: {
    artifact: observable.artifact,
    "autonomous-system": observable.autonomousSystem,
    directory: observable.directory,
    "domain-name": observable.domain,
    "email-addr": observable.emailAddr,
    "email-message": observable.emailMessage,
    file: observable.file,
    "ipv4-addr": observable.ipv4Addr,
    "ipv6-addr": observable.ipv6Addr,
    "mac-addr": observable.macAddr,
    mutex: observable.mutex,
    "network-traffic": observable.networkTraffic,
    process: observable.process,
    software: observable.software,
    url: observable.url,
    "user-account": observable.userAccount,
    "windows-registry-key": observable.windowsRegistryKey,
    "x509-certificate": observable.x509Certificate,
  },
  meta: {
    "marking-definition": meta.markingDefinition,
    "language-content": meta.languageContent,
    "extension-definition": meta.extensionDefinition,
  },
}

/** Every type of the standard but the bundle. */
export const TYPES: ReadonlyMap<string, TypeSpec> = new Map(
  (Object.keys(FAMILIES) as Family[]).flatMap((family) =>
    Object.entries(FAMILIES[family]).map(([type, spec]) => [type, { family, spec }] as const),
  ),
)

/** Their names, in the order of the standard. */
export const TYPE_NAMES: readonly string[] = [...TYPES.keys()]

/** What people read of Comity's own types, as of those of the standard. */
export const OWN_TYPES: readonly string[] = ["comity-agreement"]

/** True for types that have a word in every language; any other is called what it is called. */
export function hasWord(type: string): boolean {
  return TYPES.has(type) || OWN_TYPES.includes(type)
}

/** The family of a type of the standard; null for custom types, for which nobody can say. */
export function familyOf(type: string): Family | null {
  return TYPES.get(type)?.family ?? null
}

/** True for the eighteen cyber-observable types (SCO): no versions, deterministic ids. */
export function isObservable(type: string): boolean {
  return familyOf(type) === "observable"
}

/**
 * Without which an object of the standard is nothing or another one: what its type requires, and what makes up the id of
 * an observable. Null for custom types, of which nobody can say.
 */
export function essentialProperties(type: string): ReadonlySet<string> | null {
  const known = TYPES.get(type)
  return known === undefined ? null : new Set([...known.spec.required, ...contributingProperties(type)])
}
