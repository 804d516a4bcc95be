import { createWriteStream } from "node:fs"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"
import { generated } from "./generator/objects.ts"
import { randomFor, uuid } from "./generator/random.ts"

const CHUNK = 500

/** Writes a bundle of `count` generated objects, compressed if the name ends in .gz; memory stays flat. */
export async function writeBundle(file: string, count: number, seed = 1): Promise<void> {
  const text = Readable.from(bundle(count, seed))
  const target = createWriteStream(file)
  await (file.endsWith(".gz") ? pipeline(text, createGzip({ level: 4 }), target) : pipeline(text, target))
}

function* bundle(count: number, seed: number): Generator<Buffer> {
  yield Buffer.from(`{"type":"bundle","id":"bundle--${uuid(randomFor(seed, -1))}","objects":[`)
  for (let at = 0; at < count; at += CHUNK) {
    const texts = Array.from({ length: Math.min(CHUNK, count - at) }, (_, more) => generated(seed, at + more))
    yield Buffer.from(`${at === 0 ? "" : ","}\n${texts.join(",\n")}`)
  }
  yield Buffer.from("\n]}\n")
}

if (import.meta.main) {
  const [count, file, seed] = process.argv.slice(2)
  if (file === undefined || !/^[1-9]\d*$/.test(count ?? "") || !/^\d*$/.test(seed ?? "")) {
    process.stderr.write("usage: node bench/generate.ts COUNT FILE [SEED]\n")
    process.exit(2)
  }
  await writeBundle(file, Number(count), Number(seed ?? 1))
}
