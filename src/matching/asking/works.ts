import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import { openVoprf, type Packed, pack } from "../../crypto/index.ts"
import { sha512 } from "../../kernel/hash.ts"
import { OUTPUT_BYTES, RECORD_BYTES } from "./message.ts"
import { headAfter, itemsByTag, refreshSet, sourcesOf, tagsHeld } from "./sets.ts"

/** What a thread of its own does for questions; each of them a function of its order alone. */
export const works = {
  /** The key pair that follows from a seed. */
  async keys({ seed, info }: { seed: Uint8Array; info: string }) {
    const { sk, pk } = (await openVoprf()).deriveKeyPair(seed, Buffer.from(info))
    return { secret: Buffer.from(sk), publicKey: Buffer.from(pk) }
  },

  /** What somebody asked, who keeps to himself what it is. */
  async answer({ secret, publicKey, blinded }: { secret: Uint8Array; publicKey: Uint8Array; blinded: Uint8Array }) {
    const { evaluated, proof } = (await openVoprf()).blindEvaluate(secret, publicKey, blinded)
    return { evaluated: Buffer.from(evaluated), proof: Buffer.from(proof) }
  },

  /** One batch of a question: said again it is the same bytes. */
  async blind({ batch }: { batch: Batch }) {
    const { items, blinds } = packedBatch(batch)
    return Buffer.from((await openVoprf()).blind(items, batch.size, blinds).blinded)
  },

  /** Outputs of the items, not of what filled the batch up. Throws `refused match.proof`, `invalid match.element`. */
  async finish({ batch, blinded, publicKey, evaluated, proof }: { batch: Batch; blinded: Uint8Array } & Answer) {
    const voprf = await openVoprf()
    const { items, blinds } = packedBatch(batch)
    const outputs = voprf.finalize(items, blinds, blinded, evaluated, publicKey, proof)
    return split(outputs).slice(0, batch.items.length)
  },

  /** Outputs under a key of ours. */
  async outputs({ secret, items }: { secret: Uint8Array; items: readonly Uint8Array[] }) {
    return items.length === 0 ? [] : split((await openVoprf()).evaluate(secret, pack(items)))
  },

  async refresh({ place, ...wish }: { place: Parameters<typeof refreshSet>[0] } & Parameters<typeof refreshSet>[1]) {
    return refreshSet(place, wish)
  },

  /** The objects of the library from which the items of a set come, each once. */
  async sources({ folder, generation }: { folder: string; generation: number }) {
    return Float64Array.from(sourcesOf({ folder, generation }))
  },

  async lookup({ folder, generation, tags }: { folder: string; generation: number; tags: readonly Uint8Array[] }) {
    return itemsByTag({ folder, generation }, tags)
  },

  /** Puts records behind those of a log that are believed; what stood there is gone. Returns the hash over all. */
  async keep({ log, pulled, head, records }: { log: string; pulled: number; head: Uint8Array; records: Uint8Array }) {
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
    const file = openSync(log, existsSync(log) ? "r+" : "w+", 0o600)
    try {
      ftruncateSync(file, pulled * RECORD_BYTES)
      writeSync(file, records, 0, records.length, pulled * RECORD_BYTES)
    } finally {
      closeSync(file)
    }
    return headAfter(head, records)
  },

  async find({ log, records, tags }: { log: string; records: number; tags: readonly Uint8Array[] }) {
    return tags.length === 0 || records === 0 ? tags.map(() => false) : tagsHeld(log, records, tags)
  },

  /** So many records of a log, for who pulls it. */
  async read({ log, from, most }: { log: string; from: number; most: number }) {
    if (most <= 0) return Buffer.alloc(0)
    const room = Buffer.alloc(most * RECORD_BYTES)
    const file = openSync(log, "r")
    try {
      return room.subarray(0, readSync(file, room, 0, room.length, from * RECORD_BYTES))
    } finally {
      closeSync(file)
    }
  },
} as const

type Answer = { publicKey: Uint8Array; evaluated: Uint8Array; proof: Uint8Array }
export type Works = typeof works
export type WorkName = keyof Works

/** Items that are asked together; `context` names partner, key and place, so that no two batches are blinded alike. */
export type Batch = { seed: Uint8Array; context: string; size: number; items: readonly Uint8Array[] }

/** Filled up with items that nobody has, and with everything random derived from the seed of the question. */
function packedBatch({ seed, context, size, items }: Batch): { items: Packed; blinds: Buffer } {
  const from = (use: string, i: number) =>
    sha512(Buffer.concat([seed, Buffer.from(`COMITY-ASK-v1-${use}\0${context}\0${i}`)])).subarray(0, 32)
  const fill = Array.from({ length: size - items.length }, (_, i) => from("fill", i))
  const blinds = Buffer.alloc(size * 32)
  for (let i = 0; i < size; i++) {
    const blind = from("blind", i)
    blind.writeUInt8(blind.readUInt8(31) & 0x0f, 31) // below 2^252, and so below the order of the group
    blind.copy(blinds, i * 32)
  }
  return { items: pack([...items, ...fill]), blinds }
}

function split(outputs: Uint8Array): Buffer[] {
  const all = Buffer.from(outputs.buffer, outputs.byteOffset, outputs.length)
  return Array.from({ length: all.length / OUTPUT_BYTES }, (_, i) =>
    Buffer.from(all.subarray(i * OUTPUT_BYTES, (i + 1) * OUTPUT_BYTES)),
  )
}
