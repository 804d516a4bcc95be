import { once } from "node:events"
import { type MessagePort, parentPort, workerData } from "node:worker_threads"
import { Encrypter } from "age-encryption"

/** To the worker: the next piece, or null after the last. From it: that it wants one, a piece of the file, or null. */
export type ToSealer = Uint8Array | null
export type FromSealer = "more" | Uint8Array | null

/** Seals one stream. Each piece is asked for when there is room for it, so little is ever held. */
async function seal(port: MessagePort, recipients: readonly string[]): Promise<void> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  const content = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        post(port, "more")
        const [piece] = (await once(port, "message")) as [ToSealer]
        if (piece === null) controller.close()
        else controller.enqueue(piece)
      },
    },
    { highWaterMark: 0 },
  )
  for await (const piece of await encrypter.encrypt(content)) {
    const own = piece.byteLength === piece.buffer.byteLength ? piece : piece.slice()
    port.postMessage(own satisfies FromSealer, [own.buffer as ArrayBuffer])
  }
  post(port, null)
}

function post(port: MessagePort, message: FromSealer): void {
  port.postMessage(message)
}

if (parentPort !== null) await seal(parentPort, (workerData as { recipients: string[] }).recipients)
