import { z } from "zod"
import { canonicalize } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"

// docs/protocol/sealed.md. What is encrypted is `content ‖ zeros ‖ LF ‖ label ‖ LF`, padded to a power of two. The label
// stands at the end, so that content can be sealed while it arrives, and `tail -n 1` shows it.

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
export const tlpLevels = ["clear", "green", "amber", "amber+strict", "red"] as const
/** Text that nobody is deceived by: no control characters, nothing that turns the order of letters. */
const plain = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*$/u)

/** What the recipient learns with the content, and nobody else: whom and what it was meant for when it was sealed. */
export const Label = z.strictObject({
  v: z.literal(1),
  id: z.string().regex(new RegExp(`^sealed--${UUID}$`)),
  from: z.string().regex(new RegExp(`^identity--${UUID}$`)),
  to: z.string().regex(new RegExp(`^identity--${UUID}$`)),
  tlp: z.enum(tlpLevels),
  /** Of a file; empty for a text that was typed. */
  name: plain(200).or(z.literal("")),
  type: z.string().regex(/^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/),
  size: z.int().nonnegative(),
})
export type Label = z.output<typeof Label>

/** Padded content: from 4 KiB, where all short messages look alike, to 64 MiB. */
export const PADDED_LEAST = 4096
export const PADDED_MOST = 64 * 1024 * 1024
const LABEL_MOST = 2048
/** Content that fits whatever its label says. */
export const CONTENT_MOST = PADDED_MOST - LABEL_MOST - 2

const ZEROS = Buffer.alloc(64 * 1024)
const LF = 0x0a

/** Content with padding and label, as it is encrypted. Throws `too-large sealed.too-large`, `invalid sealed.empty`. */
export async function* padded(
  content: AsyncIterable<Uint8Array>,
  label: Omit<Label, "size">,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of content) {
    size += piece.length
    if (size > CONTENT_MOST) throw new ComityError("too-large", "sealed.too-large", { mib: PADDED_MOST / 1024 / 1024 })
    yield piece
  }
  if (size === 0) throw new ComityError("invalid", "sealed.empty")
  const end = Buffer.from(`\n${canonicalize(Label.parse({ ...label, size }))}\n`)
  for (let zeros = paddedSize(size + end.length) - size - end.length; zeros > 0; zeros -= ZEROS.length) {
    yield ZEROS.subarray(0, Math.min(zeros, ZEROS.length))
  }
  yield end
}

function paddedSize(bytes: number): number {
  let size = PADDED_LEAST
  while (size < bytes) size *= 2
  return size
}

/** The end of what was decrypted; enough of it to hold any label. */
export const TAIL_BYTES = LABEL_MOST + 2

/**
 * The label in the last bytes of what was decrypted, of which there are `total`. Throws `invalid sealed.padding` for
 * anything but the one way in which content of that size is padded; the zeros themselves are for `checkZeros`.
 */
export function readLabel(tail: Uint8Array, total: number): Label {
  const bytes = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength)
  const begin = bytes.lastIndexOf(LF, bytes.length - 2)
  if (begin < 0 || bytes.at(-1) !== LF || total < PADDED_LEAST || total > PADDED_MOST) throw crooked()
  const text = bytes.subarray(begin + 1, -1)
  const label = parsed(text)
  const used = label.size + text.length + 2
  if (label.size === 0 || paddedSize(used) !== total) throw crooked()
  if (canonicalize(label) !== text.toString("utf8")) throw crooked()
  return label
}

function parsed(text: Uint8Array): Label {
  try {
    return Label.parse(parseStrictJson(text))
  } catch (cause) {
    throw new ComityError("invalid", "sealed.padding", {}, cause)
  }
}

/** Throws `invalid sealed.padding` if a byte between content and label is not zero. */
export function checkZeros(padding: Uint8Array): void {
  if (padding.some((byte) => byte !== 0)) throw crooked()
}

/** How many bytes stand between content and label. */
export function paddingOf(label: Label, total: number): number {
  return total - label.size - Buffer.byteLength(canonicalize(label)) - 2
}

function crooked(): ComityError {
  return new ComityError("invalid", "sealed.padding")
}
