import { on } from "node:events"
import { Worker } from "node:worker_threads"
import { ComityError } from "../kernel/errors.ts"
import { type Recipient, sealKindOf } from "./recipients.ts"
import { type Label, padded } from "./sealed-format.ts"
import { RECIPIENTS_MOST } from "./sealed-outside.ts"
import type { FromSealer, ToSealer } from "./sealing-worker.ts"

const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/**
 * An age v1 file (https://age-encryption.org/v1) that each recipient can open and nobody else: content, padded to a
 * power of two, and its label. It comes in pieces while the content arrives, which is kept nowhere. Throws
 * `invalid sealed.no-recipient`, `too-large sealed.recipients`, `refused sealed.mixed-kinds`, and what `padded` throws.
 */
export async function* sealTo(
  recipients: readonly Recipient[],
  label: Omit<Label, "size">,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  checkRecipients(recipients)
  yield* elsewhere(recipients, padded(content, label))
}

/** The age program refuses the mixture too: the older key would open what the newer one is to keep shut for decades. */
export function checkRecipients(recipients: readonly Recipient[]): void {
  const different = new Set(recipients)
  if (different.size === 0) throw new ComityError("invalid", "sealed.no-recipient")
  if (recipients.length > RECIPIENTS_MOST) {
    throw new ComityError("too-large", "sealed.recipients", { most: RECIPIENTS_MOST })
  }
  if (different.size < recipients.length) throw new ComityError("invalid", "sealed.recipient-twice")
  if (new Set(recipients.map(sealKindOf)).size > 1) throw new ComityError("refused", "sealed.mixed-kinds")
}

/** In a thread of its own, so that the node goes on answering. */
async function* elsewhere(
  recipients: readonly Recipient[],
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const worker = new Worker(new URL("./sealing-worker.ts", import.meta.url), {
    workerData: { recipients },
    resourceLimits: LIMITS,
  })
  const pieces = content[Symbol.asyncIterator]()
  try {
    for await (const [message] of on(worker, "message") as AsyncIterable<[FromSealer]>) {
      if (message === null) return
      if (message === "more") await feed(worker, pieces)
      else yield message
    }
  } finally {
    await worker.terminate()
    await pieces.return?.()
  }
}

async function feed(worker: Worker, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  const next = await pieces.next()
  if (next.done === true) return worker.postMessage(null satisfies ToSealer)
  const own = Uint8Array.from(next.value) // a view would send all of the buffer in which it lies
  worker.postMessage(own satisfies ToSealer, [own.buffer])
}
