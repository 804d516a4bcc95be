import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy"
import type { Visit } from "../../../accounts/index.ts"
import { ComityError } from "../../../kernel/errors.ts"

/** The text of the one file of a form; null if none was chosen. Throws `too-large body.too-large`. */
export async function receiveFile({ ask }: Visit, most: number): Promise<string | null> {
  const { incoming } = ask
  const parser = parserOf(incoming.headers as BusboyHeaders)
  const chunks: Uint8Array[] = []
  await new Promise<void>((resolve, reject) => {
    let size = 0
    parser.on("file", (_name: string, stream: NodeJS.ReadableStream) => {
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length
        if (size <= most) chunks.push(chunk)
        else reject(new ComityError("too-large", "body.too-large", { limit: most }))
      })
    })
    parser.on("finish", () => resolve())
    parser.on("error", (error: Error) => reject(new ComityError("invalid", "intake.form", {}, error)))
    incoming.once("close", () => {
      if (!incoming.complete) reject(new ComityError("invalid", "body.incomplete"))
    })
    incoming.pipe(parser)
  }).finally(() => incoming.unpipe(parser))
  return chunks.length === 0 ? null : Buffer.concat(chunks).toString("utf8")
}

function parserOf(headers: BusboyHeaders): BusboyInstance {
  try {
    return new Busboy({ headers, limits: { fields: 5, files: 1, fieldSize: 1000, parts: 6 } })
  } catch (error) {
    throw new ComityError("invalid", "intake.form", {}, error)
  }
}
