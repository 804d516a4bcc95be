import type { Json } from "../../kernel/canonical.ts"
import { effectiveMarking, type JsonObject } from "../../stix/index.ts"
import { ACTIONS, type Pap } from "../terms/model.ts"
import type { OtherMarking } from "./model.ts"

/** Nobody nests deeper what is meant to be read. */
const DEPTH_MOST = 30

/** What export control names and STIX has no type for. Bytes that are carried along could be either. */
const CARRIED_FILES = ["exploit-code", "malware-sample"] as const

/** What an object is beside its type, as the refusal list calls it. */
export function kindsOf(object: JsonObject): string[] {
  return carriesFile(object, 0) ? [...CARRIED_FILES] : []
}

/** Bytes of an artifact, wherever it stands, and attachments as MISP writes them into objects of its own. */
function carriesFile(value: Json, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false
  if (depth > DEPTH_MOST) return true // what cannot be looked at is not let through
  if (Array.isArray(value)) return value.some((item) => carriesFile(item, depth + 1))
  const { payload_bin: payload, data, x_misp_data: attached, type, x_misp_type: called } = value
  const attachment = [type, called].some((one) => one === "malware-sample" || one === "attachment")
  if (isText(payload) || isText(attached) || (attachment && isText(data))) return true
  return Object.values(value).some((item) => carriesFile(item, depth + 1))
}

function isText(value: Json | undefined): boolean {
  return typeof value === "string" && value.length > 0
}

/**
 * What a marking that is no TLP level says: statements and permissible actions restrict nothing by themselves and travel
 * along (design section 4). Every other one has rules that nobody here knows.
 */
export function readMarking(id: string, marking: JsonObject | null): OtherMarking {
  const unknown: OtherMarking = { id, marking: null, is: "unknown" }
  if (marking === null || marking.type !== "marking-definition") return unknown
  const { level } = effectiveMarking(marking)
  const { definition_type: kind, definition, extensions } = marking
  if (extensions !== undefined || typeof definition !== "object" || definition === null || Array.isArray(definition)) {
    return unknown
  }
  if (kind === "statement" && isText(definition.statement)) return { id, marking: level, is: "statement" }
  if (typeof kind !== "string" || kind.toLowerCase() !== "pap" || !isText(definition.pap)) return unknown
  return { id, marking: level, is: "actions", actions: parsePap(String(definition.pap)) }
}

/** `PAP:AMBER`, `pap:white`; null for words that nobody here understands. */
function parsePap(text: string): Pap | null {
  const word = text.trim().toLowerCase().replace(/^pap:/, "")
  return ACTIONS.find((level) => level === word) ?? (word === "white" ? "clear" : null)
}
