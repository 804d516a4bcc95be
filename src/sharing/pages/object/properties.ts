import type { Piece } from "../../../http/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import type { Showing } from "./showing.ts"
import { shown } from "./values.ts"
import { labelOf } from "./words.ts"

const FILE_TIMES = "ctime mtime atime"
const ADDRESS = "value resolves_to_refs belongs_to_refs"
const SEEN = "first_seen last_seen"

/**
 * What each type says, in the order in which one wants to know it. A property that stands in no row is shown under the
 * further ones, so that nothing is hidden.
 */
const ROWS: Readonly<Record<string, string>> = {
  "attack-pattern": "description aliases kill_chain_phases",
  campaign: `description aliases objective ${SEEN}`,
  "course-of-action": "description",
  grouping: "description context",
  identity: "description identity_class roles sectors contact_information",
  incident: "description",
  indicator: "description indicator_types kill_chain_phases",
  infrastructure: `description infrastructure_types aliases kill_chain_phases ${SEEN}`,
  "intrusion-set": `description aliases goals primary_motivation secondary_motivations resource_level ${SEEN}`,
  location:
    "description region country administrative_area city street_address postal_code latitude longitude precision",
  malware: `description malware_types is_family aliases capabilities kill_chain_phases ${SEEN} operating_system_refs architecture_execution_envs implementation_languages sample_refs`,
  "malware-analysis":
    "product version result result_name submitted analysis_started analysis_ended sample_ref analysis_sco_refs host_vm_ref operating_system_ref installed_software_refs configuration_version modules analysis_engine_version analysis_definition_version",
  note: "abstract content authors object_refs",
  "observed-data": "first_observed last_observed number_observed object_refs objects",
  opinion: "opinion explanation authors object_refs",
  report: "description report_types published",
  "threat-actor": `description threat_actor_types aliases roles goals sophistication resource_level primary_motivation secondary_motivations personal_motivations ${SEEN}`,
  tool: "description tool_types tool_version aliases kill_chain_phases",
  vulnerability: "description",
  relationship: "source_ref relationship_type target_ref description start_time stop_time",
  sighting: `sighting_of_ref count ${SEEN} where_sighted_refs observed_data_refs description summary`,
  artifact: "mime_type url hashes encryption_algorithm decryption_key payload_bin",
  "autonomous-system": "number name rir",
  directory: `path path_enc ${FILE_TIMES} contains_refs`,
  "domain-name": "value resolves_to_refs",
  "email-addr": "value display_name belongs_to_ref",
  "email-message":
    "subject date from_ref sender_ref to_refs cc_refs bcc_refs message_id content_type is_multipart body body_multipart received_lines additional_header_fields raw_email_ref",
  file: `name hashes size mime_type magic_number_hex name_enc ${FILE_TIMES} parent_directory_ref contains_refs content_ref`,
  "ipv4-addr": ADDRESS,
  "ipv6-addr": ADDRESS,
  "mac-addr": "value",
  mutex: "name",
  "network-traffic":
    "src_ref src_port dst_ref dst_port protocols start end is_active src_byte_count dst_byte_count src_packets dst_packets ipfix src_payload_ref dst_payload_ref encapsulates_refs encapsulated_by_ref",
  process:
    "command_line pid cwd created_time is_hidden image_ref creator_user_ref parent_ref child_refs opened_connection_refs environment_variables",
  software: "name vendor version cpe swid languages",
  url: "value",
  "user-account":
    "account_login display_name user_id account_type is_privileged is_service_account can_escalate_privs is_disabled account_created account_expires account_first_login account_last_login credential credential_last_changed",
  "windows-registry-key": "key values modified_time number_of_subkeys creator_user_ref",
  "x509-certificate":
    "subject issuer serial_number validity_not_before validity_not_after hashes is_self_signed version signature_algorithm subject_public_key_algorithm subject_public_key_modulus subject_public_key_exponent x509_v3_extensions",
  "marking-definition": "definition_type definition",
  "language-content": "object_ref object_modified contents",
  "extension-definition": "description schema version extension_types extension_properties",
}

/** What every type may say besides, behind its own rows. */
const COMMON = ["labels", "confidence", "lang"] as const

/** Properties that other parts of the page show: the title, the side column, handling, references, extensions. */
const HANDLED_ELSEWHERE: readonly string[] = [
  "created",
  "created_by_ref",
  "extensions",
  "external_references",
  "granular_markings",
  "id",
  "modified",
  "name",
  "object_marking_refs",
  "revoked",
  "spec_version",
  "type",
]

export type Row = readonly [name: string, label: Piece, value: Piece]

/** The rows of an object: what its type says, then what every type may say. */
export function rowsOf(showing: Showing, object: JsonObject, type: string): Row[] {
  return [...wordsOf(type), ...COMMON].flatMap((name) => rowOf(showing, object, type, name))
}

/** What stands in no other place of the page: unknown and custom properties, and known ones in unusual types. */
export function otherRows(showing: Showing, object: JsonObject, type: string): Row[] {
  const known = new Set<string>([...wordsOf(type), ...COMMON, ...HANDLED_ELSEWHERE])
  if (type === "indicator") for (const name of INDICATOR_PARTS) known.add(name)
  if (CONTAINERS.has(type)) known.add("object_refs")
  return Object.keys(object)
    .filter((name) => !known.has(name))
    .flatMap((name) => rowOf(showing, object, type, name))
}

/** Drawn under headings of their own. */
const INDICATOR_PARTS = ["pattern", "pattern_type", "pattern_version", "valid_from", "valid_until"]
/** Types whose objects are a list of their own. */
export const CONTAINERS: ReadonlySet<string> = new Set(["report", "grouping"])

function wordsOf(type: string): string[] {
  return (Object.hasOwn(ROWS, type) ? (ROWS[type] ?? "") : "").split(" ").filter((name) => name !== "")
}

function rowOf(showing: Showing, object: JsonObject, type: string, name: string): Row[] {
  const value = object[name]
  if (value === undefined) return []
  return [[name, labelOf(showing.t, name), shown(showing, type, name, value)]]
}
