import assert from "node:assert/strict"
import { test } from "node:test"
import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { answerLoose, answerMutations, originalAnswer } from "../../../test/support/answer-mutations.ts"
import { original, requestLoose, requestMutations } from "../../../test/support/request-mutations.ts"
import { answerer, asker, hear, receive, signLoosely, withHeaders } from "../../../test/support/signed-messages.ts"
import { ComityError } from "../../kernel/errors.ts"

const REFUSED = /^peer\.signature-(malformed|time|recipient|digest|wrong)$/

/** What became of a message: a code of the profile, or "accepted"; anything else that is thrown is a bug. */
function outcome(read: () => unknown): string {
  try {
    read()
    return "accepted"
  } catch (error) {
    if (error instanceof ComityError && error.kind === "unauthenticated") return error.code
    throw error
  }
}

function requireRefused<M>(
  mutations: readonly (readonly [string, M])[],
  unaltered: M,
  read: (one: M) => unknown,
): string {
  const codes = new Map<string, number>()
  for (const [name, message] of mutations) {
    assert.equal(
      outcome(() => read(unaltered)),
      "accepted",
    )
    assert.ok(!isDeepStrictEqual(message, unaltered), `nothing altered: ${name}`)
    const code = outcome(() => read(message))
    assert.match(code, REFUSED, name)
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  const names = mutations.map(([name]) => name)
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  )
  return `${mutations.length} alterations: ${[...codes].map(([code, n]) => `${code} ${n}`).join(", ")}`
}

test("of more than 500 altered requests none is accepted, and the unaltered one each time", (t) => {
  const mutations = requestMutations()
  assert.ok(mutations.length >= 500, `only ${mutations.length}`)
  t.diagnostic(requireRefused(mutations, original, receive))
})

test("no altered answer is accepted, nor one to another request, and the unaltered one each time", (t) => {
  const mutations = answerMutations()
  assert.ok(mutations.length >= 200, `only ${mutations.length}`)
  t.diagnostic(requireRefused(mutations, originalAnswer, hear))
})

test("what the tables sign by their own hand is, unaltered, what the profile signs", () => {
  assert.deepEqual(signLoosely(asker, requestLoose), original.headers.slice(-2))
  assert.deepEqual(signLoosely(answerer, answerLoose), originalAnswer.headers.slice(-2))
})

/** One letter of a text: put in, taken out or exchanged. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  take: fc.boolean(),
  put: fc.string({ unit: "binary-ascii", maxLength: 2 }),
})

function edited(text: string, { at, take, put }: { at: number; take: boolean; put: string }): string {
  const place = Math.min(Math.floor(at * text.length), text.length - 1)
  return text.slice(0, place) + put + text.slice(take ? place + 1 : place)
}

test("a letter more, less or other, anywhere in a header or the body, is refused", () => {
  fc.assert(
    fc.property(fc.nat({ max: original.headers.length }), edit, (which, change) => {
      const header = original.headers[which]
      const text = header === undefined ? original.body.toString("latin1") : header[1]
      const other = edited(text, change)
      fc.pre(other !== text)
      const altered =
        header === undefined
          ? { ...original, body: Buffer.from(other, "latin1") }
          : { ...original, headers: withHeaders(original.headers, [[header[0], other]]) }
      assert.match(
        outcome(() => receive(altered)),
        REFUSED,
      )
    }),
    { numRuns: 2_000, seed: 9421 },
  )
})

/** Names and beginnings that lead deep into the reader, and whatever else. */
const hostileText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(...original.headers.flat()),
  fc
    .tuple(fc.constantFrom("comity=(", 'comity=("@method"', "comity=:", "sha-512=:", "comity="), fc.string())
    .map((parts) => parts.join("")),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "comity-nonce",
    "comity=();created=1e99",
    "comity=?1",
    "comity=@1",
  ),
)

test("whatever comes, the readers answer with a code of the profile", () => {
  const anything = { seed: 9530, numRuns: 2_000 }
  fc.assert(
    fc.property(fc.array(hostileText, { maxLength: 30 }), hostileText, fc.double(), (list, text, time) => {
      const pairs = list.map((one, at) => [original.headers[at % 8]?.[0] ?? one, one] as const)
      const at = time as typeof original.now
      assert.match(
        outcome(() => receive({ ...original, headers: pairs, url: text, method: text, now: at })),
        REFUSED,
      )
      assert.match(
        outcome(() => receive({ ...original, headers: withHeaders(original.headers, pairs.slice(0, 1)), url: text })),
        REFUSED,
      )
      assert.match(
        outcome(() => receive({ ...original, headers: pairs })),
        REFUSED,
      )
      assert.match(
        outcome(() => hear({ ...originalAnswer, headers: pairs, status: time })),
        REFUSED,
      )
    }),
    anything,
  )
})
