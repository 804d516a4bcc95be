import { canonicalize } from "../kernel/canonical.ts"

// The folder that `comity log export` writes and `verify.py` checks. Beside these texts it holds `checkpoint` and
// `tile/…` (every path of `tilesOf(size)`), `bodies.bin` (each body that is not empty, followed by a newline) and
// `keys/`, the same layout for the node's key log; for a log of somebody else's `keys.json`, its key statements alone.

export const EXPORT_FORMAT = "comity-log-export/1"

/** The content of `about.json`. Only `vkey` and `node_key` are proven by what stands beside it. */
export type About = {
  readonly log: "collection" | "ledger" | "keys"
  /** UUID of the collection; null for the node's own logs. */
  readonly collection: string | null
  readonly title: string | null
  /** Verifier key of the log, named like its origin (`formatVkey`). */
  readonly vkey: string
  /** Raw public key of the node, base64. */
  readonly node_key: string
  /** Whose node it is; with the first statement of the key log it gives the fingerprint. Null before it is set up. */
  readonly party: string | null
  /** RFC 3339, UTC. */
  readonly exported_at: string
}

/** A line of `entries.jsonl`. */
export type EntryLine =
  | {
      readonly seq: number
      readonly salt: Uint8Array
      /** The header text as it was hashed. */
      readonly header: string
      /**
       * Where the body begins in `bodies.bin`: one after the newline of the last body before it, also for an entry
       * without a body (`length` 0), which leaves nothing in that file, no newline either.
       */
      readonly offset: number
      readonly length: number
    }
  | { readonly seq: number; readonly erasedBy: number }
  /** Its commitment alone: a later entry recalled or marked it before it came; null if it was not for its reader. */
  | { readonly seq: number; readonly withheldBy: number | null }

export function aboutText(about: About): string {
  return `${canonicalize({ format: EXPORT_FORMAT, ...about })}\n`
}

/** With its newline, in the one spelling that `verify.py` accepts. */
export function entryLine(entry: EntryLine): string {
  if ("erasedBy" in entry) return `{"seq":${entry.seq},"erased_by":${entry.erasedBy}}\n`
  if ("withheldBy" in entry) return `{"seq":${entry.seq},"withheld_by":${entry.withheldBy}}\n`
  const { seq, header, offset, length } = entry
  const salt = Buffer.from(entry.salt).toString("base64")
  return `{"seq":${seq},"salt":"${salt}","header":${JSON.stringify(header)},"offset":${offset},"length":${length}}\n`
}

/** Where the next body begins in `bodies.bin`. */
export function offsetAfter({ offset, length }: { offset: number; length: number }): number {
  return length === 0 ? offset : offset + length + 1
}

export const STATEMENTS_FORMAT = "comity-key-statements/1"

/** `keys.json`: what a partner's key log says, as far as it is known here; each statement carries its own proof. */
export function statementsText(statements: readonly Buffer[]): string {
  return `${canonicalize({ format: STATEMENTS_FORMAT, statements: statements.map((one) => one.toString("base64")) })}\n`
}

export const PROOF_FORMAT = "comity-object-proof/1"

/** An object with all that binds it to a signed checkpoint, and the key of that to whose node it is. */
export type ProofBundle = {
  vkey: string
  salt: Buffer
  header: string
  body: Buffer
  /** A C2SP tlog-proof file. */
  proof: string
  /** The statements of the node's key log. */
  keys: readonly Buffer[]
  party: string | null
}

/** What `verify.py` checks alone, in RFC 8785 form. */
export function proofBundle({ vkey, header, proof, party, ...one }: ProofBundle): string {
  const [salt, body] = [one.salt, one.body].map((bytes) => bytes.toString("base64")) as [string, string]
  const keys = one.keys.map((statement) => statement.toString("base64"))
  return `${canonicalize({ format: PROOF_FORMAT, vkey, header, proof, party, salt, body, keys })}\n`
}

/** The verifier that travels with every export. */
export const verifierProgram = new URL("./verify.py", import.meta.url)
