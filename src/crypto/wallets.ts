import { createHash } from "node:crypto"
import { createRequire } from "node:module"

/** Chains whose addresses are understood. Those of every chain that runs the EVM look the same. */
export type Chain = "bitcoin" | "evm" | "litecoin" | "tron"

/**
 * The one form of an address, from which it can be written again: of Base58Check 0, version, hash; of a segwit address 1,
 * version of the witness, program (BIP 141), for a hash alone would not say of which kind it is; of the EVM 20 bytes.
 */
export type Wallet = { chain: Chain; canonical: Buffer }
/** `unknown`: no address of these chains. `checksum`: it looks like one, but a letter is wrong. */
export type WalletFault = "unknown" | "checksum"

const BASE58_CHECK = 0
const SEGWIT = 1
const HASH_BYTES = 20

/** Versions of Base58Check that begin an address of the chain, the first as it is written today. */
const VERSIONS: Readonly<Record<number, Chain>> = {
  0: "bitcoin",
  5: "bitcoin",
  48: "litecoin",
  50: "litecoin",
  65: "tron",
}
/** What addresses to scripts of Litecoin began with before they got a version of their own. */
const LITECOIN_BEFORE = 0x05
const LITECOIN_SCRIPT = 0x32
const PREFIXES: Readonly<Record<string, Chain>> = { bc: "bitcoin", ltc: "litecoin" }

/** Loaded when the first address is read: nobody else needs them. */
const load = createRequire(import.meta.url)
const coders = () => load("@scure/base") as typeof import("@scure/base")
const keccak = () => (load("@noble/hashes/sha3.js") as typeof import("@noble/hashes/sha3.js")).keccak_256

/** Reads an address and checks what it has of a checksum. `chain`: of which it is said to be; null if nobody says. */
export function readWallet(text: string, chain: Chain | null): Wallet | WalletFault {
  const found = readAny(text, chain)
  return typeof found === "object" && chain !== null && found.chain !== chain ? "unknown" : found
}

function readAny(text: string, chain: Chain | null): Wallet | WalletFault {
  if (/^0x[0-9a-f]{40}$/i.test(text)) return readEvm(text)
  if (/^(?:bc|ltc)1[a-z0-9]{6,87}$/i.test(text)) return readSegwit(text)
  return /^[1-9A-HJ-NP-Za-km-z]{25,36}$/.test(text) ? readBase58(text, chain) : "unknown"
}

/** The address as it is written today. */
export function walletText({ chain, canonical }: Wallet): string {
  if (chain === "evm") return `0x${canonical.toString("hex")}`
  const { bech32, bech32m } = coders()
  if (canonical[0] === BASE58_CHECK) return base58Check().encode(canonical.subarray(1))
  const [, version = 0] = canonical
  const coder = version === 0 ? bech32 : bech32m
  const prefix = Object.keys(PREFIXES).find((one) => PREFIXES[one] === chain) ?? ""
  return coder.encode(prefix, [version, ...coder.toWords(canonical.subarray(2))])
}

/** Mixed case is a checksum (EIP-55); one case alone says nothing. */
function readEvm(text: string): Wallet | WalletFault {
  const digits = text.slice(2)
  const lower = digits.toLowerCase()
  if (digits !== lower && digits !== digits.toUpperCase() && digits !== withCase(lower)) return "checksum"
  return { chain: "evm", canonical: Buffer.from(lower, "hex") }
}

function withCase(lower: string): string {
  const sum = Buffer.from(keccak()(Buffer.from(lower))).toString("hex")
  return [...lower].map((sign, i) => (Number.parseInt(sum[i] ?? "0", 16) >= 8 ? sign.toUpperCase() : sign)).join("")
}

/** BIP 173 for version 0, BIP 350 for those after it. */
function readSegwit(text: string): Wallet | WalletFault {
  const { bech32, bech32m } = coders()
  for (const coder of [bech32, bech32m]) {
    const decoded = coder.decodeUnsafe(text)
    const [version = -1, ...words] = decoded?.words ?? []
    const program = coder.fromWordsUnsafe(words)
    if (!decoded || !program) continue
    const chain = PREFIXES[decoded.prefix]
    const fits = coder === bech32 ? version === 0 && [20, 32].includes(program.length) : version >= 1 && version <= 16
    if (chain === undefined || !fits || program.length < 2 || program.length > 40) return "checksum"
    return { chain, canonical: Buffer.from([SEGWIT, version, ...program]) }
  }
  return "checksum"
}

function readBase58(text: string, said: Chain | null): Wallet | WalletFault {
  const decoded = orNull(() => base58Check().decode(text))
  if (decoded === null) return "checksum"
  const [version = -1] = decoded
  const before = said === "litecoin" && version === LITECOIN_BEFORE
  const chain = before ? "litecoin" : VERSIONS[version]
  if (chain === undefined || decoded.length !== 1 + HASH_BYTES) return "unknown"
  const today = before ? LITECOIN_SCRIPT : version
  return { chain, canonical: Buffer.from([BASE58_CHECK, today, ...decoded.subarray(1)]) }
}

function base58Check() {
  return coders().createBase58check((bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest()))
}

function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}
