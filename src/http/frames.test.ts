import assert from "node:assert/strict"
import type { Socket } from "node:net"
import { PassThrough, Readable } from "node:stream"
import { test } from "node:test"
import fc from "fast-check"
import { type Frame, type FrameKind, frames, sendFrame } from "./frames.ts"

/** Frames need of a socket that it is read and written like any stream. */
const asSocket = (stream: Readable): Socket => stream as unknown as Socket

async function wireOf(sent: readonly Frame[]): Promise<Buffer> {
  const wire = new PassThrough({ highWaterMark: 1 << 24 })
  for (const { kind, payload } of sent) await sendFrame(asSocket(wire), kind, payload)
  wire.end()
  return Buffer.concat(await wire.toArray())
}

async function readAll(chunks: Iterable<Buffer>): Promise<Frame[]> {
  return Array.fromAsync(frames(asSocket(Readable.from(chunks, { objectMode: true }))))
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end))
}

const kinds: readonly FrameKind[] = ["a", "d", "e", "p", "r", "x"]
const anyFrame = fc.record({
  kind: fc.constantFrom(...kinds),
  payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
})

const plain = (list: readonly Frame[]) => list.map(({ kind, payload }) => `${kind} ${payload.toString("hex")}`)

test("frames are what was sent, wherever the bytes were cut on their way", async () => {
  const sent: Frame[] = [
    { kind: "a", payload: Buffer.from("{}") },
    { kind: "e", payload: Buffer.alloc(0) },
    { kind: "d", payload: Buffer.from("abc") },
  ]
  const wire = await wireOf(sent)
  for (let first = 0; first <= wire.length; first++) {
    for (let second = first; second <= wire.length; second++) {
      assert.deepEqual(plain(await readAll(cutAt(wire, [first, second]))), plain(sent), `${first}, ${second}`)
    }
  }
  assert.deepEqual(plain(await readAll([...wire].map((byte) => Buffer.of(byte)))), plain(sent))
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFrame, { maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 9 }),
      async (list, places) => {
        assert.deepEqual(plain(await readAll(cutAt(await wireOf(list), places))), plain(list))
      },
    ),
    { numRuns: 60 },
  )
})

test("a frame that never comes whole is none", async () => {
  const wire = await wireOf([
    { kind: "d", payload: Buffer.from("whole") },
    { kind: "d", payload: Buffer.from("half") },
  ])
  for (let length = 10; length < wire.length; length++) {
    assert.deepEqual(
      plain(await readAll([wire.subarray(0, length)])),
      plain([{ kind: "d", payload: Buffer.from("whole") }]),
    )
  }
  assert.deepEqual(await readAll([]), [])
})

test("what is no frame, or one of more than 16 MiB, is refused before it is gathered", async () => {
  const head = (kind: string, length: number) => {
    const bytes = Buffer.alloc(5)
    bytes.write(kind, 0, "latin1")
    bytes.writeUInt32BE(length, 1)
    return bytes
  }
  await assert.rejects(readAll([head("z", 0)]), /not a frame/)
  await assert.rejects(readAll([head("D", 0)]), /not a frame/)
  await assert.rejects(readAll([Buffer.from("GET / HTTP/1.1\r\n\r\n")]), RangeError)
  await assert.rejects(readAll([head("d", 16 * 1024 * 1024 + 1)]), /too large/)
  await assert.rejects(readAll([head("d", 0xffffffff)]), /too large/)
  const largest = Buffer.alloc(16 * 1024 * 1024)
  const [frame] = await readAll([head("d", largest.length), largest])
  assert.equal(frame?.payload.length, largest.length)
})
