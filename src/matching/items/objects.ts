import type { Chain } from "../../crypto/index.ts"
import { type Sought, valuesOf } from "../../library/index.ts"
import type { JsonObject } from "../../stix/index.ts"

/** A value of an object, and of which chain it is said to be, if it is a wallet's. */
export type Named = Sought & { chain: Chain | null | "other" }
/** `not-exact`: a pattern that says more, or less, than that one of these values was seen. `nothing`: no value at all. */
export type Values = { is: "values"; values: readonly Named[] } | { is: "not-exact" } | { is: "nothing" }

/** Longer patterns are not read. */
const PATTERN_MOST = 1_000_000
const QUOTED = /'(?:[^'\\]|\\[\s\S])*'/g
/** A comparison of a value or of a hash with one text, or with some. Texts stand as `''` here. */
const EXACT =
  /(?<![a-z0-9-])[a-z][a-z0-9-]{0,249}:(?:value|address|hashes\.(?:''|[\w-]{1,30}))\s{0,20}(?:=\s{0,20}''|IN\s{0,20}\([\s',]{0,200000}\))/gi
/** As ranges are looked for: the range is what it names. */
const RANGE = /ipv[46]-addr:value\s{0,20}ISSUBSET\s{0,20}''/gi

/** What an object is or looks for exactly. */
export function exactValues(object: JsonObject): Values {
  const { type, pattern, pattern_type: language } = object
  if (type !== "indicator") return listed(object, [...valuesOf(object), ...addressesOf(object)])
  if (typeof pattern !== "string" || (language !== undefined && language !== "stix")) return { is: "not-exact" }
  if (pattern.length > PATTERN_MOST || !isExact(pattern)) return { is: "not-exact" }
  return listed(object, valuesOf(object))
}

/** Of the whole pattern nothing is left when its exact comparisons are taken out. */
function isExact(pattern: string): boolean {
  const rest = pattern.replaceAll(QUOTED, "''").replaceAll(EXACT, " ").replaceAll(RANGE, " ")
  return /^[\s[\]()]*$/.test(rest.replaceAll(/\b(?:OR|AND)\b/gi, " "))
}

function listed(object: JsonObject, values: readonly Sought[]): Values {
  const chain = chainOf(object)
  return values.length === 0 ? { is: "nothing" } : { is: "values", values: values.map((one) => ({ ...one, chain })) }
}

/** Objects for wallets are no part of the standard; some have their address in `address`. */
function addressesOf({ type, value, address }: JsonObject): Sought[] {
  const wallet = typeof type === "string" && type.endsWith("cryptocurrency-wallet")
  return wallet && value === undefined && typeof address === "string" ? [{ kind: type, value: address }] : []
}

const CHAINS: Readonly<Record<string, Chain>> = {
  ...{ btc: "bitcoin", xbt: "bitcoin", bitcoin: "bitcoin", ltc: "litecoin", litecoin: "litecoin" },
  ...{ trx: "tron", tron: "tron", eth: "evm", ethereum: "evm", polygon: "evm", bnb: "evm", bsc: "evm", evm: "evm" },
}

/** Of coins that run on several chains the address says which. */
const COINS_OF_MANY: ReadonlySet<string> = new Set(["usdt", "usdc"])

/** As the object says it, in the words in use; null where it says nothing. Other chains have addresses that look alike. */
function chainOf(object: JsonObject): Named["chain"] {
  const said = [object.blockchain, object.chain, object.currency, object.currency_code, object.coin].find(
    (one) => typeof one === "string" && one !== "",
  )
  const word = typeof said === "string" ? said.toLowerCase() : ""
  return word === "" || COINS_OF_MANY.has(word) ? null : (CHAINS[word] ?? "other")
}
