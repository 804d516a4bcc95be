import { type FieldName, isPartyId, malformed } from "./profile.ts"

type Grammar = { readonly longest: number; readonly fits: (value: string) => boolean }

const matches = (pattern: RegExp) => (value: string) => pattern.test(value)

const party: Grammar = { longest: 46, fits: isPartyId }

/**
 * One spelling for each value, or a narrow set; the bound on the length is looked at first. The nonce is compared as
 * text and never decoded.
 */
const grammars: Readonly<Record<FieldName, Grammar>> = {
  "content-type": {
    longest: 128,
    fits: matches(/^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*(?:; ?[a-z0-9-]+=[A-Za-z0-9._-]+)*$/),
  },
  "content-digest": { longest: 98, fits: matches(/^sha-512=:[A-Za-z0-9+/]{86}==:$/) },
  "comity-from": party,
  "comity-to": party,
  "comity-nonce": { longest: 64, fits: matches(/^[A-Za-z0-9_-]{22,64}$/) },
  "signature-input": { longest: 512, fits: matches(/^comity=\([\x20-\x7e]+$/) },
  signature: { longest: 97, fits: matches(/^comity=:[A-Za-z0-9+/]{86}==:$/) },
}

/**
 * The named fields of Node's flat list of headers. Throws unless each of them is there exactly once. Refuses what
 * would change the meaning of signed bytes without being signed: a content coding, and fields called `comity-…` that
 * the message does not have. Other fields are transport and are not looked at.
 */
export function readFields<Name extends FieldName>(
  rawHeaders: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const found = new Map<string, string>()
  if (rawHeaders.length % 2 !== 0) throw malformed()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    const value = rawHeaders[at + 1] as string
    const known = isOneOf(names, name)
    if (!known && (name === "content-encoding" || name.startsWith("comity-"))) throw malformed()
    if (!known) continue
    if (found.has(name) || !isField(name, value)) throw malformed()
    found.set(name, value)
  }
  if (found.size !== names.length) throw malformed()
  return Object.fromEntries(found) as Record<Name, string>
}

/** Nothing is signed that its reader would refuse: a RangeError is a bug of whoever composed the message. */
export function requireSendable(fields: Readonly<Partial<Record<FieldName, string>>>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!isField(name as FieldName, value)) throw new RangeError(`not to be signed: ${name}`)
  }
}

function isField(name: FieldName, value: string): boolean {
  const { longest, fits } = grammars[name]
  return value.length <= longest && fits(value)
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name)
}
