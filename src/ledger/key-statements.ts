import { z } from "zod"
import { type Signer, verifySignature } from "../crypto/index.ts"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { decodeBase64 } from "./note.ts"

// The statements of a key log: its bodies, in RFC 8785 form. Whoever holds the first one can check all that follow
// alone. Pre-rotation as in KERI: each statement commits to the next key by its hash, so that who steals the current
// key cannot put another in its place.

/** Base64 in its one spelling. */
const bytesOf = (length: number) =>
  z
    .string()
    .max(2 * length)
    .transform((text) => decodeBase64(text) ?? Buffer.alloc(0))
    .refine((bytes) => bytes.length === length)
const Key = bytesOf(32)
const Signature = bytesOf(64)
/** In one order, none twice: a list in another is another statement, and nobody could tell why. */
const Sizes = z
  .array(z.string().refine((text) => decodeBase64(text)?.length === 32))
  .max(100_000)
  .refine((sizes) => sizes.every((size, i) => i === 0 || (sizes[i - 1] as string) < size))
const v = z.literal(1)

const Statement = z.discriminatedUnion("type", [
  z.strictObject({ v, type: z.literal("incept"), current: Key, next: Key, recovery: Key }),
  z.strictObject({
    ...{ v, type: z.literal("rotate"), previous: Key, current: Key, next: Key, sizes: Sizes },
    signature: Signature,
  }),
  z.strictObject({ v, type: z.literal("revoke"), previous: Key, sizes: Sizes, signature: Signature }),
  z.strictObject({
    ...{ v, type: z.literal("recover"), previous: Key, current: Key, next: Key, recovery: Key, sizes: Sizes },
    signature: Signature,
  }),
])
type Statement = z.output<typeof Statement>
type Signed = Exclude<Statement, { type: "incept" }>

/** What is said in a statement besides its place in the chain and its signature; keys raw, `next` as its SHA-256. */
export type Saying =
  | { type: "rotate"; current: Buffer; next: Buffer; sizes: readonly string[] }
  | { type: "revoke"; sizes: readonly string[] }
  | { type: "recover"; current: Buffer; next: Buffer; recovery: Buffer; sizes: readonly string[] }

/** A key that signs no more: `sizes` hold the last size of each log under it, as `lastSizeHash` writes them. */
export type FormerKey = { readonly publicKey: Buffer; readonly sizes: ReadonlySet<string> }

/** What a whole chain of statements says. */
export type KeyState = {
  /** SHA-256 of the first statement: who the node is, for ever. */
  readonly root: Buffer
  /** The key that signed first. */
  readonly first: Buffer
  /** The key that signs now; null while it is revoked. */
  readonly current: Buffer | null
  /** The key under the newest checkpoint of each log: the current one; while that is revoked, the recovery key. */
  readonly signs: Buffer
  /** SHA-256 of the key that the next rotation must bring; null while revoked. */
  readonly next: Buffer | null
  readonly recovery: Buffer
  readonly former: readonly FormerKey[]
  /** SHA-256 of the last statement: what the next one must name. */
  readonly head: Buffer
}

type Facts = { [key: string]: Json }

const DOMAIN = "comity/key-statement/v1\n"

export function inceptStatement(keys: { current: Buffer; next: Buffer; recovery: Buffer }): Facts {
  const { current, next, recovery } = keys
  return { v: 1, type: "incept", ...asText({ current, next: sha256(next), recovery }) }
}

/** The next statement of a chain, signed: by the new key itself for `rotate`, by the recovery key for the others. */
export function signStatement(after: KeyState, saying: Saying, signer: Signer): Facts {
  const { type, sizes, ...keys } = saying
  const unsigned = { v: 1, type, previous: after.head.toString("base64"), sizes: [...sizes].sort(), ...asText(keys) }
  return { ...unsigned, signature: signer.sign(signedBytes(unsigned)).toString("base64") }
}

/**
 * Follows a chain from its first statement. Throws `invalid key.chain-broken` for what is no chain, and `refused
 * key.chain-forged` where a statement is not signed by whom it must be, or brings a key that was not announced.
 */
export function keyStateOf(statements: readonly Uint8Array[]): KeyState {
  const name = sha256(Buffer.concat(statements.map((one) => sha256(one)))).toString("hex")
  const known = followed.get(name)
  if (known !== undefined) return known
  const state = stateAfter(statements)
  if (statements.reduce((sum, { length }) => sum + length, 0) > FOLLOWED_BYTES) return state
  if (followed.size >= FOLLOWED_MOST) followed.delete(followed.keys().next().value ?? "")
  followed.set(name, state)
  return state
}

