import { z } from "zod"
import type { PageRoute, Visit } from "../accounts/index.ts"
import {
  actions,
  checkField,
  errorSummary,
  type Faults,
  html,
  inputField,
  nothing,
  notice,
  type Reply,
  reply,
  stateMark,
  visible,
} from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { commandsSection, fingerprintSection, historySection, type KnownKeys, keyFacts } from "./key-history.ts"

export type KeyParts = {
  /** What the key log says. */
  known(): Promise<KnownKeys>
  /** True while next and recovery key lie open in the data folder. */
  unsealed(): boolean
  /** Seals them in one file, to be moved off the machine; `by` goes into the ledger. */
  seal(passphrase: string, by: string | null): Promise<void>
  /** That file, while it still lies on the node's machine. */
  sealedFile(): { path: string; bytes: Buffer } | null
  /** Takes it off the node's machine. */
  remove(by: string): Promise<void>
}

/** Long enough that guessing costs more than the node is worth: the file may be stolen and tried at leisure. */
export const PASSPHRASE_LEAST = 12

export const Passphrase = z
  .object({ passphrase: z.string().max(1024).default(""), again: z.string().max(1024).default("") })
  .refine(({ passphrase }) => passphrase.length >= PASSPHRASE_LEAST, {
    path: ["passphrase"],
    message: "keys.passphrase-short",
  })
  .refine(({ passphrase, again }) => passphrase === again, { path: ["again"], message: "keys.passphrase-differs" })

const PAGE = "/node/keys"
const FILE = `${PAGE}/offline-keys.age`
const Moved = z.object({ copied: z.literal("yes", "keys.not-copied") })

/** The node's keys: what is open, what is sealed; sealing them, and moving the sealed file off the machine. */
export function keyPages(parts: KeyParts): PageRoute[] {
  const own = { who: "role:administrator", stepUp: true } as const
  return [
    { method: "GET", path: PAGE, who: "role:administrator", handle: (visit) => keys(parts, visit) },
    { ...own, method: "POST", path: PAGE, handle: (visit) => seal(parts, visit) },
    { ...own, method: "GET", path: FILE, handle: async () => download(parts) },
    { ...own, method: "POST", path: `${PAGE}/moved`, handle: (visit) => moved(parts, visit) },
  ]
}

async function keys(parts: KeyParts, visit: Visit, faults: Faults = {}): Promise<Reply> {
  const { t, ask } = visit
  const open = parts.unsealed()
  const file = parts.sealedFile()
  const known = await parts.known()
  const next = open
    ? passphraseForm(visit, faults)
    : file === null
      ? html`<p>${t("keys.keep")}</p>`
      : moving(visit, file, faults)
  const done = !open && ask.query.get("sealed") === "yes" ? notice(t("keys.done")) : nothing
  const offline = open ? stateMark("conditional", t("keys.open")) : stateMark("open", t("keys.sealed"))
  const first = html`${done}${keyFacts(visit, known, offline)}${next}`
  const body = html`${first}${fingerprintSection(visit, known)}${historySection(visit, known)}${commandsSection(visit, known, !open)}`
  const status = Object.keys(faults).length === 0 ? 200 : 400
  return visit.page({ title: t("keys.title"), place: "keys", body, status })
}

/** What to do with the file, in the order in which to do it. */
function moving({ t, format }: Visit, { path, bytes }: { path: string; bytes: Buffer }, faults: Faults) {
  const copied = checkField({ t, given: {}, faults }, { name: "copied", label: t("keys.copied") })
  return html`${errorSummary(t, faults)}${notice(t("keys.still-here"), "warning")}
<ol><li>${t("keys.move")} <a href="${FILE}" download>${t("keys.download")}</a> <span class="quiet">${format.bytes(bytes.length)}</span></li><li>${t("keys.apart")}</li><li>${t("keys.delete")}</li></ol>
<p class="small quiet">${t("keys.file")} <code>${visible(path)}</code></p>
<form method="post" action="${PAGE}/moved">${copied}${actions(t("keys.remove"), undefined, "danger")}</form>`
}

function download(parts: KeyParts): Reply {
  const file = parts.sealedFile()
  if (file === null) throw new ComityError("not-found", "key.not-here")
  const headers = { "content-disposition": 'attachment; filename="offline-keys.age"', "cache-control": "no-store" }
  return reply("application/octet-stream", file.bytes, 200, headers)
}

async function moved(parts: KeyParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Moved)
  if (!form.ok) return keys(parts, visit, form.faults)
  if (parts.sealedFile() !== null) await parts.remove(visit.person().commitment)
  return visit.redirect(PAGE)
}

/** Also a step of setting up; the fields are the same everywhere. */
export function passphraseForm({ t }: Visit, faults: Faults, action = PAGE) {
  const shown = { t, given: {}, faults }
  const secret = { type: "password", autocomplete: "new-password", most: 1024, required: true } as const
  return html`${errorSummary(t, faults)}<p>${t("keys.why")}</p>
<form method="post" action="${action}">
${inputField(shown, { ...secret, name: "passphrase", label: t("keys.passphrase"), hint: t("keys.passphrase-hint", { least: PASSPHRASE_LEAST }) })}
${inputField(shown, { ...secret, name: "again", label: t("keys.again") })}
${actions(t("keys.seal"))}</form>`
}

async function seal(parts: KeyParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Passphrase)
  if (!form.ok) return keys(parts, visit, form.faults)
  return sealKeys(parts, visit, form.value.passphrase)
}

/** Takes seconds, so that guessing does too; who is impatient and asks twice gets to the same page. */
export async function sealKeys(parts: KeyParts, visit: Visit, passphrase: string): Promise<Reply> {
  try {
    if (parts.unsealed()) await parts.seal(passphrase, visit.person().commitment)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "key.already-sealed") throw error
  }
  return visit.redirect(`${PAGE}?sealed=yes`)
}
