import { z } from "zod"
import { canonicalize } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { type Checkpoint, openCheckpoint, parseCheckpoint } from "./checkpoint.ts"
import { countsUnder, type FormerKey, type KeyState, keyStateOf, keysOf, lastSizeHash } from "./key-statements.ts"
import { HASH_BYTES } from "./merkle.ts"
import { decodeBase64, noteBy, parseNote, type Verifier, verifierOf } from "./note.ts"
import { verifyConsistency } from "./proofs.ts"
import type { RootProof } from "./proving.ts"

// Two checkpoints of one log that cannot both be true, with all that somebody else needs to check that, alone and
// without Comity. Who holds the keys named in it signed two histories, or let somebody else use them.

export const CONFLICT_FORMAT = "comity-conflict/1"

/** `second` is not smaller; `proof` says which root its first entries have, null where both are of one size. */
export type Contradiction = { first: string; second: string; proof: RootProof | null }

/** What a conflict file shows. */
export type Conflict = {
  origin: string
  first: Checkpoint
  second: Checkpoint
  /** The signer's key statements, from the first on. */
  statements: Buffer[]
  contradiction: Contradiction
}

const base64 = (length: number | null) =>
  z
    .string()
    .max(200_000)
    .transform((text) => decodeBase64(text) ?? Buffer.alloc(0))
    .refine((bytes) => (length === null ? bytes.length > 0 : bytes.length === length))
const Size = z.int().nonnegative()
const File = z.strictObject({
  format: z.literal(CONFLICT_FORMAT),
  statements: z.array(base64(null)).min(1).max(1000),
  last_sizes: z.array(Size).max(1000),
  first: z.string().max(10_000),
  second: z.string().max(10_000),
  proof: z.strictObject({ root: base64(HASH_BYTES), hashes: z.array(base64(HASH_BYTES)).max(64) }).nullable(),
})

/**
 * The file, in RFC 8785 form; the same contradiction gives the same bytes, whoever finds it. Throws as `readConflict`
 * where it would not convince: what cannot be shown is not claimed.
 */
export function conflictFile(statements: readonly Buffer[], { first, second, proof }: Contradiction): Buffer {
  const state = keyStateOf(statements)
  // Without the lines of others; of two that are of one size, in the order of their texts.
  const signers = [first, second].map((note) => verifierIn(note, state))
  const own = [first, second].map((note, i) => noteBy(note, signers[i] as Verifier))
  const [one = "", other = ""] = proof === null ? own.toSorted() : own
  const checkpoints = [one, other].map((note) => parseCheckpoint(parseNote(note).text)) as [Checkpoint, Checkpoint]
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64")
  const file = Buffer.from(
    canonicalize({
      format: CONFLICT_FORMAT,
      statements: statements.map(text),
      last_sizes: lastSizesOf(state, signers, checkpoints),
      ...{ first: one, second: other },
      proof: proof && { root: text(proof.root), hashes: proof.hashes.map(text) },
    }),
  )
  readConflict(file)
  return file
}

/**
 * What a conflict file shows, if it shows it. Throws `invalid conflict.malformed` for what is no such file or spelled
 * otherwise, `refused conflict.unsigned` where a checkpoint is not signed by a key that counts for it, `refused
 * conflict.none` where both may be true, and what `keyStateOf` throws.
 */
export function readConflict(file: Uint8Array): Conflict {
  const { statements, last_sizes: lastSizes, proof, ...notes } = parse(file)
  const state = keyStateOf(statements)
  const first = signedBy(state, notes.first, lastSizes)
  const second = signedBy(state, notes.second, lastSizes)
  if (first.origin !== second.origin || !contradict(first, second, proof)) {
    throw new ComityError("refused", "conflict.none")
  }
  return { origin: first.origin, first, second, statements, contradiction: { ...notes, proof } }
}

/** What a file says that it is about, before anything of it is checked: whose log, by which key statements. */
export function claimOf(file: Uint8Array): { origin: string; statements: Buffer[] } {
  const { statements, first } = parse(file)
  const [origin = ""] = parseNote(first).text.split("\n")
  return { origin, statements }
}

/** Two of one size with different roots; or the proof shows that the larger begins with another tree than the smaller. */
export function contradict(first: Checkpoint, second: Checkpoint, proof: RootProof | null): boolean {
  if (first.size === second.size) return proof === null && !first.root.equals(second.root)
  if (proof === null || first.size > second.size || proof.root.equals(first.root)) return false
  return verifyConsistency(first.size, second.size, proof.hashes, proof.root, second.root)
}

function parse(bytes: Uint8Array): z.output<typeof File> {
  try {
    const json = parseStrictJson(bytes)
    if (Buffer.from(canonicalize(json)).equals(bytes)) return File.parse(json)
  } catch (cause) {
    throw new ComityError("invalid", "conflict.malformed", {}, cause)
  }
  throw new ComityError("invalid", "conflict.malformed")
}

/** The key of the node's life in whose name a note is signed; whether it signed it is not checked here. */
function verifierIn(note: string, state: KeyState): Verifier {
  const { text, signatures } = parseNote(note)
  const [origin = ""] = text.split("\n")
  const verifiers = keysOf(state).map((key) => verifierOf(origin, key))
  const named = verifiers.find(({ name, keyId }) =>
    signatures.some((line) => line.name === name && line.keyId === keyId),
  )
  if (named === undefined) throw unsigned()
  return named
}

/** A key that was replaced counts up to the last size that the log had under it, which its statement holds as a hash. */
function signedBy(state: KeyState, note: string, lastSizes: readonly number[]): Checkpoint {
  try {
    const verifier = verifierIn(note, state)
    const checkpoint = openCheckpoint(note, verifier)
    const { origin, size } = checkpoint
    const counts = [null, ...lastSizes].some((lastSize) =>
      countsUnder(state, verifier.publicKey, { origin, size, lastSize }),
    )
    if (counts) return checkpoint
  } catch (cause) {
    if (cause instanceof ComityError) throw unsigned(cause)
    throw cause
  }
  throw unsigned()
}

function unsigned(cause?: unknown): ComityError {
  return new ComityError("refused", "conflict.unsigned", {}, cause)
}

/** So many sizes are tried: hashing is all that it takes. */
const TRIED_MOST = 200_000

/** The last sizes of this log under the former keys that signed, looked for where they can be: its owner alone knows them. */
function lastSizesOf(
  state: KeyState,
  signers: readonly Verifier[],
  [first]: readonly [Checkpoint, Checkpoint],
): number[] {
  const signed = ({ publicKey }: FormerKey) => signers.some((signer) => signer.publicKey.equals(publicKey))
  const open = new Set(state.former.filter((key) => signed(key) && !state.signs.equals(key.publicKey)))
  const found: number[] = []
  for (let size = first.size; size <= first.size + TRIED_MOST && open.size > 0; size++) {
    const hash = lastSizeHash(first.origin, size)
    const ended = [...open].filter(({ sizes }) => sizes.has(hash))
    if (ended.length > 0) found.push(size)
    for (const key of ended) open.delete(key)
  }
  return found
}
