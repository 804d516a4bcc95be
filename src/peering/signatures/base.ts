import { type Item, type Parameters, serializeInnerList, serializeItem } from "structured-headers"

/** A component identifier (RFC 9421 section 2: a name with its parameters) and the value it has in the message. */
export type Covered = readonly [identifier: Item, value: string]

/** No line breaks, nothing beyond ASCII: one value must never be able to look like two lines (section 2.5). */
const VALUE = /^[\x20-\x7e]*$/

/** `input`: the value of `@signature-params`; after the label it is the member of `Signature-Input`. */
export type SignatureBase = { readonly input: string; readonly base: string }

/**
 * The text that is signed (RFC 9421 section 2.5). Throws a RangeError where the section says that there is no base:
 * a component covered twice, a value that is not printable ASCII.
 */
export function signatureBase(covered: readonly Covered[], parameters: Parameters): SignatureBase {
  const input = serializeInnerList([covered.map(([identifier]) => identifier), parameters])
  const lines = new Map<string, string>()
  for (const [identifier, value] of covered) {
    const name = serializeItem(identifier)
    if (lines.has(name) || !VALUE.test(value)) throw new RangeError(`signatureBase: ${name}`)
    lines.set(name, `${name}: ${value}`)
  }
  return { input, base: [...lines.values(), `"@signature-params": ${input}`].join("\n") }
}

/** A component of this message. */
export function component(name: string, parameters: Parameters = new Map()): Item {
  return [name, parameters]
}

/** The same component, of the request that a response answers (section 2.4). */
export function ofRequest([name, parameters]: Item): Item {
  return [name, new Map([...parameters, ["req", true]])]
}