/** Chains that hold: each message of a partner asks for the state of its own, and following takes a signature each. */
const followed = new Map<string, KeyState>()
const FOLLOWED_MOST = 256
const FOLLOWED_BYTES = 32 * 1024

function stateAfter(statements: readonly Uint8Array[]): KeyState {
  const [first, ...rest] = statements
  if (first === undefined) throw broken()
  const incept = read(first)
  if (incept.type !== "incept") throw broken()
  const root = sha256(first)
  const { current, next, recovery } = incept
  const begun = { root, first: current, current, signs: current, next, recovery, former: [], head: root }
  return rest.reduce<KeyState>(follow, begun)
}

/** The state after one more statement; throws as `keyStateOf`. */
function follow(state: KeyState, bytes: Uint8Array): KeyState {
  const statement = read(bytes)
  if (statement.type === "incept" || !statement.previous.equals(state.head)) throw broken()
  const signer = statement.type === "rotate" ? statement.current : state.recovery
  if (statement.type === "rotate" && !(state.next?.equals(sha256(statement.current)) ?? false)) throw forged()
  if (statement.type === "revoke" && state.current === null) throw broken()
  if (!verifySignature(signer, signedBytes(unsignedOf(statement)), statement.signature)) throw forged()
  const former = [...state.former, { publicKey: state.signs, sizes: new Set(statement.sizes) }]
  const common = { ...state, former, head: sha256(bytes) }
  if (statement.type === "revoke") return { ...common, current: null, signs: state.recovery, next: null }
  const { current, next } = statement
  // A key that ended, stolen perhaps, never signs again.
  if (former.some(({ publicKey }) => publicKey.equals(current))) throw broken()
  const recovery = statement.type === "recover" ? statement.recovery : state.recovery
  return { ...common, current, signs: current, next, recovery }
}

/** What one statement of a chain that holds did, and the key that it brought. */
export function changeIn(bytes: Uint8Array): { type: Statement["type"]; current: Buffer | null } {
  const statement = read(bytes)
  return { type: statement.type, current: statement.type === "revoke" ? null : statement.current }
}

/**
 * What a statement says of the size that a log had when its key ended. Only who knows the log's random name can tell
 * which log that is: holders of the chain learn nothing of logs that are not for them.
 */
export function lastSizeHash(origin: string, size: number): string {
  return sha256(`comity/last-size/v1\n${origin}\n${size}\n`).toString("base64")
}

/** Every key that ever signed, the newest first. */
export function keysOf({ signs, former }: KeyState): Buffer[] {
  return [signs, ...former.map(({ publicKey }) => publicKey).toReversed()]
}

/**
 * Whether a checkpoint of this size, signed with this key, counts: of the key that signs now always, of a former one up
 * to the log's last size under it, which its holder brings along.
 */
export function countsUnder(
  state: KeyState,
  publicKey: Uint8Array,
  log: { origin: string; size: number; lastSize: number | null },
): boolean {
  if (state.signs.equals(publicKey)) return true
  const { lastSize } = log
  if (lastSize === null || log.size > lastSize) return false
  const hash = lastSizeHash(log.origin, lastSize)
  return state.former.some((key) => key.publicKey.equals(publicKey) && key.sizes.has(hash))
}

/**
 * Where two chains that both hold part: two statements after the same one, each signed as it must be. Whoever holds the
 * keys told two stories, and the pair is the evidence. Null if the one goes on where the other ends.
 */
export function forkOf(
  one: readonly Buffer[],
  other: readonly Buffer[],
): { at: number; pair: [Buffer, Buffer] } | null {
  const at = one.findIndex((statement, i) => other[i]?.equals(statement) === false)
  return at < 0 ? null : { at, pair: [one[at] as Buffer, other[at] as Buffer] }
}

/** Accepts the one spelling alone: what is hashed and signed must have no other. */
function read(bytes: Uint8Array): Statement {
  try {
    const json = parseStrictJson(bytes)
    if (canonicalize(json) === Buffer.from(bytes).toString("utf8")) return Statement.parse(json)
  } catch (cause) {
    throw broken(cause)
  }
  throw broken()
}

function unsignedOf({ signature: _, ...statement }: Signed): Facts {
  const { v, type, sizes, ...keys } = statement
  return { v, type, sizes: [...sizes], ...asText(keys) }
}

function signedBytes(unsigned: Json): Buffer {
  return Buffer.from(`${DOMAIN}${canonicalize(unsigned)}`)
}

function asText(keys: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.toString("base64")]))
}

function broken(cause?: unknown): ComityError {
  return new ComityError("invalid", "key.chain-broken", {}, cause)
}

function forged(): ComityError {
  return new ComityError("refused", "key.chain-forged")
}
