/** Why an object is refused: only what breaks identity, type or time. */
export const FAULT_CODES = [
  "stix.not-object",
  "stix.type-missing",
  "stix.type-malformed",
  "stix.bundle-nested",
  "stix.id-missing",
  "stix.id-malformed",
  "stix.id-of-other-type",
  "stix.spec-version",
  "stix.required",
  "stix.wrong-type",
  "stix.timestamp",
  "stix.modified-before-created",
  "stix.reference",
  "stix.created-by",
  "stix.marking-ref",
  "stix.marking-loop",
] as const

export type FaultCode = (typeof FAULT_CODES)[number]

/** What the standard forbids or advises against, and an object is accepted with. */
export const FINDING_CODES = [
  "stix.address",
  "stix.at-least-one",
  "stix.base64",
  "stix.co-constraint",
  "stix.cpe",
  "stix.custom-property",
  "stix.dictionary-key",
  "stix.empty-list",
  "stix.empty-object",
  "stix.enumeration",
  "stix.extension-name",
  "stix.hash",
  "stix.hash-name",
  "stix.hex",
  "stix.id-case",
  "stix.language",
  "stix.media-type",
  "stix.more-findings",
  "stix.null",
  "stix.order",
  "stix.pattern",
  "stix.property-name",
  "stix.range",
  "stix.reference-type",
  "stix.reserved-name",
  "stix.sco-id",
  "stix.selector",
  "stix.spec-version-missing",
  "stix.timestamp-precision",
  "stix.tlp-definition",
  "stix.type-underscore",
  "stix.url",
  "stix.vocabulary",
] as const

export type FindingCode = (typeof FINDING_CODES)[number]

/** `at` is the path of the property, such as `labels[0]`; empty for the object as a whole. */
export type Finding = { code: FindingCode; at: string }

export type Fault = { code: FaultCode; at: string }

/** The state of one validation: where we are, what was found, and the fault that ended it. */
export type Walk = {
  readonly spec: "2.0" | "2.1"
  readonly path: (string | number)[]
  readonly findings: Finding[]
  fault: Fault | null
}

/** A hostile object must not make a report larger than itself. */
const MOST_FINDINGS = 100
const LONGEST_PATH = 300

export function newWalk(spec: "2.0" | "2.1"): Walk {
  return { spec, path: [], findings: [], fault: null }
}

/** Ends the validation: returns false, so that a check can `return refuse(…)`. */
export function refuse(walk: Walk, code: FaultCode): false {
  walk.fault ??= { code, at: pathText(walk.path) }
  return false
}

/** Notes and goes on: returns true. */
export function warn(walk: Walk, code: FindingCode): true {
  const count = walk.findings.length
  if (count < MOST_FINDINGS) walk.findings.push({ code, at: pathText(walk.path) })
  else if (count === MOST_FINDINGS) walk.findings.push({ code: "stix.more-findings", at: "" })
  return true
}

export function warnAt(walk: Walk, step: string, code: FindingCode): void {
  walk.path.push(step)
  warn(walk, code)
  walk.path.pop()
}

export function refuseAt(walk: Walk, step: string, code: FaultCode): false {
  walk.path.push(step)
  return refuse(walk, code)
}

function pathText(path: readonly (string | number)[]): string {
  let text = ""
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`
    else text += text === "" ? step : `.${step}`
    if (text.length > LONGEST_PATH) return `${text.slice(0, LONGEST_PATH)}…`
  }
  return text
}
