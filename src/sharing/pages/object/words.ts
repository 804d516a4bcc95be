import type { Translate } from "../../../http/index.ts"

/** Properties of the standard that have words of their own, each under the key `property.<name>`. */
export const PROPERTIES_IN_WORDS: ReadonlySet<string> = new Set(
  (
    "abstract account_created account_expires account_first_login account_last_login account_login " +
    "account_type additional_header_fields administrative_area aliases analysis_definition_version " +
    "analysis_ended analysis_engine_version analysis_sco_refs analysis_started architecture_execution_envs " +
    "atime authors bcc_refs belongs_to_ref belongs_to_refs body body_multipart can_escalate_privs " +
    "capabilities cc_refs child_refs city command_line confidence configuration_version contact_information " +
    "contains_refs content content_ref content_type contents context count country cpe created created_by_ref " +
    "created_time creator_user_ref credential credential_last_changed ctime cwd date decryption_key defanged " +
    "definition definition_type description display_name dst_byte_count dst_packets dst_payload_ref dst_port " +
    "dst_ref encapsulated_by_ref encapsulates_refs encryption_algorithm end environment_variables explanation " +
    "extension_properties extension_types extensions external_references first_observed first_seen from_ref " +
    "goals granular_markings hashes host_vm_ref identity_class image_ref implementation_languages " +
    "indicator_types infrastructure_types installed_software_refs ipfix is_active is_disabled is_family " +
    "is_hidden is_multipart is_privileged is_self_signed is_service_account issuer key kill_chain_phases " +
    "labels lang languages last_observed last_seen latitude longitude magic_number_hex malware_types " +
    "message_id mime_type modified modified_time modules mtime name name_enc number number_observed " +
    "number_of_subkeys object_marking_refs object_modified object_ref object_refs objective objects " +
    "observed_data_refs opened_connection_refs operating_system_ref operating_system_refs opinion " +
    "parent_directory_ref parent_ref path path_enc pattern pattern_type pattern_version payload_bin " +
    "personal_motivations pid postal_code precision primary_motivation product protocols published " +
    "raw_email_ref received_lines region relationship_type report_types resolves_to_refs resource_level " +
    "result result_name revoked rir roles sample_ref sample_refs schema secondary_motivations sectors " +
    "sender_ref serial_number sighting_of_ref signature_algorithm size sophistication source_ref spec_version " +
    "src_byte_count src_packets src_payload_ref src_port src_ref start start_time stop_time street_address " +
    "subject subject_public_key_algorithm subject_public_key_exponent subject_public_key_modulus submitted " +
    "summary swid target_ref threat_actor_types to_refs tool_types tool_version url user_id valid_from " +
    "valid_until validity_not_after validity_not_before value values vendor version where_sighted_refs " +
    "x509_v3_extensions"
  ).split(" "),
)

/** The name of a property in words; null for one that the standard does not know. */
export function labelOf(t: Translate, name: string): string | null {
  return PROPERTIES_IN_WORDS.has(name) ? t(`property.${name}`) : null
}
