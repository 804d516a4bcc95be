import { extensionsOf, observableCore } from "./common.ts"
import { warnAt } from "./findings.ts"
import {
  base64,
  characterSet,
  cpe,
  domainName,
  emailAddress,
  hashes,
  hex,
  inOrder,
  ipv4,
  ipv6,
  language,
  macAddress,
  mediaType,
  reference,
  timestamp,
  url as uri,
} from "./formats.ts"
import {
  fileExtensions,
  networkTrafficExtensions,
  processExtensions,
  userAccountExtensions,
} from "./observable-extensions.ts"
import {
  anyOf,
  anything,
  boolean,
  dictionaryOf,
  either,
  enumeration,
  integer,
  listOf,
  needs,
  notBoth,
  objectOf,
  type Rule,
  required,
  text,
  vocabulary,
  within,
} from "./spec.ts"
import * as vocabularies from "./vocabularies.ts"

// The eighteen cyber-observable objects, STIX 2.1 section 6, in its order.

const size = within(integer, 0, Number.MAX_SAFE_INTEGER)
const port = within(integer, 0, 65_535)
const fileTimes = { ctime: timestamp, mtime: timestamp, atime: timestamp }
const emails = listOf(reference("email-addr"))

export const artifact = objectOf(
  {
    ...observableCore<"artifact">(),
    mime_type: mediaType,
    payload_bin: base64,
    url: uri,
    hashes,
    encryption_algorithm: enumeration(vocabularies.encryptionAlgorithms),
    decryption_key: text,
  },
  anyOf("payload_bin", "url"),
  notBoth("payload_bin", "url"),
  needs("url", "hashes"),
  needs("decryption_key", "encryption_algorithm"),
)

export const autonomousSystem = objectOf({
  ...observableCore<"autonomous-system">(),
  number: required(integer),
  name: text,
  rir: text,
})

export const directory = objectOf({
  ...observableCore<"directory">(),
  ...fileTimes,
  path: required(text),
  path_enc: characterSet,
  contains_refs: listOf(reference("file", "directory")),
})

export const domain = objectOf({
  ...observableCore<"domain-name">(),
  value: required(domainName),
  resolves_to_refs: listOf(reference("ipv4-addr", "ipv6-addr", "domain-name")),
})

export const emailAddr = objectOf({
  ...observableCore<"email-addr">(),
  value: required(emailAddress),
  display_name: text,
  belongs_to_ref: reference("user-account"),
})

const mimePart = objectOf(
  { body: text, body_raw_ref: reference("artifact", "file"), content_type: text, content_disposition: text },
  anyOf("body", "body_raw_ref"),
  notBoth("body", "body_raw_ref"),
)

const bodyFitsMultipart: Rule = (object, walk) => {
  const wrong = object.is_multipart === true ? "body" : "body_multipart"
  if (object[wrong] !== undefined) warnAt(walk, wrong, "stix.co-constraint")
}

export const emailMessage = objectOf(
  {
    ...observableCore<"email-message">(),
    is_multipart: required(boolean),
    date: timestamp,
    content_type: text,
    from_ref: reference("email-addr"),
    sender_ref: reference("email-addr"),
    to_refs: emails,
    cc_refs: emails,
    bcc_refs: emails,
    message_id: text,
    subject: text,
    received_lines: listOf(text),
    additional_header_fields: dictionaryOf(either("string", text, listOf(text))),
    body: text,
    body_multipart: listOf(mimePart),
    raw_email_ref: reference("artifact"),
  },
  bodyFitsMultipart,
)

export const file = objectOf(
  {
    ...observableCore<"file">(),
    ...fileTimes,
    extensions: extensionsOf(fileExtensions),
    hashes,
    size,
    name: text,
    name_enc: characterSet,
    magic_number_hex: hex,
    mime_type: text,
    parent_directory_ref: reference("directory"),
    contains_refs: listOf(reference()),
    content_ref: reference("artifact"),
  },
  anyOf("hashes", "name"),
)

const address = {
  resolves_to_refs: listOf(reference("mac-addr")),
  belongs_to_refs: listOf(reference("autonomous-system")),
}

export const ipv4Addr = objectOf({ ...observableCore<"ipv4-addr">(), ...address, value: required(ipv4) })
export const ipv6Addr = objectOf({ ...observableCore<"ipv6-addr">(), ...address, value: required(ipv6) })
export const macAddr = objectOf({ ...observableCore<"mac-addr">(), value: required(macAddress) })
export const mutex = objectOf({ ...observableCore<"mutex">(), name: required(text) })

const endpoint = reference("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name")

const activeHasNoEnd: Rule = (object, walk) => {
  if (object.is_active === true && object.end !== undefined) warnAt(walk, "end", "stix.co-constraint")
}

