// @ts-check
// What is inside a sealed file: content, zeros, a line feed, the label, a line feed, padded to a power of two
// (docs/protocol/sealed.md). The same rules stand in src/crypto/sealed-format.ts; the vectors hold both to them.

/** @typedef {{ v: 1, id: string, from: string, to: string, tlp: string, name: string, type: string, size: number }} Label */

const LEAST = 4096
const MOST = 64 * 1024 * 1024
const LABEL_MOST = 2048
const LF = 0x0a
const KEYS = "from,id,name,size,tlp,to,type,v"
const LEVELS = ["clear", "green", "amber", "amber+strict", "red"]
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
const ID = new RegExp(`^sealed--${UUID}$`)
const PARTY = new RegExp(`^identity--${UUID}$`)
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/
const DECEIVES = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Null for anything that is not padded in the one way in which it may be. @param {Uint8Array} bytes
 * @returns {{ label: Label, content: Uint8Array } | null} */
export function readSealed(bytes) {
  const total = bytes.length
  const begin = bytes.lastIndexOf(LF, total - 2)
  if (total < LEAST || total > MOST || bytes[total - 1] !== LF || begin < 0 || total - begin > LABEL_MOST + 2)
    return null
  const text = bytes.subarray(begin + 1, total - 1)
  const label = readLabel(text)
  if (label === null || paddedSize(label.size + text.length + 2) !== total) return null
  for (let at = label.size; at < begin; at++) if (bytes[at] !== 0) return null
  return { label, content: bytes.subarray(0, label.size) }
}

/** @param {number} bytes */
function paddedSize(bytes) {
  let size = LEAST
  while (size < bytes) size *= 2
  return size
}

/** @param {Uint8Array} bytes @returns {Label | null} */
function readLabel(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    const label = JSON.parse(text)
    if (Object.keys(label).toSorted().join() !== KEYS || canonical(label) !== text) return null
    const { v, id, from, to, tlp, name, type, size } = label
    const plain = typeof name === "string" && name.length <= 200 && !DECEIVES.test(name)
    const ids = ID.test(id) && PARTY.test(from) && PARTY.test(to) && TYPE.test(type)
    return v === 1 && plain && ids && LEVELS.includes(tlp) && Number.isSafeInteger(size) && size > 0 ? label : null
  } catch {
    return null
  }
}

/** RFC 8785 of a flat object. @param {Record<string, unknown>} label */
function canonical(label) {
  const members = Object.keys(label)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(label[key])}`)
  return `{${members.join(",")}}`
}

/** A name that no system obeys. @param {string} given */
export function safeName(given) {
  const base = given.split(/[/\\]/).at(-1) ?? ""
  const name = base
    .replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .replaceAll(/[<>:"|?*\p{Cf}]/gu, "_")
    .replace(/^[.\s~-]+/, "")
    .replace(/[.\s]+$/, "")
  return name === "" || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) ? "sealed" : name
}

/** Text as it is, what cannot be seen by its number; null for what is no text. @param {Uint8Array} content */
export function asText(content) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(content)
    return text.replaceAll(/[^\P{Cc}\n\t\r]|[\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => {
      return `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`
    })
  } catch {
    return null
  }
}
