import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  actions,
  asset,
  type Choice,
  type Column,
  choiceField,
  emptyState,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  shortId,
  stateMark,
  table,
  textField,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { listKeys, loadKey, publishKey, registerKey, retireKey } from "../keys.ts"
import { KEY_NAME_MOST, keyKinds, type SealingKey } from "../model.ts"
import { HOME, KEYS, PLACE, type SealedPageParts } from "./words.ts"

const OFFICER = "role:officer"
const Nothing = z.object({})
const Wish = z.object({
  kind: z.enum(keyKinds),
  name: z.string().trim().min(1).max(KEY_NAME_MOST),
  recipient: z.string().trim().min(1).max(3000),
})

type Sent = { given: Given; faults: Faults }

/** Own keys, those of the desks, and, for officers, everybody's: who may be sealed to, and who lets partners do it. */
export async function keysPage(parts: SealedPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const { commitment } = visit.person()
  const keys = (await listKeys(parts.store)).filter(
    ({ owner, kind }) => owner === commitment || kind === "desk" || visit.may(OFFICER),
  )
  const faulty = Object.keys(sent.faults).length > 0
  return visit.page({
    ...{ title: t("sealed.keys"), place: PLACE, scripts: ["sealed-key.js"] as const },
    ...(faulty ? { status: 400 } : {}),
    body: html`${errorSummary(t, sent.faults)}${done(visit)}<p>${t("seal-key.what")}</p>
${keyTable(visit, keys)}${section(t("seal-key.add"), addForm(visit, sent), "add")}<p><a href="${HOME}">${t("sealed.back")}</a></p>`,
  })
}

function done({ t, ask }: Visit): Html {
  const what = ask.method === "GET" ? ask.query.get("done") : null
  if (what === "registered") return notice(t("seal-key.is-registered"))
  if (what === "published") return notice(t("seal-key.is-published"))
  return what === "retired" ? notice(t("seal-key.is-retired")) : nothing
}

function keyTable(visit: Visit, keys: readonly SealingKey[]): Html {
  const { t, format } = visit
  const columns: Column<SealingKey>[] = [
    { label: t("seal-key.name"), kind: "name", cell: ({ name }) => visible(name) },
    { label: t("seal-key.kind"), cell: ({ kind }) => t(`sealed.kind.${kind}`) },
    { label: t("seal-key.recipient"), cell: ({ recipient }) => shortId(t, recipient) },
    { label: t("sealed.state"), cell: (key) => stateOf(visit, key) },
    { label: t("seal-key.since"), kind: "quiet", wide: true, cell: ({ registeredAt }) => format.time(registeredAt) },
    { label: t("seal-key.act"), cell: (key) => acts(visit, key) },
  ]
  return table({ caption: t("sealed.keys"), columns, rows: keys, empty: emptyState(t("seal-key.none")) })
}

function stateOf({ t }: Visit, { publishedAt, retiredAt }: SealingKey): Html {
  if (retiredAt !== null) return stateMark("closed", t("seal-key.retired"))
  return publishedAt === null
    ? stateMark("conditional", t("seal-key.waiting"))
    : stateMark("open", t("seal-key.published"))
}

function acts(visit: Visit, { id, owner, publishedAt, retiredAt }: SealingKey): Html {
  const { t } = visit
  if (retiredAt !== null) return nothing
  const publish =
    publishedAt === null && visit.may(OFFICER)
      ? html`<a href="${KEYS}/${id}/publish">${t("seal-key.publish")}</a> `
      : nothing
  const mine = visit.may(OFFICER) || owner === visit.person().commitment
  return html`${publish}${mine ? html`<a href="${KEYS}/${id}/retire">${t("seal-key.retire")}</a>` : nothing}`
}

/** The private half is made by the script and saved by the person; the form sends the public half alone. */
function addForm(visit: Visit, { given, faults }: Sent): Html {
  const { t } = visit
  const shown = { t, given, faults }
  const kinds: Choice[] = keyKinds
    .filter((kind) => kind === "person" || visit.may(OFFICER))
    .map((kind) =>
      kind === "person"
        ? { value: kind, label: t("seal-key.for-person"), hint: t("seal-key.for-person-hint") }
        : { value: kind, label: t("seal-key.for-desk"), hint: t("seal-key.for-desk-hint") },
    )
  return html`<form method="post" action="${KEYS}" class="decision">
${choiceField(shown, { name: "kind", label: t("seal-key.kind"), choices: kinds, value: "person" })}
${inputField(shown, { name: "name", label: t("seal-key.name"), hint: t("seal-key.name-hint"), most: KEY_NAME_MOST, value: visit.person().name.slice(0, KEY_NAME_MOST), required: true })}
${maker(visit)}
${textField(shown, { name: "recipient", label: t("seal-key.recipient"), hint: t("seal-key.recipient-hint"), rows: 3, most: 3000, required: true })}
${actions(t("seal-key.register"))}</form>`
}

const SAYINGS = ["working", "failed", "phrase-short", "saved", "unsaved"] as const

