import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy"
import type { Visit } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type FactFiles, tableNames } from "../../law/index.ts"

const FILES_MOST = tableNames.length + 1
/** A set has two thousand rows; one that has far more is none, and checking it would hold up everything else. */
export const LINES_MOST = 10_000

/**
 * The files of a form by their names, nothing of them stored. Throws `too-large body.too-large` and `fact.too-many-rows`,
 * `invalid` with `intake.form`, `fact.unknown-file`, `fact.twice`, `fact.not-text`.
 */
export async function receiveFiles({ ask }: Visit, most: number): Promise<FactFiles> {
  const { incoming } = ask
  const parser = parserOf(incoming.headers as BusboyHeaders)
  const received = new Map<string, Buffer[]>()
  let wrong: ComityError | null = null
  await new Promise<void>((resolve, reject) => {
    let size = 0
    parser.on("file", (_field: string, stream: NodeJS.ReadableStream, name: string) => {
      const chunks: Buffer[] = []
      // What is wrong is said when all was read: who is still sending hears no answer.
      wrong ??= name === "" ? null : wrongName(name, received)
      if (name !== "") received.set(name, chunks)
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length
        if (size > most) reject(new ComityError("too-large", "body.too-large", { limit: most }))
        else if (wrong === null) chunks.push(chunk)
      })
    })
    parser.on("finish", () => resolve())
    for (const limit of ["filesLimit", "partsLimit", "fieldsLimit"] as const) {
      parser.on(limit, () => {
        wrong ??= new ComityError("invalid", "intake.form")
      })
    }
    parser.on("error", (error: Error) => reject(new ComityError("invalid", "intake.form", {}, error)))
    incoming.once("close", () => {
      if (!incoming.complete) reject(new ComityError("invalid", "body.incomplete"))
    })
    incoming.pipe(parser)
  }).finally(() => incoming.unpipe(parser))
  if (wrong !== null) throw wrong
  return textsOf(received)
}

/** Only what a set of facts consists of comes in: no archive, no other file, none twice. */
function wrongName(name: string, before: ReadonlyMap<string, unknown>): ComityError | null {
  const known = name === "VERSION" || tableNames.some((table) => `${table}.csv` === name)
  if (!known) return new ComityError("invalid", "fact.unknown-file", { name: name.slice(0, 100) })
  return before.has(name) ? new ComityError("invalid", "fact.twice", { name }) : null
}

function textsOf(received: ReadonlyMap<string, readonly Buffer[]>): FactFiles {
  let lines = 0
  const texts = [...received].map(([name, chunks]): [string, string] => {
    const text = decoded(name, Buffer.concat(chunks))
    lines += text.split("\n").length
    return [name, text]
  })
  if (lines > LINES_MOST) throw new ComityError("too-large", "fact.too-many-rows", { most: LINES_MOST })
  return Object.fromEntries(texts)
}

function decoded(name: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch (error) {
    throw new ComityError("invalid", "fact.not-text", { name }, error)
  }
}

function parserOf(headers: BusboyHeaders): BusboyInstance {
  const limits = { fields: 2, files: FILES_MOST, fieldSize: 1000, parts: FILES_MOST + 2, headerPairs: 20 }
  try {
    return new Busboy({ headers, limits })
  } catch (error) {
    throw new ComityError("invalid", "intake.form", {}, error)
  }
}
