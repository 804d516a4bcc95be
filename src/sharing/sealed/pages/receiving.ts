import type { Readable } from "node:stream"
import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy"
import type { Visit } from "../../../accounts/index.ts"
import { tlpLevels } from "../../../crypto/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { sealDraft } from "../drafting.ts"
import type { SealedId } from "../model.ts"
import type { SealedPageParts } from "./words.ts"

const TEXT_MOST = 4 * 1024 * 1024
const FIELDS_MOST = 60

type Fields = Map<string, string[]>
type Begun = { stream: Readable | null; draft: Promise<SealedId> | null }

/**
 * A form with `party`, `recipient`…, `tlp`, `purpose`, then `file`, then `text`: the file is sealed as it arrives and
 * never written down, so what it is sealed to stands before it. `fields` is filled with what was typed. Throws
 * `invalid sealed.tlp`, `invalid intake.form`, and what `sealDraft` throws.
 */
export async function receiveDraft(parts: SealedPageParts, visit: Visit, fields: Fields): Promise<SealedId> {
  const begun: Begun = { stream: null, draft: null }
  const parser = parserOf(visit)
  try {
    await readForm(parts, visit, parser, fields, begun)
    return await (begun.draft ?? seal(parts, visit, fields, typed(fields)))
  } catch (error) {
    begun.stream?.destroy() // who seals it hears of it, and keeps nothing
    await begun.draft?.catch(() => {})
    throw error
  } finally {
    visit.ask.incoming.unpipe(parser)
  }
}

function parserOf({ ask }: Visit): BusboyInstance {
  try {
    const limits = { fields: FIELDS_MOST, files: 1, fieldSize: TEXT_MOST, parts: FIELDS_MOST + 1 }
    return new Busboy({ headers: ask.incoming.headers as BusboyHeaders, limits })
  } catch (error) {
    throw new ComityError("invalid", "intake.form", {}, error)
  }
}

function readForm(
  parts: SealedPageParts,
  visit: Visit,
  parser: BusboyInstance,
  fields: Fields,
  begun: Begun,
): Promise<void> {
  const { incoming } = visit.ask
  return new Promise((resolve, reject) => {
    parser.on("field", (name: string, value: string, _nameCut: boolean, valueCut: boolean) => {
      if (valueCut) reject(new ComityError("too-large", "intake.too-large", { mib: TEXT_MOST / 1024 / 1024 }))
      fields.set(name, [...(fields.get(name) ?? []), value])
    })
    parser.on("file", (name: string, stream: Readable, fileName: string | undefined, _: string, type: string) => {
      if (name !== "file" || fileName === undefined || fileName === "" || begun.draft !== null) return stream.resume()
      begun.stream = stream
      begun.draft = seal(parts, visit, fields, { name: fileName, type, content: stream })
      begun.draft.catch(reject)
    })
    parser.on("finish", () => resolve())
    parser.on("error", (error: Error) => reject(new ComityError("invalid", "intake.form", {}, error)))
    incoming.once("close", () => {
      if (incoming.complete) return
      const cause = new ComityError("invalid", "body.incomplete")
      begun.stream?.destroy(cause)
      reject(cause)
    })
    incoming.pipe(parser)
  })
}

type Content = { name: string; type: string; content: AsyncIterable<Uint8Array> }

async function seal(parts: SealedPageParts, visit: Visit, fields: Fields, content: Content): Promise<SealedId> {
  const tlp = tlpLevels.find((level) => level === fields.get("tlp")?.[0])
  if (tlp === undefined) throw new ComityError("invalid", "sealed.tlp")
  return sealDraft(parts, {
    ...content,
    tlp,
    party: fields.get("party")?.[0] ?? "",
    recipients: fields.get("recipient") ?? [],
    purpose: fields.get("purpose")?.[0] ?? "",
    account: visit.person().commitment,
  })
}

/** Typed text, as browsers send it but with the line ends of text files. */
function typed(fields: Fields): Content {
  const text = (fields.get("text")?.[0] ?? "").replaceAll("\r\n", "\n")
  const bytes = Buffer.from(text.trim() === "" ? "" : text)
  return { name: "", type: "text/plain", content: once(bytes) }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
