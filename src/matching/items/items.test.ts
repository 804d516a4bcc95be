import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { Chain } from "../../crypto/index.ts"
import { canonicalItem, plainItem, shownItem, typed } from "./canonical.ts"
import { exactValues } from "./objects.ts"
import { ITEM_REFUSALS } from "./refusals.ts"
import { FORMS, HEADER_BYTES, ITEM_TYPES, ITEMS_VERSION, type ItemType, readItem } from "./types.ts"

type Given = { kind?: string; as?: ItemType | null; chain?: Chain; text: string }
type Vectors = { items: (Given & { type: string; hex: string })[]; refused: (Given & { refused: string })[] }
const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/matching/items.json", import.meta.url), "utf8"),
) as Vectors

const read = ({ kind, as, chain, text }: Given) =>
  kind === undefined ? typed(text, as) : canonicalItem(kind, text, chain ?? null)

test("each spelling of the vectors is the item that they say", () => {
  assert.ok(vectors.items.length >= 120)
  for (const { type, hex, ...given } of vectors.items) {
    const found = read(given)
    assert.deepEqual("bytes" in found ? { type: found.type, hex: found.bytes.toString("hex") } : found, { type, hex })
    if (!("bytes" in found)) continue
    const { form, canonical, end } = readItem(found.bytes)
    assert.deepEqual([found.bytes[0], found.bytes[1], end], [FORMS[form].id, ITEMS_VERSION, found.bytes.length])
    assert.equal(found.bytes.readUInt16BE(2), canonical.length)
    assert.equal(canonical.length + HEADER_BYTES, found.bytes.length)
  }
})

test("what the vectors refuse is refused, for that reason, and every reason occurs but those of size", () => {
  assert.ok(vectors.refused.length >= 90)
  for (const { refused, ...given } of vectors.refused) assert.deepEqual(read(given), { refused }, JSON.stringify(given))
  const seen = new Set(vectors.refused.map(({ refused }) => refused))
  assert.deepEqual(
    ITEM_REFUSALS.filter((code) => !seen.has(code)),
    ["match-item.long"],
  )
  const long = `http://evil.example/${"a".repeat(4096)}`
  for (const text of [long, "a".repeat(20_000)])
    assert.deepEqual(canonicalItem("url", text), { refused: "match-item.long" })
})

