import type { Readable } from "node:stream"
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy"
import type { Visit } from "../../../accounts/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import type { Imports } from "../../intake/imports.ts"
import type { ImportFormat } from "../../intake/model.ts"

/** What came of a form with a file: the import that it began, or that there was nothing in it. */
export type Received = { is: "received"; id: string } | { is: "empty"; fields: ReadonlyMap<string, string> }

const PASTE_MOST = 8 * 1024 * 1024
const FORMATS: readonly ImportFormat[] = ["stix", "csv", "text"]

type Form = { fields: Map<string, string>; file: Readable | null; begun: Promise<string> | null }

/**
 * A form with the fields `collection`, `format`, then `file`, then `text`: the file goes to the disk as it arrives, so
 * what it needs to know stands before it. Throws `invalid intake.form` for what is no such form.
 */
export async function receiveForm(imports: Imports, visit: Visit): Promise<Received> {
  const form: Form = { fields: new Map(), file: null, begun: null }
  const parser = parserOf(visit)
  try {
    await readForm(imports, visit, parser, form)
    const id = await (form.begun ?? pasted(imports, visit, form.fields))
    return id === null ? { is: "empty", fields: form.fields } : { is: "received", id }
  } catch (error) {
    visit.ask.incoming.unpipe(parser)
    form.file?.destroy() // who writes it to the disk hears of it, and removes what it wrote
    throw error
  }
}

function parserOf({ ask }: Visit): BusboyInstance {
  try {
    const limits = { fields: 10, files: 2, fieldSize: PASTE_MOST, parts: 20 }
    return new Busboy({ headers: ask.incoming.headers as BusboyHeaders, limits })
  } catch (error) {
    throw new ComityError("invalid", "intake.form", {}, error)
  }
}

function readForm(imports: Imports, visit: Visit, parser: BusboyInstance, form: Form): Promise<void> {
  const { incoming } = visit.ask
  return new Promise((resolve, reject) => {
    parser.on("field", (name: string, value: string, _nameCut: boolean, valueCut: boolean) => {
      if (valueCut) reject(new ComityError("too-large", "intake.too-large", { mib: PASTE_MOST / 1024 / 1024 }))
      form.fields.set(name, value)
    })
    parser.on("file", (name: string, stream: Readable, fileName: string | undefined) => {
      if (name !== "file" || fileName === undefined || fileName === "" || form.begun !== null) {
        stream.resume()
        return
      }
      form.file = stream
      form.begun = begin(imports, visit, form.fields, fileName, stream)
      form.begun.catch(reject)
    })
    parser.on("finish", () => resolve())
    parser.on("error", (error: Error) => reject(new ComityError("invalid", "intake.form", {}, error)))
    incoming.once("close", () => {
      if (!incoming.complete) reject(new ComityError("invalid", "body.incomplete"))
    })
    incoming.pipe(parser)
  })
}

function begin(
  imports: Imports,
  visit: Visit,
  fields: ReadonlyMap<string, string>,
  name: string,
  input: AsyncIterable<Uint8Array>,
): Promise<string> {
  const format = FORMATS.find((one) => one === fields.get("format")) ?? null
  const collection = fields.get("collection") ?? ""
  return imports.receive({ collection, name, format, account: visit.person().commitment, input })
}

async function pasted(imports: Imports, visit: Visit, fields: ReadonlyMap<string, string>): Promise<string | null> {
  const text = fields.get("text") ?? ""
  if (text.trim() === "") return null
  return begin(imports, visit, fields, "", oneChunk(text))
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
