import { type FileHandle, open, rm } from "node:fs/promises"
import { z } from "zod"
import type { Declaration, Handlers } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { PeeringParts } from "../model.ts"
import { exportFeed, importFeed, type Taken } from "./carrying.ts"

export const feedDeclarations: readonly Declaration[] = [
  {
    ...{ name: "feed export", positionals: ["PARTY"], paths: ["out"] },
    options: {
      out: { type: "string", value: "FILE", required: true },
      collection: { type: "string", value: "ID" },
      from: { type: "string", value: "NUMBER" },
    },
    show: (t, result) => [t("feed.exported", result as { file: string; entries: number; receipts: number })],
  },
  {
    ...{ name: "feed import", positionals: ["FILE"], paths: ["FILE"], options: {} },
    show: (t, result) => {
      const { party: name, entries, receipts, settled } = result as Taken
      return [t("feed.imported", { name, entries, receipts, settled })]
    },
  },
]

const Export = z
  .strictObject({
    PARTY: z.string(),
    out: z.string(),
    collection: z.string().nullable().default(null),
    from: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .nullable()
      .default(null),
  })
  // A number is of one log.
  .refine(({ collection, from }) => from === null || from === 0 || collection !== null, { path: ["collection"] })
const Import = z.strictObject({ FILE: z.string() })

export function feedHandlers(parts: PeeringParts): Handlers {
  return {
    "feed export": async (call) => {
      const { PARTY: party, out: file, collection, from } = Export.parse(call.arguments)
      const done = await written(file, (write) => exportFeed(parts, { party, collection, from }, write))
      return { file, ...done }
    },
    "feed import": async (call) =>
      importFeed(parts, Import.parse(call.arguments).FILE, (state) => call.progress(state)),
  }
}

/** A new file, whole or not at all. */
async function written<Result>(
  path: string,
  work: (write: (bytes: Buffer) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const file = await created(path)
  try {
    const result = await work(async (bytes) => {
      await file.write(bytes)
    })
    await file.sync()
    return result
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function created(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o600)
  } catch (cause) {
    throw new ComityError("conflict", "feed.not-written", { file: path }, cause)
  }
}
