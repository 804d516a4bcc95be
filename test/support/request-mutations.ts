import type { Instant } from "../../src/kernel/time.ts"
import {
  type Arrival,
  answerer,
  asker,
  FROM,
  type Headers,
  headerOf,
  keyidOfSigner,
  type Loose,
  NONCE,
  OTHER,
  sampleArrival,
  signLoosely,
  stranger,
  TO,
  URL_OF_PEER,
  withHeaders,
} from "./signed-messages.ts"

type Field = Headers[number]
export type Mutation = readonly [name: string, message: Arrival]

export const original = sampleArrival()
const CREATED = 1_790_000_000

/** What a request covers, written out once more by hand. */
const covered: Loose["covered"] = [
  ['"@method"', "POST"],
  ['"@target-uri"', URL_OF_PEER],
  ['"@authority"', "node.example:8443"],
  ['"content-digest"', headerOf(original.headers, "content-digest")],
  ['"content-type"', "application/json"],
  ['"comity-from"', FROM],
  ['"comity-to"', TO],
  ['"comity-nonce"', NONCE],
]
const parameters = [
  `;created=${CREATED}`,
  `;expires=${CREATED + 60}`,
  `;keyid="${keyidOfSigner(asker)}"`,
  ';alg="ed25519"',
  ';tag="comity-peer/1"',
]
export const requestLoose: Loose = { label: "comity", covered, parameters }

function swapHeaders(replaced: Headers): Arrival {
  return { ...original, headers: withHeaders(original.headers, replaced) }
}

const input = headerOf(original.headers, "signature-input")
const signature = headerOf(original.headers, "signature")

/** Once with the old signature, once signed anew by the right key: then only the profile's strictness is left. */
function restated(name: string, changed: Partial<Loose>, signer = asker): Mutation[] {
  const [newInput, newSignature] = signLoosely(signer, { ...requestLoose, ...changed }) as [Field, Field]
  return [
    [`${name}, old signature`, swapHeaders([newInput])],
    [`${name}, signed anew`, swapHeaders([newInput, newSignature])],
  ]
}

function signedWith(input: string, signature: string): Arrival {
  return swapHeaders([
    ["signature-input", input],
    ["signature", signature],
  ])
}

const without = <T>(list: readonly T[], at: number): T[] => list.toSpliced(at, 1)
const replaced = <T>(list: readonly T[], at: number, ...by: T[]): T[] => list.toSpliced(at, 1, ...by)
const inserted = <T>(list: readonly T[], at: number, one: T): T[] => list.toSpliced(at, 0, one)

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]]
  return list.flatMap((one, at) => permutations(without(list, at)).map((rest) => [one, ...rest]))
}

function headerMutations(): Mutation[] {
  return original.headers.flatMap(([name, value], at): Mutation[] => {
    const values = {
      empty: "",
      "in capitals": value.toUpperCase(),
      "blank before": ` ${value}`,
      "blank after": `${value} `,
      "tab after": `${value}\t`,
      "line break after": `${value}\n`,
      "comma after": `${value},`,
      "twice in one line": `${value}, ${value}`,
      quoted: `"${value}"`,
      "zero byte": `${value}\0`,
      "not ASCII": `${value}\u00e9`,
      "parameter after": `${value};x=1`,
      "shortened at the end": value.slice(0, -1),
      "shortened at the start": value.slice(1),
      "first letter": `x${value.slice(1)}`,
      "middle letter": `${value.slice(0, 20)}~${value.slice(21)}`,
      "very long": value.padEnd(200_000, "x"),
      "of another field": original.headers[(at + 1) % original.headers.length]?.[1] ?? "",
    }
    const changed = Object.entries(values).filter(([, one]) => one !== value)
    return [
      ...changed.map(([how, one]): Mutation => [`${name} ${how}`, swapHeaders([[name, one]])]),
      [`${name} missing`, { ...original, headers: without(original.headers, at) }],
      [`${name} twice`, { ...original, headers: [...original.headers, [name, value]] }],
      [`${name} twice, in another case`, { ...original, headers: [...original.headers, [name.toUpperCase(), value]] }],
      [`${name} twice, the second changed`, { ...original, headers: [...original.headers, [name, `${value}x`]] }],
      [`${name} renamed`, { ...original, headers: replaced(original.headers, at, [`x-${name}`, value]) }],
      [`${name} with an underscore`, { ...original, headers: replaced(original.headers, at, [`${name}_`, value]) }],
    ]
  })
}

