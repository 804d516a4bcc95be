import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { z } from "zod"
import { type Declaration, type Handlers, type Translate, visibleText } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { parseStrictJson } from "../kernel/json.ts"
import { formatInstant, type Instant } from "../kernel/time.ts"
import { ownParty } from "../parties/index.ts"
import { governedBy } from "../policy/index.ts"
import type { Reader, Store } from "../store/index.ts"
import type { ActingParts } from "./acts/acting.ts"
import { effectOf, governing } from "./acts/effect.ts"
import { agreementFile } from "./acts/file.ts"
import { deleteDraft, drafts, loadDraft, startDraft } from "./drafts.ts"
import { lackingIn } from "./lacking.ts"
import { lifeDeclarations, lifeHandlers } from "./life-commands.ts"
import { type AgreementText, parseText, saidIn, TEXT_MOST, textHash } from "./model.ts"
import { ITEM_TYPE } from "./tabled/item.ts"
import { type Negotiation, newestOf, versionBy } from "./tabled/negotiation.ts"
import { shelfOf } from "./tabled/shelf.ts"

export const agreementDeclarations: readonly Declaration[] = [
  { name: "agreement list", positionals: [], options: {}, show: showList },
  { name: "agreement show", positionals: ["AGREEMENT"], options: {}, show: showText },
  {
    name: "agreement new",
    positionals: ["FILE"],
    paths: ["FILE"],
    options: { after: { type: "string", value: "AGREEMENT" }, hash: { type: "string", value: "HASH" } },
    show: (_, result) => [(result as { id: string }).id],
  },
  {
    ...{ name: "agreement export", positionals: ["AGREEMENT", "FILE"], paths: ["FILE"] },
    options: { hash: { type: "string", value: "HASH" } },
    show: () => [],
  },
  { name: "agreement delete", positionals: ["AGREEMENT"], options: {}, show: () => [] },
  ...lifeDeclarations,
]

const None = z.strictObject({})
const One = z.strictObject({ AGREEMENT: z.string() })
const Export = z.strictObject({ AGREEMENT: z.string(), FILE: z.string(), hash: z.string().nullable().default(null) })
const New = z.strictObject({
  FILE: z.string(),
  after: z.string().nullable().default(null),
  hash: z.string().nullable().default(null),
})

export function agreementHandlers(parts: Omit<ActingParts, "shelf">): Handlers {
  const { store, clock } = parts
  const shelf = shelfOf(store)
  return {
    ...lifeHandlers({ ...parts, shelf }),
    "agreement list": async (call) => {
      None.parse(call.arguments)
      const own = (await ownParty(store))?.id ?? null
      const negotiations = await shelf.negotiations(store)
      const tabled = await Promise.all(negotiations.map((one) => negotiationRow(store, one, clock.now())))
      const home = (await drafts(store)).map(({ id, text, changedAt }) => ({
        ...{ id, state: "draft", nature: text.nature, title: { ...text.title }, languages: text.languages },
        ...{ lacking: lackingIn(text, own).length, changed: formatInstant(changedAt) },
        ...{ collection: null, reserved: [] },
      }))
      return [...tabled, ...home]
    },
    "agreement show": async (call) => {
      const { AGREEMENT: id } = One.parse(call.arguments)
      const text = isNegotiation(id)
        ? newestOf(await shelf.negotiation(store, id)).text
        : (await loadDraft(store, id)).text
      return { hash: textHash(text), text: text as Json }
    },
    "agreement new": async (call) => {
      const { FILE: file, after, hash } = New.parse(call.arguments)
      const from = after === null ? undefined : await goingOn(store, after, hash)
      return { id: await startDraft(store, readText(file), null, from) }
    },
    "agreement export": async (call) => {
      const { AGREEMENT: id, FILE: file, hash } = Export.parse(call.arguments)
      const negotiation = await shelf.negotiation(store, id)
      const version = versionBy(negotiation, hash)
      if (version === null) throw new ComityError("not-found", "agreement.no-version")
      writeNew(file, await agreementFile(store, negotiation, version))
      return {}
    },
    "agreement delete": async (call) => {
      await deleteDraft(store, One.parse(call.arguments).AGREEMENT, null)
      return {}
    },
  }
}

function isNegotiation(id: string): boolean {
  return id.startsWith(`${ITEM_TYPE}--`)
}

/** For the next version of a negotiation. Throws `not-found agreement.no-version`. */
async function goingOn(store: Store, after: string, hash: string | null) {
  const negotiation = await shelfOf(store).negotiation(store, after)
  const version = versionBy(negotiation, hash)
  if (version === null) throw new ComityError("not-found", "agreement.no-version")
  return { negotiation: negotiation.id, base: version.hash }
}

/** The state is that of the version that governs, else that of the newest one; with the collections where it does. */
async function negotiationRow(reader: Reader, negotiation: Negotiation, now: Instant) {
  const newest = newestOf(negotiation)
  const { is } = governing(negotiation, now)?.effect ?? effectOf(negotiation, newest, now)
  const { nature, title, languages } = newest.text
  const shown = { id: negotiation.id, state: is, nature, title: { ...title }, languages, lacking: 0 }
  const all: string[] = (await governedBy(reader, negotiation.id)).map(({ collection }) => collection)
  const [collection = null, ...reserved] = all
  return { ...shown, changed: formatInstant(newest.at), collection, reserved }
}

/** Throws `conflict agreement.not-written`. */
function writeNew(file: string, bytes: Uint8Array): void {
  try {
    writeFileSync(file, bytes, { flag: "wx" })
  } catch (cause) {
    throw new ComityError("conflict", "agreement.not-written", { file }, cause)
  }
}

/** Throws `invalid agreement.file` for what cannot be read as a text of an agreement. */
function readText(file: string): AgreementText {
  try {
    const opened = openSync(file, "r")
    try {
      const { size } = fstatSync(opened)
      if (size > TEXT_MOST) throw new ComityError("too-large", "agreement.too-long")
      return parseText(parseStrictJson(readFileSync(opened)))
    } finally {
      closeSync(opened)
    }
  } catch (error) {
    if (error instanceof ComityError && error.kind === "too-large") throw error
    throw new ComityError("invalid", "agreement.file", { file }, error)
  }
}

type Listed = {
  id: string
  state: string
  title: Record<string, string>
  languages: string[]
  changed: string
  collection: string | null
  /** Those for readers with reservations. */
  reserved: string[]
}

function showList(t: Translate, result: Json): string[] {
  const rows = result as Listed[]
  if (rows.length === 0) return [t("agreement.none")]
  return rows.map(({ id, state, changed, collection, reserved, ...text }) => {
    const title = visibleText(saidIn(text, text.title, "en")) || t("agreement.untitled")
    return [id, state, changed, [collection ?? "-", ...reserved].join(","), title].join("\t")
  })
}

/** Every authentic text, one after the other. */
function showText(_: Translate, result: Json): string[] {
  const { hash, text } = result as unknown as { hash: string; text: AgreementText }
  const all = text.languages.flatMap((language) => [
    `# ${visibleText(text.title[language] ?? "")} [${language}]`,
    ...text.articles.flatMap(({ heading, clauses }, i) => [
      ...["", `## ${i + 1} ${visibleText(heading[language] ?? "")}`],
      ...clauses.map((clause, j) => `${i + 1}(${j + 1}) ${lines(clause.text[language] ?? "")}`),
    ]),
    "",
  ])
  return [...all, hash]
}

function lines(text: string): string {
  return text
    .split("\n")
    .map((line) => visibleText(line))
    .join("\n")
}
