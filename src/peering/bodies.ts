import type { z } from "zod"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"

/** A body of the protocol; throws `invalid peer.body` for anything but what the schema says. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array): z.output<Schema> {
  let value: unknown
  try {
    value = parseStrictJson(bytes)
  } catch (cause) {
    throw new ComityError("invalid", "peer.body", {}, cause)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new ComityError("invalid", "peer.body", {}, parsed.error)
  return parsed.data
}

/** RFC 8785, so that what is sent twice is the same bytes. */
export function bodyOf(value: Json): Buffer {
  return Buffer.from(canonicalize(value))
}