export const networkTraffic = objectOf(
  {
    ...observableCore<"network-traffic">(),
    extensions: extensionsOf(networkTrafficExtensions),
    start: timestamp,
    end: timestamp,
    is_active: boolean,
    src_ref: endpoint,
    dst_ref: endpoint,
    src_port: port,
    dst_port: port,
    protocols: required(listOf(text)),
    src_byte_count: size,
    dst_byte_count: size,
    src_packets: size,
    dst_packets: size,
    ipfix: dictionaryOf(either("string", text, integer)),
    src_payload_ref: reference("artifact"),
    dst_payload_ref: reference("artifact"),
    encapsulates_refs: listOf(reference("network-traffic")),
    encapsulated_by_ref: reference("network-traffic"),
  },
  anyOf("src_ref", "dst_ref"),
  activeHasNoEnd,
  inOrder("start", "end"),
)

export const process = objectOf(
  {
    ...observableCore<"process">(),
    extensions: extensionsOf(processExtensions),
    is_hidden: boolean,
    pid: integer,
    created_time: timestamp,
    cwd: text,
    command_line: text,
    environment_variables: dictionaryOf(anything),
    opened_connection_refs: listOf(reference("network-traffic")),
    creator_user_ref: reference("user-account"),
    image_ref: reference("file"),
    parent_ref: reference("process"),
    child_refs: listOf(reference("process")),
  },
  anyOf(
    ...["extensions", "is_hidden", "pid", "created_time", "cwd", "command_line", "environment_variables"],
    ...["opened_connection_refs", "creator_user_ref", "image_ref", "parent_ref", "child_refs"],
  ),
)

export const software = objectOf({
  ...observableCore<"software">(),
  name: required(text),
  cpe,
  swid: text,
  languages: listOf(language),
  vendor: text,
  version: text,
})

export const url = objectOf({ ...observableCore<"url">(), value: required(uri) })

export const userAccount = objectOf(
  {
    ...observableCore<"user-account">(),
    extensions: extensionsOf(userAccountExtensions),
    user_id: text,
    credential: text,
    account_login: text,
    account_type: vocabulary(vocabularies.accountTypes),
    display_name: text,
    is_service_account: boolean,
    is_privileged: boolean,
    can_escalate_privs: boolean,
    is_disabled: boolean,
    account_created: timestamp,
    account_expires: timestamp,
    credential_last_changed: timestamp,
    account_first_login: timestamp,
    account_last_login: timestamp,
  },
  anyOf(
    ...["extensions", "user_id", "credential", "account_login", "account_type", "display_name"],
    ...["is_service_account", "is_privileged", "can_escalate_privs", "is_disabled", "account_created"],
    ...["account_expires", "credential_last_changed", "account_first_login", "account_last_login"],
  ),
)

const registryValue = objectOf(
  { name: text, data: text, data_type: enumeration(vocabularies.windowsRegistryDatatypes) },
  anyOf("name", "data", "data_type"),
)

const keyInFull: Rule = (object, walk) => {
  if (typeof object.key === "string" && /^(HKLM|HKCC|HKCR|HKCU|HKU)/i.test(object.key)) {
    warnAt(walk, "key", "stix.co-constraint")
  }
}

export const windowsRegistryKey = objectOf(
  {
    ...observableCore<"windows-registry-key">(),
    key: text,
    values: listOf(registryValue),
    modified_time: timestamp,
    creator_user_ref: reference("user-account"),
    number_of_subkeys: integer,
  },
  anyOf("key", "values", "modified_time", "creator_user_ref", "number_of_subkeys"),
  keyInFull,
)

const x509ExtensionProperties = {
  basic_constraints: text,
  name_constraints: text,
  policy_constraints: text,
  key_usage: text,
  extended_key_usage: text,
  subject_key_identifier: text,
  authority_key_identifier: text,
  subject_alternative_name: text,
  issuer_alternative_name: text,
  subject_directory_attributes: text,
  crl_distribution_points: text,
  inhibit_any_policy: text,
  private_key_usage_period_not_before: timestamp,
  private_key_usage_period_not_after: timestamp,
  certificate_policies: text,
  policy_mappings: text,
}

const x509Extensions = objectOf(x509ExtensionProperties, anyOf(...Object.keys(x509ExtensionProperties)))

export const x509Certificate = objectOf(
  {
    ...observableCore<"x509-certificate">(),
    is_self_signed: boolean,
    hashes,
    version: text,
    serial_number: text,
    signature_algorithm: text,
    issuer: text,
    validity_not_before: timestamp,
    validity_not_after: timestamp,
    subject: text,
    subject_public_key_algorithm: text,
    subject_public_key_modulus: text,
    subject_public_key_exponent: integer,
    x509_v3_extensions: x509Extensions,
  },
  anyOf(
    ...["is_self_signed", "hashes", "version", "serial_number", "signature_algorithm", "issuer"],
    ...["validity_not_before", "validity_not_after", "subject", "subject_public_key_algorithm"],
    ...["subject_public_key_modulus", "subject_public_key_exponent", "x509_v3_extensions"],
  ),
)