/** Every order of two neighbours, every absence, every addition; other spellings and parameters of each. */
function componentMutations(): Mutation[] {
  const extra = ["@path", "@scheme", "@query", "@request-target", "host", "date", "content-length", "signature"]
  return [
    ...covered.flatMap(([identifier, value], at) => {
      const name = identifier.slice(1, -1)
      const others = [
        `"${name.toUpperCase()}"`,
        name.replace("@", ""),
        `"x-${name}"`,
        ...["sf", "bs", "req", "tr", 'key="a"', "sf=?1", "x=1"].map((parameter) => `${identifier};${parameter}`),
      ]
      return [
        ...restated(`component ${name} missing`, { covered: without(covered, at) }),
        ...restated(`component ${name} twice`, { covered: inserted(covered, at, [identifier, value]) }),
        ...restated(`component ${name} first`, {
          covered: [[identifier, value] as const, ...without(covered, at)],
        }).filter(() => at > 0),
        ...others.flatMap((other) =>
          restated(`component ${name} as ${other}`, { covered: replaced(covered, at, [other, value]) }),
        ),
      ]
    }),
    ...covered.slice(1).flatMap((_, at) => {
      const [one, two] = covered.slice(at, at + 2) as [Loose["covered"][number], Loose["covered"][number]]
      return restated(`components ${at} and ${at + 1} swapped`, { covered: covered.toSpliced(at, 2, two, one) })
    }),
    ...extra.flatMap((name) => [
      ...restated(`component ${name} before`, { covered: [[`"${name}"`, "/x"], ...covered] }),
      ...restated(`component ${name} after`, { covered: [...covered, [`"${name}"`, "/x"]] }),
    ]),
    ...restated("no component", { covered: [] }),
    ...restated("components backwards", { covered: covered.toReversed() }),
  ]
}

/** Every order of the five parameters but the right one. */
function orderMutations(): Mutation[] {
  return permutations(parameters)
    .slice(1)
    .map((order): Mutation => {
      const headers = signLoosely(asker, { ...requestLoose, parameters: order })
      return [`parameters as ${order.join("")}`, swapHeaders(headers)]
    })
}

const keyid = keyidOfSigner(asker)

/** Other values and spellings of each parameter; the first row stands for "no value". */
const values: Readonly<Record<string, readonly string[]>> = {
  created: [
    "",
    '="1790000000"',
    "=1790000000.0",
    "=01790000000",
    "=+1790000000",
    "=-1790000000",
    "=@1790000000",
    "=?1",
  ],
  expires: [
    "",
    '="1790000060"',
    "=1790000060.0",
    "=01790000060",
    "=@1790000060",
    "=1790000000",
    "=1789999999",
    "=1790000061",
  ],
  keyid: [
    "",
    `="${keyidOfSigner(stranger)}"`,
    "=a",
    '=""',
    `="${keyid.toUpperCase()}"`,
    `="${keyid} "`,
    `="${keyid.slice(1)}"`,
    "=:AAAA:",
    "=1",
  ],
  alg: ["", '="Ed25519"', '="ed448"', "=ed25519", '="hmac-sha256"', '="none"', '=""', '="rsa-pss-sha512"'],
  tag: ["", '="comity-peer/2"', '="Comity-peer/1"', '="comity-peer/1 "', "=comity-peer/1", '=""', '="other"'],
}

