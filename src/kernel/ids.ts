import { randomUUID } from "node:crypto"
import { knownChance } from "./chance.ts"
import { ComityError } from "./errors.ts"

/** An id that says what it names: `account--5c0e…`. */
export type Id<Kind extends string> = `${Kind}--${string}` & { readonly __id: Kind }

/** A bare UUID, where a standard wants one (TAXII collections, status resources, errors). */
export type Uuid<Kind extends string> = string & { readonly __uuid: Kind }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

export function newId<Kind extends string>(kind: Kind): Id<Kind> {
  return `${kind}--${newUuid()}` as Id<Kind>
}

/** Version 4, random: a version that tells the time would tell it to peers. */
export function newUuid<Kind extends string>(): Uuid<Kind> {
  const bytes = knownChance()?.random(16)
  return (bytes === undefined ? randomUUID() : uuidOf(bytes)) as string as Uuid<Kind>
}

/** RFC 9562 section 5.4. */
function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** Accepts capitals, as people paste them; throws `invalid id.malformed` for anything but a UUID. */
export function parseUuid<Kind extends string>(kind: Kind, text: string): Uuid<Kind> {
  const lower = text.toLowerCase()
  if (!isUuid(lower)) throw new ComityError("invalid", "id.malformed", { kind })
  return lower as Uuid<Kind>
}
