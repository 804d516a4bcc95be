import { wordlist } from "@scure/bip39/wordlists/english.js"
import { sha256 } from "../kernel/hash.ts"
import type { PartyId } from "./model.ts"

/** What two people compare over the telephone: 132 bits, as twelve words or as digits. */
export type Fingerprint = { words: readonly string[] /** Eight groups of five. */; digits: string }

const WORDS = 12
const WORD_BITS = 11n
const DIGITS = 40
const GROUP = 5

/**
 * Of a party and the first statement of its node's key log (design section 5): it names both for ever, whichever key
 * signs now. BIP-39's list of words, its checksum aside: here every bit is of the hash.
 */
export function fingerprintOf(party: PartyId, incept: Uint8Array): Fingerprint {
  const hash = sha256(`comity/fingerprint/v1\n${party}\n`, incept)
  const bits = BigInt(`0x${hash.toString("hex", 0, 17)}`) >> 4n
  const words = Array.from({ length: WORDS }, (_, i) => {
    const at = (bits >> (WORD_BITS * BigInt(WORDS - 1 - i))) & 0x7ffn
    return wordlist[Number(at)] as string
  })
  const digits = bits.toString().padStart(DIGITS, "0")
  return { words, digits: (digits.match(new RegExp(`.{${GROUP}}`, "g")) ?? []).join(" ") }
}

/** True if somebody typed these words: capitals, blanks and commas aside; four letters tell each of the list apart. */
export function saysWords({ words }: Fingerprint, typed: string): boolean {
  const said = typed
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== "")
  return said.length === words.length && words.every((word, i) => isWord(word, said[i] as string))
}

/** One word as it was heard; number 1 is the first. */
export function saysWord({ words }: Fingerprint, number: number, typed: string): boolean {
  return isWord(words[number - 1] ?? "", typed.trim().toLowerCase())
}

/** False for what cannot have been read out: a slip of the ear or the hand, which says nothing of the key. */
export function isWordOfList(typed: string): boolean {
  const said = typed.trim().toLowerCase()
  return wordlist.some((word) => isWord(word, said))
}

/** True if somebody typed these digits, grouped in any way. */
export function saysDigits({ digits }: Fingerprint, typed: string): boolean {
  return typed.replace(/[\s.-]/g, "") === digits.replaceAll(" ", "")
}

function isWord(word: string, said: string): boolean {
  if (word === "") return false
  return said === word || (said.length === 4 && word.startsWith(said))
}