function maker({ t }: Visit): Html {
  const sayings = SAYINGS.map((what) => html`<p data-when="${what}" hidden>${t(`seal-key.say.${what}`)}</p>`)
  return html`<fieldset class="field needs-script" data-make-key data-library="${asset("age.js")}"><legend>${t("seal-key.make")}</legend>
<p class="hint">${t("seal-key.make-hint")}</p>
<div class="field check"><div class="choice"><input type="checkbox" id="seal-key-hybrid" data-hybrid aria-describedby="seal-key-hybrid-hint"><label for="seal-key-hybrid">${t("seal-key.hybrid")}</label><p class="hint" id="seal-key-hybrid-hint">${t("seal-key.hybrid-hint")}</p></div></div>
<div class="field"><label for="seal-key-phrase">${t("seal-key.phrase")}</label><p class="hint" id="seal-key-phrase-hint">${t("seal-key.phrase-hint")}</p><input type="password" class="usual" id="seal-key-phrase" data-phrase autocomplete="new-password" maxlength="1024" aria-describedby="seal-key-phrase-hint"></div>
<p class="actions"><button type="button" data-go>${t("seal-key.make-go")}</button></p>
<div data-made hidden><p class="actions"><a class="button primary" data-save>${t("seal-key.save")}</a></p><p>${t("seal-key.save-hint")}</p></div>
<div role="status">${sayings}</div></fieldset>
<noscript><p>${t("seal-key.no-script")}</p></noscript>`
}

/** One's own key, or a desk's where the person answers for desks. */
export async function addKey(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Wish)
  if (!form.ok) return keysPage(parts, visit, withoutSecret(form))
  const { commitment } = visit.person()
  const { kind } = form.value
  if (kind === "desk" && !visit.may(OFFICER)) throw new ComityError("refused", "session.role", { role: "officer" })
  try {
    await registerKey(parts.store, { ...form.value, owner: kind === "person" ? commitment : null }, commitment)
  } catch (error) {
    if (!(error instanceof ComityError) || !/^(seal-key|sealed)\./.test(error.code)) throw error
    const field = error.code === "seal-key.name" ? "name" : "recipient"
    const faults = { [field]: { key: `error.${error.code}`, values: error.details } }
    return keysPage(parts, visit, withoutSecret({ given: form.given, faults }))
  }
  return visit.redirect(`${KEYS}?done=registered`)
}

/** A private key that somebody pasted by mistake is not shown again, as anything else typed would be. */
function withoutSecret({ given, faults }: Sent): Sent {
  const text = given.recipient?.[0] ?? ""
  return /AGE-SECRET-KEY|AGE-PLUGIN/i.test(text) ? { given: { ...given, recipient: [""] }, faults } : { given, faults }
}

export async function publishPage(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const key = await loadKey(parts.store, visit.ask.params.id ?? "")
  const effects = html`<ul><li>${t("seal-key.publish-card")}</li><li>${t("seal-key.publish-name")}</li><li>${t("seal-key.publish-ledger")}</li></ul>`
  const words = { title: t("seal-key.publish-title"), act: t("seal-key.publish") }
  return decision(visit, key, { ...words, what: "publish", effects, kind: "" })
}

export async function retirePage(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const key = await loadOwn(parts, visit)
  const effects = html`<ul><li>${t("seal-key.retire-new")}</li><li>${t("seal-key.retire-old")}</li></ul>`
  const words = { title: t("seal-key.retire-title"), act: t("seal-key.retire") }
  return decision(visit, key, { ...words, what: "retire", effects, kind: "danger" })
}

type Decision = { title: string; act: string; what: "publish" | "retire"; effects: Html; kind: "" | "danger" }

function decision(visit: Visit, key: SealingKey, { title, act, what, effects, kind }: Decision): Reply {
  const { t } = visit
  const known = facts([
    [t("seal-key.name"), visible(key.name)],
    [t("seal-key.kind"), t(`sealed.kind.${key.kind}`)],
    [t("seal-key.recipient"), html`<span class="mono">${key.recipient}</span>`],
  ])
  const out = { href: KEYS, label: t("seal-key.leave") }
  return visit.page({
    ...{ title, place: PLACE },
    body: html`<div class="decision">${known}${effects}<form method="post" action="${KEYS}/${key.id}/${what}">${actions(act, out, kind)}</form></div>`,
  })
}

export async function publish(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  await publishKey(parts, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect(`${KEYS}?done=published`)
}

export async function retire(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const key = await loadOwn(parts, visit)
  await retireKey(parts, key.id, visit.person().commitment)
  return visit.redirect(`${KEYS}?done=retired`)
}

/** A key that is not one's own is none of one's business, unless one is an officer. */
async function loadOwn(parts: SealedPageParts, visit: Visit): Promise<SealingKey> {
  const key = await loadKey(parts.store, visit.ask.params.id ?? "")
  const mine = visit.may(OFFICER) || (key.owner !== null && key.owner === visit.person().commitment)
  if (!mine) throw new ComityError("not-found", "seal-key.unknown")
  return key
}
