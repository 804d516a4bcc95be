import type { Instant } from "../../src/kernel/time.ts"
import { signRequest } from "../../src/peering/signatures/index.ts"
import {
  type Answer,
  answerer,
  asker,
  FROM,
  type Headers,
  headerOf,
  JSON_TYPE,
  keyidOfSigner,
  type Loose,
  NONCE,
  NOW,
  OTHER,
  sampleAnswer,
  sampleArrival,
  sampleRequest,
  signLoosely,
  stranger,
  TO,
  URL_OF_PEER,
  withHeaders,
} from "./signed-messages.ts"

type Mutation = readonly [name: string, message: Answer]

export const originalAnswer = sampleAnswer()
const request = originalAnswer.request.headers
const asked = (name: keyof typeof request) => request[name]
const member = (name: "signature" | "signature-input") => asked(name).slice("comity=".length)

/** What an answer covers, written out once more by hand. */
const answerCovered: Loose["covered"] = [
  ['"@status"', "200"],
  ['"content-digest"', headerOf(originalAnswer.headers, "content-digest")],
  ['"content-type"', JSON_TYPE],
  ['"comity-from"', TO],
  ['"comity-to"', FROM],
  ['"@method";req', "POST"],
  ['"@target-uri";req', URL_OF_PEER],
  ['"@authority";req', "node.example:8443"],
  ['"content-digest";req', asked("content-digest")],
  ['"content-type";req', JSON_TYPE],
  ['"comity-from";req', FROM],
  ['"comity-to";req', TO],
  ['"comity-nonce";req', NONCE],
  ['"signature-input";key="comity";req', member("signature-input")],
  ['"signature";key="comity";req', member("signature")],
]
const parameters = [
  ";created=1790000000",
  ";expires=1790000060",
  `;keyid="${keyidOfSigner(answerer)}"`,
  ';alg="ed25519"',
  ';tag="comity-peer/1"',
]
export const answerLoose: Loose = { label: "comity", covered: answerCovered, parameters }

function swapHeaders(replaced: Headers): Answer {
  return { ...originalAnswer, headers: withHeaders(originalAnswer.headers, replaced) }
}

/** Signed anew by the right key, so that the profile's strictness alone can refuse it. */
function restated(name: string, changed: Partial<Loose>, signer = answerer): Mutation {
  return [`${name}, signed anew`, swapHeaders(signLoosely(signer, { ...answerLoose, ...changed }))]
}

function headerMutations(): Mutation[] {
  const { headers } = originalAnswer
  return headers
    .flatMap(([name, value], at): Mutation[] => [
      [`${name} missing`, { ...originalAnswer, headers: headers.toSpliced(at, 1) }],
      [`${name} twice`, { ...originalAnswer, headers: [...headers, [name, value]] }],
      [`${name} empty`, swapHeaders([[name, ""]])],
      [`${name} longer`, swapHeaders([[name, `${value}x`]])],
      [`${name} shorter`, swapHeaders([[name, value.slice(0, -1)]])],
      [`${name} in capitals`, swapHeaders([[name, value.toUpperCase()]])],
      [`${name} with a blank`, swapHeaders([[name, ` ${value}`]])],
      [`${name} twice in one line`, swapHeaders([[name, `${value}, ${value}`]])],
      [`${name} changed`, swapHeaders([[name, `${value.slice(0, 12)}~${value.slice(13)}`]])],
      [`${name} as in the request`, swapHeaders([[name, asked(name as keyof typeof request)]])],
    ])
    .filter(([name]) => name !== "content-type as in the request")
}

function componentMutations(): Mutation[] {
  return answerCovered.flatMap(([identifier, value], at): Mutation[] => {
    const others = [
      identifier.endsWith(";req") ? identifier.slice(0, -4) : `${identifier};req`,
      `${identifier};sf`,
      `${identifier};x=1`,
      identifier.toUpperCase(),
    ]
    return [
      restated(`${identifier} missing`, { covered: answerCovered.toSpliced(at, 1) }),
      restated(`${identifier} twice`, { covered: answerCovered.toSpliced(at, 0, [identifier, value]) }),
      restated(`${identifier} last`, { covered: [...answerCovered.toSpliced(at, 1), ['"x"', value]] }),
      ...others.map((other) =>
        restated(`${identifier} as ${other}`, { covered: answerCovered.toSpliced(at, 1, [other, value]) }),
      ),
    ]
  })
}

