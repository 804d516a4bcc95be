import { ComityError } from "../../kernel/errors.ts"

/** What tables and reports come in; the first that fits is guessed, any may be chosen. */
export const ENCODINGS = ["utf-8", "windows-1252", "big5", "gb18030", "shift_jis", "utf-16le", "utf-16be"] as const
export type Encoding = (typeof ENCODINGS)[number]

/**
 * Strict UTF-8, UTF-16 by its byte order mark, or else Windows-1252, which any bytes are: a guess that a person must
 * be told of. Throws `unsupported intake.binary` for what is no text in any of them.
 */
export async function guessEncoding(input: AsyncIterable<Uint8Array>): Promise<Encoding> {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let [first, valid, zeros] = [true, true, false]
  for await (const chunk of input) {
    if (first && chunk.length > 0) {
      if (chunk[0] === 0xff && chunk[1] === 0xfe) return "utf-16le"
      if (chunk[0] === 0xfe && chunk[1] === 0xff) return "utf-16be"
      first = false
    }
    zeros ||= chunk.includes(0)
    if (zeros) throw new ComityError("unsupported", "intake.binary")
    valid &&= isValid(decoder, chunk)
  }
  return valid && isValid(decoder, null) ? "utf-8" : "windows-1252"
}

function isValid(decoder: TextDecoder, chunk: Uint8Array | null): boolean {
  try {
    decoder.decode(chunk ?? new Uint8Array(), { stream: chunk !== null })
    return true
  } catch {
    return false
  }
}

/** The text of bytes as they arrive, without a byte order mark; what the encoding does not know becomes U+FFFD. */
export async function* decoded(input: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of input) {
    const text = decoder.decode(chunk, { stream: true })
    if (text !== "") yield text
  }
  const rest = decoder.decode()
  if (rest !== "") yield rest
}