function parameterMutations(): Mutation[] {
  return [
    ...Object.entries(values).flatMap(([name, others], at) => [
      ...restated(`${name} missing`, { parameters: without(parameters, at) }),
      ...restated(`${name} twice`, { parameters: inserted(parameters, at, parameters[at] as string) }),
      ...restated(`${name} and another`, { parameters: inserted(parameters, at, `;${name}=1`) }),
      ...restated(`blank before ${name}`, {
        parameters: replaced(parameters, at, (parameters[at] as string).replace(";", "; ")),
      }),
      ...others.flatMap((value) =>
        restated(`${name}${value}`, { parameters: replaced(parameters, at, `;${name}${value}`) }),
      ),
    ]),
    ...[';nonce="x"', ";x", ";x=1", ';keyid2="a"', ";req"].flatMap((one) => [
      ...restated(`unknown ${one} after`, { parameters: [...parameters, one] }),
      ...restated(`unknown ${one} before`, { parameters: [one, ...parameters] }),
    ]),
  ]
}

function labelMutations(): Mutation[] {
  const labels = ["sig1", "Comity", "comity2", "comit", "*", "comity.a"]
  const [[, input2], [, signature2]] = signLoosely(stranger, { ...requestLoose, label: "sig2" }) as [Field, Field]
  return [
    ...labels.flatMap((label) => restated(`label ${label}`, { label })),
    ["second label after", signedWith(`${input}, ${input2}`, `${signature}, ${signature2}`)],
    ["second label before", signedWith(`${input2}, ${input}`, `${signature2}, ${signature}`)],
    ["second input only", signedWith(`${input}, ${input2}`, signature)],
    ["second signature only", signedWith(input, `${signature}, ${signature2}`)],
    ["second label, no signature of it", signedWith(`${input}, sig2`, signature)],
    ["label without a list", signedWith("comity", signature)],
    ["label with a string", signedWith('comity="x"', signature)],
    ["list not closed", signedWith(input.replace(")", ""), signature)],
    ["list within the list", signedWith(`comity=(${input.slice("comity=".length)})`, signature)],
    ["two blanks between components", signedWith(input.replace(" ", "  "), signature)],
    ["blank after the bracket", signedWith(input.replace("(", "( "), signature)],
  ]
}

function signatureMutations(): Mutation[] {
  const others: Readonly<Record<string, string>> = {
    "as text": signature.replaceAll(":", '"'),
    "as hex": `comity=:${"ab".repeat(64)}:`,
    "without padding": signature.replace("==:", ":"),
    "in base64url": signature.replaceAll("+", "-").replaceAll("/", "_"),
    "with loose last bits": loosened(signature),
    "with a parameter": `${signature};x`,
    "of zeros": `comity=:${Buffer.alloc(64).toString("base64")}:`,
    "of 63 bytes": `comity=:${Buffer.alloc(63).toString("base64")}:`,
    "of 65 bytes": `comity=:${Buffer.alloc(65).toString("base64")}:`,
    "of another message": headerOf(sampleArrival(Buffer.from("{}")).headers, "signature"),
  }
  return Object.entries(others).map(([how, one]): Mutation => [`signature ${how}`, signedWith(input, one)])
}

/** The same 64 bytes to a lenient decoder: the last letter before the padding has four bits that say nothing. */
function loosened(field: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  const last = field.at(-4) ?? ""
  return `${field.slice(0, -4)}${letters[letters.indexOf(last) + 1]}==:`
}

