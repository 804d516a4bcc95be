import { hashes, hex, reference, timestamp } from "./formats.ts"
import {
  anyOf,
  anything,
  boolean,
  dictionaryOf,
  either,
  enumeration,
  formatted,
  integer,
  listOf,
  number,
  objectOf,
  required,
  text,
  vocabulary,
  within,
} from "./spec.ts"
import * as vocabularies from "./vocabularies.ts"

// The twelve extensions of observables that the standard itself defines (STIX 2.1 section 6).

const size = within(integer, 0, Number.MAX_SAFE_INTEGER)
const texts = listOf(text)

const archive = objectOf({
  contains_refs: required(listOf(reference("file", "directory"))),
  comment: text,
})

const alternateDataStream = objectOf({ name: required(text), hashes, size })

const ntfs = objectOf(
  { sid: text, alternate_data_streams: listOf(alternateDataStream) },
  anyOf("sid", "alternate_data_streams"),
)

const pdf = objectOf(
  { version: text, is_optimized: boolean, document_info_dict: dictionaryOf(text), pdfid0: text, pdfid1: text },
  anyOf("version", "is_optimized", "document_info_dict", "pdfid0", "pdfid1"),
)

const rasterImage = objectOf(
  {
    image_height: integer,
    image_width: integer,
    bits_per_pixel: integer,
    exif_tags: dictionaryOf(either("string", text, integer)),
  },
  anyOf("image_height", "image_width", "bits_per_pixel", "exif_tags"),
)

const headerProperties = {
  magic_hex: hex,
  major_linker_version: integer,
  minor_linker_version: integer,
  size_of_code: size,
  size_of_initialized_data: size,
  size_of_uninitialized_data: size,
  address_of_entry_point: integer,
  base_of_code: integer,
  base_of_data: integer,
  image_base: integer,
  section_alignment: integer,
  file_alignment: integer,
  major_os_version: integer,
  minor_os_version: integer,
  major_image_version: integer,
  minor_image_version: integer,
  major_subsystem_version: integer,
  minor_subsystem_version: integer,
  win32_version_value_hex: hex,
  size_of_image: size,
  size_of_headers: size,
  checksum_hex: hex,
  subsystem_hex: hex,
  dll_characteristics_hex: hex,
  size_of_stack_reserve: size,
  size_of_stack_commit: size,
  size_of_heap_reserve: size,
  size_of_heap_commit: size,
  loader_flags_hex: hex,
  number_of_rva_and_sizes: integer,
  hashes,
}

const optionalHeader = objectOf(headerProperties, anyOf(...Object.keys(headerProperties)))

const section = objectOf({ name: required(text), size, entropy: number, hashes })

const windowsPeBinary = objectOf({
  pe_type: required(vocabulary(vocabularies.windowsPeBinaryTypes)),
  imphash: text,
  machine_hex: hex,
  number_of_sections: size,
  time_date_stamp: timestamp,
  pointer_to_symbol_table_hex: hex,
  number_of_symbols: size,
  size_of_optional_header: size,
  characteristics_hex: hex,
  file_header_hashes: hashes,
  optional_header: optionalHeader,
  sections: listOf(section),
})

export const fileExtensions = {
  "archive-ext": archive,
  "ntfs-ext": ntfs,
  "pdf-ext": pdf,
  "raster-image-ext": rasterImage,
  "windows-pebinary-ext": windowsPeBinary,
}

/** 2.0 wrote header values as one text; 2.1 as a list of texts. */
const headerText = formatted("stix.co-constraint", () => false)

const httpRequest = objectOf({
  request_method: required(text),
  request_value: required(text),
  request_version: text,
  request_header: dictionaryOf(either("string", headerText, listOf(text)), true),
  message_body_length: integer,
  message_body_data_ref: reference("artifact"),
})

const icmp = objectOf({ icmp_type_hex: required(hex), icmp_code_hex: required(hex) })

const socket = objectOf({
  address_family: required(enumeration(vocabularies.socketAddressFamilies)),
  is_blocking: boolean,
  is_listening: boolean,
  options: dictionaryOf(integer),
  socket_type: enumeration(vocabularies.socketTypes),
  socket_descriptor: size,
  socket_handle: integer,
})

const tcp = objectOf({ src_flags_hex: hex, dst_flags_hex: hex }, anyOf("src_flags_hex", "dst_flags_hex"))

export const networkTrafficExtensions = {
  "http-request-ext": httpRequest,
  "icmp-ext": icmp,
  "socket-ext": socket,
  "tcp-ext": tcp,
}

const windowsProcess = objectOf(
  {
    aslr_enabled: boolean,
    dep_enabled: boolean,
    priority: text,
    owner_sid: text,
    window_title: text,
    startup_info: dictionaryOf(anything),
    integrity_level: enumeration(vocabularies.windowsIntegrityLevels),
  },
  anyOf(...["aslr_enabled", "dep_enabled", "priority", "owner_sid", "window_title", "startup_info", "integrity_level"]),
)

const windowsService = objectOf(
  {
    service_name: text,
    descriptions: texts,
    display_name: text,
    group_name: text,
    start_type: enumeration(vocabularies.windowsServiceStartTypes),
    service_dll_refs: listOf(reference("file")),
    service_type: enumeration(vocabularies.windowsServiceTypes),
    service_status: enumeration(vocabularies.windowsServiceStatuses),
  },
  anyOf(
    ...["service_name", "descriptions", "display_name", "group_name", "start_type"],
    ...["service_dll_refs", "service_type", "service_status"],
  ),
)

export const processExtensions = {
  "windows-process-ext": windowsProcess,
  "windows-service-ext": windowsService,
}

const unixAccount = objectOf(
  { gid: number, groups: texts, home_dir: text, shell: text },
  anyOf("gid", "groups", "home_dir", "shell"),
)

export const userAccountExtensions = { "unix-account-ext": unixAccount }