function parameterMutations(): Mutation[] {
  const others = [";created=1", ";expires=1790000061", ';keyid="x"', ';alg="Ed25519"', ';tag="comity-peer/2"']
  return parameters.flatMap((parameter, at): Mutation[] => [
    restated(`without ${parameter}`, { parameters: parameters.toSpliced(at, 1) }),
    restated(`twice ${parameter}`, { parameters: [...parameters, parameter] }),
    restated(`${others[at]}`, { parameters: parameters.toSpliced(at, 1, others[at] as string) }),
    restated(`${parameter} first`, { parameters: [...parameters.toSpliced(at, 1), parameter].reverse() }),
  ])
}

/** An answer in the name of another party or for another one, signed by the right key. */
function partyMutations(): Mutation[] {
  return ["comity-from", "comity-to"].flatMap((name) =>
    [FROM, TO, OTHER].flatMap((party): Mutation[] => {
      if (headerOf(originalAnswer.headers, name) === party) return []
      const covered = answerCovered.map(([one, value]) => [one, one === `"${name}"` ? party : value] as const)
      const signed = signLoosely(answerer, { ...answerLoose, covered })
      return [[`${name} ${party}, signed anew`, swapHeaders([[name, party], ...signed])]]
    }),
  )
}

/** The same answer held against requests that were not the one. */
function requestMutations(): Mutation[] {
  const body = Buffer.from('{"checkpoints":[]}')
  const sent = { url: URL_OF_PEER, from: FROM, to: TO, nonce: NONCE, at: NOW, type: JSON_TYPE, body }
  const changes: Readonly<Record<string, Partial<typeof sent>>> = {
    "another nonce": { nonce: "AAAAAAAAAAAAAAAAAAAAAA" },
    "another body": { body: Buffer.from("{}") },
    "another type": { type: "text/plain" },
    "another verb": { url: URL_OF_PEER.replace("status", "join") },
    "another second": { at: (NOW + 1_000_000) as Instant },
    "another sender": { from: OTHER },
    "another recipient": { to: OTHER },
  }
  const { url, headers } = sampleRequest()
  return [
    ...Object.entries(changes).map(
      ([name, change]): Mutation => [
        `request with ${name}`,
        { ...originalAnswer, request: signRequest(asker, { ...sent, ...change }) },
      ],
    ),
    ["request by another key", { ...originalAnswer, request: signRequest(stranger, sent) }],
    ["request to no address", { ...originalAnswer, request: { url: "", headers } }],
    [
      "request with another signature",
      {
        ...originalAnswer,
        request: { url, headers: { ...headers, signature: sampleRequest(Buffer.from("{}")).headers.signature } },
      },
    ],
    ["the request itself", { ...originalAnswer, headers: sampleArrival().headers }],
  ]
}

function surroundingMutations(): Mutation[] {
  const statuses = [201, 204, 401, 503, 100, 199, 600, 2000, -200, 200.5, Number.NaN]
  const bodies = ["", '{"state":"active"}\n', '{"state":"left"}']
  const second = (seconds: number, micro = 0) => (1_790_000_000_000_000 + seconds * 1_000_000 + micro) as Instant
  const times = [second(-120, -1), second(180, 1), second(86_400), 0 as Instant, Number.NaN as Instant]
  return [
    ...statuses.map((status): Mutation => [`status ${status}`, { ...originalAnswer, status }]),
    ...bodies.map((body): Mutation => [`body ${body}`, { ...originalAnswer, body: Buffer.from(body) }]),
    ...times.map((now): Mutation => [`read at ${now}`, { ...originalAnswer, now }]),
    ["key of a stranger", { ...originalAnswer, publicKey: stranger.publicKey }],
    ["key of the asker", { ...originalAnswer, publicKey: asker.publicKey }],
    ["no key", { ...originalAnswer, publicKey: Buffer.alloc(0) }],
    ["a coding that nobody signed", swapHeaders([["content-encoding", "gzip"]])],
    ["a nonce of its own", swapHeaders([["comity-nonce", NONCE]])],
    restated("by a stranger", {}, stranger),
    restated("in the name of a stranger's key", {
      parameters: parameters.toSpliced(2, 1, `;keyid="${keyidOfSigner(stranger)}"`),
    }),
    restated("under another label", { label: "sig1" }),
  ]
}

/** Every alteration has a name, stands once and leaves nothing as it was. */
export function answerMutations(): Mutation[] {
  return [
    ...headerMutations(),
    ...componentMutations(),
    ...parameterMutations(),
    ...partyMutations(),
    ...requestMutations(),
    ...surroundingMutations(),
  ]
}
