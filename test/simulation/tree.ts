import { createHash, createPublicKey, verify } from "node:crypto"

// Trees and notes once more, written from RFC 6962 and C2SP signed-note and not from the code: what a simulation says of
// a log must not rest on what it is meant to find wrong.

const sha256 = (...parts: (Uint8Array | string)[]) =>
  parts.reduce((sum, part) => sum.update(part), createHash("sha256")).digest()

/** The leaf of a log shows number and commitment, and nothing else. */
function leafOf(seq: number, h: Uint8Array): Buffer {
  return sha256(Buffer.of(0), `{"h":"${Buffer.from(h).toString("base64")}","seq":${seq},"v":1}`)
}

/** A growing tree of which every size that it once had is remembered. */
export class Tree {
  readonly hashes: Buffer[] = []
  readonly #roots: Buffer[] = [sha256("")]
  /** Roots of perfect subtrees, the largest first, with their sizes. */
  readonly #peaks: { size: number; hash: Buffer }[] = []

  append(h: Uint8Array): void {
    let peak = { size: 1, hash: leafOf(this.hashes.length, h) }
    for (let last = this.#peaks.at(-1); last?.size === peak.size; last = this.#peaks.at(-1)) {
      this.#peaks.pop()
      peak = { size: 2 * peak.size, hash: sha256(Buffer.of(1), last.hash, peak.hash) }
    }
    this.#peaks.push(peak)
    this.hashes.push(Buffer.from(h))
    const [smallest, ...larger] = this.#peaks.map(({ hash }) => hash).reverse()
    this.#roots.push(larger.reduce((right, left) => sha256(Buffer.of(1), left, right), smallest ?? sha256("")))
  }

  /** The same as it was when it was smaller. */
  before(size: number): Tree {
    const tree = new Tree()
    for (const h of this.hashes.slice(0, size)) tree.append(h)
    return tree
  }

  root(size: number): Buffer | undefined {
    return this.#roots[size]
  }
}

type Read = { text: string; signed: boolean }

/** Most notes are looked at after every step. */
const read = new Map<string, Read>()
const READ_MOST = 5000

/** The text of a note and whether a key of that name signed it. */
export function readNote(note: string, name: string, publicKey: Uint8Array): Read {
  const of = [note, name, Buffer.from(publicKey).toString("base64")].join("\n")
  const known = read.get(of) ?? readAnew(note, name, publicKey)
  if (read.size >= READ_MOST) read.clear()
  read.set(of, known)
  return known
}

function readAnew(note: string, name: string, publicKey: Uint8Array): Read {
  const end = note.indexOf("\n\n") + 1
  const text = note.slice(0, end)
  const id = sha256(`${name}\n`, Buffer.of(1), publicKey).subarray(0, 4)
  const signed = note
    .slice(end + 1)
    .split("\n")
    .map((line) => /^— (\S+) (\S+)$/u.exec(line))
    .some((line) => {
      const bytes = Buffer.from(line?.[2] ?? "", "base64")
      if (line?.[1] !== name || !bytes.subarray(0, 4).equals(id)) return false
      return verify(null, Buffer.from(text), keyOf(publicKey), bytes.subarray(4))
    })
  return { text, signed }
}

const SPKI = Buffer.from("302a300506032b6570032100", "hex")

function keyOf(publicKey: Uint8Array) {
  return createPublicKey({ key: Buffer.concat([SPKI, publicKey]), format: "der", type: "spki" })
}

/** Size and root that a checkpoint states. */
export function statedIn(text: string): { origin: string; size: number; root: Buffer } {
  const [origin = "", size = "", root = ""] = text.split("\n")
  return { origin, size: Number(size), root: Buffer.from(root, "base64") }
}