function addressMutations(): Mutation[] {
  const paths = [
    "status/",
    "Status",
    "join",
    "status?",
    "status?a=1",
    "status#a",
    "./status",
    "../v1/status",
    "%73tatus",
    "",
  ]
  const hosts = ["other.example:8443", "node.example.:8443", "NODE.example:8443", "node.example:8444", "node.example"]
  const urls = [
    "",
    URL_OF_PEER.replace("https", "http"),
    URL_OF_PEER.replace("/comity", ""),
    URL_OF_PEER.replace("node.", "x@node."),
    ...paths.map((path) => URL_OF_PEER.replace("status", path)),
    ...hosts.map((host) => URL_OF_PEER.replace("node.example:8443", host)),
  ]
  const methods = ["GET", "PUT", "DELETE", "HEAD", "QUERY", "post", "Post", "POST ", "", "POST\n"]
  return [
    ...urls.map((url): Mutation => [`url ${url}`, { ...original, url }]),
    ...methods.map((method): Mutation => [`method ${method}`, { ...original, method }]),
    ["another recipient", { ...original, to: OTHER }],
    ["sent back to its sender", { ...original, to: FROM }],
  ]
}

function timeMutations(): Mutation[] {
  const second = (seconds: number, micro = 0) => (CREATED * 1_000_000 + seconds * 1_000_000 + micro) as Instant
  const times: Readonly<Record<string, Instant>> = {
    "a microsecond too early": second(-120, -1),
    "a second too early": second(-121),
    "a microsecond too late": second(180, 1),
    "an hour late": second(3600),
    "a year late": second(31_536_000),
    "at the beginning of time": 0 as Instant,
    "at no time": Number.NaN as Instant,
  }
  return Object.entries(times).map(([name, now]): Mutation => [name, { ...original, now }])
}

function keyMutations(): Mutation[] {
  const keys: Readonly<Record<string, Buffer>> = {
    "key of a stranger": stranger.publicKey,
    "key of the reader": answerer.publicKey,
    "key of zeros": Buffer.alloc(32),
    "key of order one": Buffer.from([1, ...Buffer.alloc(31)]),
    "key too short": asker.publicKey.subarray(1),
    "no key": Buffer.alloc(0),
  }
  return [
    ...Object.entries(keys).map(([name, publicKey]): Mutation => [name, { ...original, publicKey }]),
    ...restated("signed by a stranger", {}, stranger).slice(1),
  ]
}

function contentMutations(): Mutation[] {
  const digest = headerOf(original.headers, "content-digest")
  const sha256 = `sha-256=:${"A".repeat(43)}=:`
  const bodies = [
    '{"checkpoints": []}',
    '{"checkpoints":[]}\n',
    '{"checkpoints":[]',
    "",
    "\ufeff",
    '{"checkpoints":[]}\0',
  ]
  const headers: Readonly<Record<string, Headers>> = {
    "a coding that nobody signed": [["content-encoding", "gzip"]],
    "a coding that changes nothing": [["Content-Encoding", "identity"]],
    "an unknown field of ours": [["comity-extra", "1"]],
    "an unknown field of ours, in capitals": [["COMITY-EXTRA", "1"]],
    "sha-256 besides": [["content-digest", `${sha256}, ${digest}`]],
    "sha-256 after": [["content-digest", `${digest}, ${sha256}`]],
    "sha-256 instead": [["content-digest", sha256]],
    "SHA-512": [["content-digest", digest.replace("sha", "SHA")]],
    "digest of something else": [["content-digest", `sha-512=:${"A".repeat(86)}==:`]],
  }
  return [
    ...bodies.map((body): Mutation => [`body ${JSON.stringify(body)}`, { ...original, body: Buffer.from(body) }]),
    ...Object.entries(headers).map(([name, extra]): Mutation => [name, swapHeaders(extra)]),
    ["no headers at all", { ...original, headers: [] }],
    ["a header without a value", { ...original, headers: [...original.headers, ["x"] as unknown as Field] }],
  ]
}

/** Every alteration has a name, stands once and leaves nothing as it was. */
export function requestMutations(): Mutation[] {
  return [
    ...headerMutations(),
    ...componentMutations(),
    ...orderMutations(),
    ...parameterMutations(),
    ...labelMutations(),
    ...signatureMutations(),
    ...addressMutations(),
    ...timeMutations(),
    ...keyMutations(),
    ...contentMutations(),
  ]
}
