import { createHash } from "node:crypto"
import { MARKS, type Made, uuid } from "./objects.ts"

// What two teams found, each by itself, of one campaign. Addresses and names are those reserved for documentation.

/** Values of one type in patterns of STIX. */
type Values = { ipv4: string[]; domain: string[]; url: string[]; hash: string[]; wallet: string[] }
const PATHS = {
  ...{ ipv4: "ipv4-addr:value", domain: "domain-name:value", url: "url:value" },
  ...{ hash: "file:hashes.'SHA-256'", wallet: "cryptocurrency-wallet:value" },
} as const satisfies Record<keyof Values, string>

/** Wallets nobody can have the key of: their twenty bytes read EXERCISE NOT REAL 00, 01 and so on. */
const WALLETS = [
  ...["bc1qg4vy25jrf9f52gzwfa2zq5j9g9xzqvpsvee0uz", "bc1qg4vy25jrf9f52gzwfa2zq5j9g9xzqvp330d6ps"],
  ...["bc1qg4vy25jrf9f52gzwfa2zq5j9g9xzqvpjlucv00", "bc1qg4vy25jrf9f52gzwfa2zq5j9g9xzqvpnz2veja"],
  "bc1qg4vy25jrf9f52gzwfa2zq5j9g9xzqvp5rnmfnc",
] as const

/** What both have seen: of addresses, names and URLs 37 together, one wallet, and few hashes. */
export const COMMON = { ipv4: 12, domain: 16, url: 9, hash: 3, wallet: 1 } as const
export const COMMON_NAMED = COMMON.ipv4 + COMMON.domain + COMMON.url
/** Both have seen this one as well, and one of them may not tell. */
export const WITHHELD = "board.lantern-festival.example"
export const NEVER_SEEN = "bakery.quietharbour.example"

/** The first finding of each sort. */
export const first = { wallet: WALLETS[0], domain: domain("lantern", 0) } as const
/** What only one of the two has. */
export const only = { jp: domain("todai", 0), br: domain("farol", 0) } as const

type Finder = { key: "jp" | "br"; author: string; from: number }

/** Findings of a team in its own words; one of the two writes names in capitals and URLs with their port. */
export function findings({ key, author, from }: Finder): Made[] {
  const own = key === "jp" ? "todai" : "farol"
  const all: Values = {
    ipv4: [...addresses(20, COMMON.ipv4), ...addresses(key === "jp" ? 100 : 160, 40)],
    domain: [...domains("lantern", COMMON.domain), ...domains(own, key === "jp" ? 44 : 31)],
    url: [...urls("lantern", COMMON.url), ...urls(own, 20)],
    hash: [...hashes("lantern", COMMON.hash), ...hashes(own, 15)],
    wallet: [WALLETS[0], ...(key === "jp" ? WALLETS.slice(1, 3) : WALLETS.slice(3))],
  }
  const made = Object.entries(all).flatMap(([type, values]) =>
    (values as string[]).map((value, i) => finding({ key, author, from }, type as keyof Values, { value, i })),
  )
  const held = finding({ key, author, from }, "domain", { value: WITHHELD, i: 99 })
  return [...made, key === "jp" ? held : { ...held, object_marking_refs: [MARKS.amber] }]
}

const DAY_MS = 86_400_000
const STORIES = { jp: "Ransom note at a hospital", br: "Where a victim's payment went" } as const
const FAMILY = { jp: "Paper Lantern", br: "Vaga-lume" } as const

function finding({ key, author, from }: Finder, type: keyof Values, { value, i }: { value: string; i: number }): Made {
  const created = new Date(from - (((i * 11) % 60) + (key === "jp" ? 20 : 3)) * DAY_MS).toISOString()
  return {
    ...{ type: "indicator", spec_version: "2.1", id: `indicator--${uuid(`${key}/${type}/${value}`)}` },
    ...{ created, modified: created, created_by_ref: author, name: nameOf(key, value, i) },
    ...{ indicator_types: ["malicious-activity"], confidence: key === "jp" ? 80 : 55 },
    labels: [type === "wallet" ? "ransom-payment" : key === "jp" ? "phishing" : "command-and-control"],
    ...{ pattern: `[${PATHS[type]} = '${spelled(key, type, value)}']`, pattern_type: "stix", valid_from: created },
    object_marking_refs: [i % 3 === 0 ? MARKS.clear : MARKS.green],
  }
}

function nameOf(key: Finder["key"], value: string, i: number): string {
  const told = value === first.wallet ? STORIES[key] : `${FAMILY[key]} ${i}`
  return `EXERCISE ${told}`
}

/** The same thing, as another team would write it. */
function spelled(key: Finder["key"], type: keyof Values, value: string): string {
  if (key === "jp") return value
  if (type === "domain") return `${value.toUpperCase()}.`
  return type === "url" ? value.replace(/^https:\/\/([^/]+)/, (_, host) => `HTTPS://${host}:443`) : value
}

/** Spread over three networks, so that no list looks as if addresses had been counted through. */
function addresses(start: number, number: number): string[] {
  const networks = ["192.0.2", "198.51.100", "203.0.113"]
  return Array.from({ length: number }, (_, i) => `${networks[i % 3]}.${start + i}`)
}

function domain(word: string, i: number): string {
  return `login-${i}.${word}-mail.example`
}

function domains(word: string, number: number): string[] {
  return Array.from({ length: number }, (_, i) => domain(word, i))
}

function urls(word: string, number: number): string[] {
  return domains(word, number).map((host, i) => `https://${host}/verify/${i}`)
}

function hashes(word: string, number: number): string[] {
  return domains(word, number).map((host) => createHash("sha256").update(`EXERCISE ${host}`).digest("hex"))
}