test("every type has a form, types stand in the order of their ids, and an item says again what it is", () => {
  const ids = ITEM_TYPES.map((type) => Object.values(FORMS).flatMap((one) => (one.type === type ? [one.id] : [])))
  assert.ok(ids.every((some) => some.length > 0))
  assert.deepEqual(
    ids.flat(),
    ids.flat().toSorted((a, b) => a - b),
  )
  for (const { hex } of vectors.items) {
    const bytes = Buffer.from(hex, "hex")
    const { kind, value } = plainItem(bytes)
    // Brackets of a path are lost where the host is defanged: nobody can tell them from those of a defanged dot.
    for (const text of value.includes("[.]") ? [value] : [value, shownItem(bytes)]) {
      const again = canonicalItem(kind, text)
      assert.deepEqual("bytes" in again ? again.bytes : again, bytes, text)
    }
    assert.doesNotMatch(shownItem(bytes), /^https?:|^[^[]*\w\.example/)
  }
})

test("bytes that are no item of this version are refused", () => {
  for (const hex of ["", "01", "0101000401020304ff".slice(0, 14), "0102000401020304", "ff01000401020304", "05011001"]) {
    assert.throws(() => readItem(Buffer.from(hex, "hex")), { kind: "invalid", code: "match.item" })
  }
})

const SPELLINGS_MOST = 10_000

/** The same numbers in every run. */
let state = 7
function number(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const pick = <T>(from: readonly T[]): T => from[number(from.length)] as T
const hexadecimal = (bytes: number) =>
  Array.from({ length: bytes }, () => number(256).toString(16).padStart(2, "0")).join("")

const either = (text: string) => [...text].map((sign) => (number(2) === 0 ? sign : sign.toUpperCase())).join("")
const dotted = (text: string) => text.replaceAll(".", () => pick([".", "[.]", "(.)", "[dot]", "．", "\\.", "{.}"]))
const around = (text: string) => `${pick(["", " ", "\t"])}${text}${pick(["", " ", "\n"])}`
const groups = (hex: string) => (hex.match(/.{4}/g) ?? []).map((one) => pick([one, one.replace(/^0{1,3}/, "")]))
const ADDRESS_WORDS = ["evil", "c2", "例え", "bücher", "update-7", "straße"]

/** A thing, named by itself, and one of its spellings. */
const makers: (() => { kind: string; thing: string; text: string })[] = [
  () => {
    const thing = [number(256), number(256), number(256), number(256)].join(".")
    return { kind: "ipv4-addr", thing, text: around(dotted(`${thing}${pick(["", "/32"])}`)) }
  },
  () => {
    const thing = [number(256), number(256), number(256)].join(".")
    return { kind: "ipv4-addr", thing: `${thing}/24`, text: around(dotted(`${thing}.${number(256)}/24`)) }
  },
  () => {
    const thing = hexadecimal(16)
    const text = either(groups(thing).join(":"))
    return {
      kind: "ipv6-addr",
      thing,
      text: around(pick([text, `[${text}]`, text.replace(":", "[:]"), `${text}/128`])),
    }
  },
  () => {
    const thing = `${pick(ADDRESS_WORDS)}${number(1000)}.example`
    return {
      kind: "domain-name",
      thing,
      text: around(`${dotted(either(thing).replaceAll("SS", "ß"))}${pick(["", "."])}`),
    }
  },
  () => {
    const [host, path] = [`${pick(ADDRESS_WORDS)}.example`, `/${either(hexadecimal(2))}?q=${number(9)}`]
    const front = pick([
      `http://${either(host)}`,
      `HTTP://${host}:80`,
      `hxxp://${dotted(host)}`,
      `hXXp[:]//${dotted(host)}`,
    ])
    return { kind: "url", thing: `${host}${path}`, text: around(`${front}${path}${pick(["", "#top"])}`) }
  },
  () => {
    const thing = `${pick(["ann", "josé", "a.b+c"])}${number(100)}@${pick(ADDRESS_WORDS)}.example`
    const text = dotted(
      either(thing)
        .replace("SS", "ß")
        .replace("@", () => pick(["@", "[at]", "(@)", "＠"])),
    )
    return { kind: "email-addr", thing, text: around(pick([text.normalize("NFD"), text])) }
  },
  () => {
    const thing = hexadecimal(32)
    return { kind: "sha256", thing, text: around(either(thing)) }
  },
  () => {
    const thing = hexadecimal(20)
    return { kind: "cryptocurrency-wallet", thing, text: around(`0x${pick([thing, thing.toUpperCase()])}`) }
  },
  () => {
    const thing = `358${4_000_000 + number(5_000_000)}`
    const text = thing.replaceAll(/(\d{3})/g, (part) => `${part}${pick(["", " ", "-", "."])}`)
    return { kind: "phone-number", thing, text: around(`+${text}`) }
  },
]

test(`${SPELLINGS_MOST} spellings: the same thing always gives the same bytes, different things different ones`, () => {
  const things = new Map<string, string>()
  const holders = new Map<string, string>()
  for (let i = 0; i < SPELLINGS_MOST; i++) {
    const { kind, thing, text } = pick(makers)()
    const found = canonicalItem(kind, text)
    assert.ok("bytes" in found, `${kind} ${JSON.stringify(text)} ${JSON.stringify(found)}`)
    const [name, hex] = [`${kind} ${thing}`, found.bytes.toString("hex")]
    assert.equal(things.get(name) ?? hex, hex, `${kind} ${JSON.stringify(text)}`)
    assert.equal(holders.get(hex) ?? name, name, `${kind} ${JSON.stringify(text)}`)
    things.set(name, hex)
    holders.set(hex, name)
  }
})

test("an indicator counts where it looks for values exactly and for nothing else", () => {
  const of = (pattern: string, more: object = {}) => {
    const found = exactValues({ type: "indicator", pattern, pattern_type: "stix", ...more })
    return found.is === "values" ? found.values.map(({ kind, value }) => `${kind} ${value}`) : found.is
  }
  const cases: [pattern: string, expected: string | string[]][] = [
    ["[ipv4-addr:value = '198.51.100.7']", ["ipv4-addr 198.51.100.7"]],
    ["[url:value='a' OR domain-name:value IN ('b', 'c\\'d')]", ["url a", "domain-name b", "domain-name c'd"]],
    ["[file:hashes.'SHA-256' = 'ab' OR file:hashes.MD5 = 'cd']", ["sha256 ab", "md5 cd"]],
    ["[ipv4-addr:value ISSUBSET '198.51.100.0/24']", ["ipv4-addr 198.51.100.0/24"]],
    ["[cryptocurrency-wallet:address = 'x']", ["cryptocurrency-wallet x"]],
    ["[ipv4-addr:value = 'a' AND network-traffic:dst_port = 443]", "not-exact"],
    ["[file:hashes.MD5 = 'ab' AND file:name = 'x']", "not-exact"],
    ["[url:value LIKE '%x%']", "not-exact"],
    ["[ipv4-addr:value != 'a']", "not-exact"],
    ["[ipv4-addr:value NOT = 'a']", "not-exact"],
    ["[domain-name:value = 'a'] FOLLOWEDBY [ipv4-addr:value = 'b']", "not-exact"],
    ["[domain-name:value = 'a'] REPEATS 5 TIMES", "not-exact"],
    ["", "nothing"],
  ]
  for (const [pattern, expected] of cases) assert.deepEqual(of(pattern), expected, pattern)
  assert.equal(of("alert ip any", { pattern_type: "snort" }), "not-exact")
})

test("wallets are understood as objects spell them, and refused where their chain is another", () => {
  const address = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"
  const items = (object: Record<string, string>) => {
    const found = exactValues(object)
    if (found.is !== "values") return found.is
    return found.values.map(({ kind, value, chain }) => {
      const one = canonicalItem(kind, value, chain)
      return "bytes" in one ? one.type : one.refused
    })
  }
  assert.deepEqual(items({ type: "cryptocurrency-wallet", value: address }), ["wallet"])
  assert.deepEqual(items({ type: "cryptocurrency-wallet", address, currency: "BTC" }), ["wallet"])
  assert.deepEqual(items({ type: "x-opencti-cryptocurrency-wallet", value: address }), ["wallet"])
  assert.deepEqual(items({ type: "cryptocurrency-wallet", value: address, currency: "BCH" }), ["match-item.wallet"])
  assert.deepEqual(items({ type: "cryptocurrency-wallet", value: address, currency: "LTC" }), ["match-item.wallet"])
  assert.equal(items({ type: "malware", address }), "nothing")
})
