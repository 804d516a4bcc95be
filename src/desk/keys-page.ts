import { z } from "zod"
import type { PageRoute, Visit } from "../accounts/index.ts"
import {
  actions,
  errorSummary,
  type Faults,
  facts,
  type Given,
  html,
  inputField,
  notice,
  type Reply,
  stateMark,
} from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"

export type KeyParts = {
  /** Public key of the node, base64. */
  publicKey: string
  /** True while next and recovery key lie open in the data folder. */
  unsealed(): boolean
  /** Seals them and tells the path of the file to be moved off the machine; `by` goes into the ledger. */
  seal(passphrase: string, by: string | null): Promise<string>
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

/** The node's keys: what is open, what is sealed, and sealing. */
export function keyPages(parts: KeyParts): PageRoute[] {
  return [
    { method: "GET", path: "/node/keys", who: "role:administrator", handle: async (visit) => keys(parts, visit) },
    {
      ...{ method: "POST", path: "/node/keys", who: "role:administrator", stepUp: true },
      handle: (visit) => seal(parts, visit),
    },
  ]
}

function keys(parts: KeyParts, visit: Visit, given: Given = {}, faults: Faults = {}): Reply {
  const { t } = visit
  const open = parts.unsealed()
  const state = open ? stateMark("conditional", t("keys.open")) : stateMark("open", t("keys.sealed"))
  const known = facts([
    [t("keys.current"), html`<code>${parts.publicKey}</code>`],
    [t("keys.offline"), state],
  ])
  const body = open ? html`${known}${passphraseForm(visit, given, faults)}` : html`${known}<p>${t("keys.keep")}</p>`
  const status = Object.keys(faults).length === 0 ? 200 : 400
  return visit.page({ title: t("keys.title"), place: "keys", body, status })
}

/** Also a step of setting up; the fields are the same everywhere. */
export function passphraseForm({ t }: Visit, given: Given, faults: Faults, action = "/node/keys") {
  const shown = { t, given, faults }
  const secret = { type: "password", autocomplete: "new-password", most: 1024, required: true } as const
  return html`${errorSummary(t, faults)}<p>${t("keys.why")}</p>
<form method="post" action="${action}">
${inputField(shown, { ...secret, name: "passphrase", label: t("keys.passphrase"), hint: t("keys.passphrase-hint", { least: PASSPHRASE_LEAST }) })}
${inputField(shown, { ...secret, name: "again", label: t("keys.again") })}
${actions(t("keys.seal"))}</form>`
}

async function seal(parts: KeyParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const form = await visit.form(Passphrase)
  if (!form.ok) return keys(parts, visit, {}, form.faults)
  if (!parts.unsealed()) throw new ComityError("conflict", "key.already-sealed")
  const file = await parts.seal(form.value.passphrase, visit.person().commitment)
  const body = html`${notice(t("keys.done"))}${sealedFile(visit, file)}<p class="actions"><a class="button" href="/">${t("fault.home")}</a></p>`
  return visit.page({ title: t("keys.title"), place: "keys", body })
}

/** What to do with the file, in the order in which to do it. */
export function sealedFile({ t }: Visit, file: string) {
  return html`<p>${t("keys.file")}</p><pre>${file}</pre><ol><li>${t("keys.move")}</li><li>${t("keys.apart")}</li><li>${t("keys.delete")}</li></ol>`
}
