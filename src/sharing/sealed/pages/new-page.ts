import type { Visit } from "../../../accounts/index.ts"
import { CONTENT_MOST, PADDED_MOST, sealKindOf, tlpLevels } from "../../../crypto/index.ts"
import {
  actions,
  choiceField,
  emptyState,
  errorSummary,
  type Fault,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  type Shown,
  selectField,
  sentence,
  textField,
  tlpLabel,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { isActive, listPeers, type Peer } from "../../../parties/index.ts"
import { mustBeOpenTo } from "../deciding.ts"
import { usable } from "../keys.ts"
import { type CardRecipient, PURPOSE_MOST } from "../model.ts"
import { receiveDraft } from "./receiving.ts"
import { HOME, PLACE, recipientText, type SealedPageParts } from "./words.ts"

type Sent = { given: Given; faults: Faults }

/** First which partner, then for whom there, under which TLP level, why, and what. */
export async function newPage(parts: SealedPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t, ask } = visit
  const peers = (await listPeers(parts.store)).filter(isActive)
  const wanted = sent.given.party?.[0] ?? ask.query.get("party")
  const peer = peers.length === 1 && wanted === null ? peers[0] : peers.find(({ party }) => party === wanted)
  const body =
    peers.length === 0
      ? emptyState(t("sealed.no-partner"), { href: HOME, label: t("sealed.back") })
      : peer === undefined
        ? partnerForm(visit, peers)
        : await contentForm(parts, visit, peer, sent)
  const faulty = Object.keys(sent.faults).length > 0
  return visit.page({
    ...{ title: t("sealed.new"), place: PLACE, ...(faulty ? { status: 400 } : {}) },
    body: html`<div class="decision">${body}</div>`,
  })
}

function partnerForm({ t, format }: Visit, peers: readonly Peer[]): Html {
  const choices = peers
    .map(({ party, name }) => ({ value: party as string, label: visibleText(name) }))
    .sort((a, b) => format.compare(a.label, b.label))
  const shown = { t, ...noForm }
  return html`<p>${t("sealed.new-what")}</p><form method="get" action="${HOME}/new">${selectField(shown, { name: "party", label: t("sealed.partner"), choices })}${actions(t("sealed.next"), { href: HOME, label: t("sealed.leave") })}</form>`
}

async function contentForm(
  { store, recipientsOf }: SealedPageParts,
  visit: Visit,
  peer: Peer,
  { given, faults }: Sent,
): Promise<Html> {
  const { t, format } = visit
  const back = { href: HOME, label: t("sealed.back") }
  const closed = await closedBecause(store, peer)
  if (closed !== null) return emptyState(sentence(closed, visit.viewer.language), back)
  const recipients = await usable(await recipientsOf(peer))
  if (recipients.length === 0) return emptyState(t("sealed.no-recipients", { name: visibleText(peer.name) }), back)
  const shown = { t, given, faults }
  const levels = tlpLevels.toReversed().map((level) => ({ value: level as string, label: tlpLabel(level) }))
  const most = { mib: PADDED_MOST / 1024 / 1024 }
  return html`${errorSummary(t, faults)}<p>${t("sealed.new-to")} <strong>${visible(peer.name)}</strong></p>
<form method="post" action="${HOME}/new" enctype="multipart/form-data">
<input type="hidden" name="party" value="${peer.party}">
${recipientField(visit, shown, recipients)}
${choiceField(shown, { name: "tlp", label: t("sealed.tlp"), hint: t("sealed.tlp-hint"), choices: levels, value: "red" })}
${textField(shown, { name: "purpose", label: t("sealed.purpose"), hint: t("sealed.purpose-hint"), rows: 2, most: PURPOSE_MOST, required: true })}
${fileField(shown, t("sealed.file"), t("sealed.file-hint", { ...most, bytes: format.number(CONTENT_MOST) }))}
${textField(shown, { name: "text", label: t("sealed.text"), hint: t("sealed.text-hint"), rows: 8, most: 1_000_000 })}
${actions(t("sealed.seal"), { href: HOME, label: t("sealed.leave") })}</form>`
}

/** Why nothing may go to this partner, said before anybody types anything. */
async function closedBecause(store: SealedPageParts["store"], peer: Peer): Promise<ComityError | null> {
  try {
    await mustBeOpenTo(store, peer)
    return null
  } catch (error) {
    if (error instanceof ComityError) return error
    throw error
  }
}

/** The first carries the field's id, where the summary of faults leads. */
function recipientField(visit: Visit, { t, given, faults }: Shown, recipients: readonly CardRecipient[]): Html {
  const chosen = given.recipient ?? (recipients.length === 1 ? [recipients[0]?.recipient] : [])
  const mixed = new Set(recipients.map(({ recipient }) => sealKindOf(recipient))).size > 1
  const items = recipients.map((one, i) => {
    const id = i === 0 ? "field-recipient" : `field-recipient-${i}`
    const kind = mixed
      ? html` <span class="quiet">${t(sealKindOf(one.recipient) === "hybrid" ? "sealed.key-hybrid" : "sealed.key-x25519")}</span>`
      : nothing
    return html`<div class="choice"><input type="checkbox" id="${id}" name="recipient" value="${one.recipient}"${chosen.includes(one.recipient) ? html` checked` : nothing}><label for="${id}">${recipientText(visit, one)}${kind}</label></div>`
  })
  const fault = faultText(t, faults.recipient)
  const hint = html`<p class="hint">${t(mixed ? "sealed.for-hint-mixed" : "sealed.for-hint")}</p>`
  return html`<fieldset class="field${fault === nothing ? "" : " faulty"}"><legend>${t("sealed.for")}</legend>${hint}${fault}${items}</fieldset>`
}

function fileField({ t, faults }: Shown, label: string, hint: string): Html {
  const fault = faultText(t, faults.file)
  return html`<div class="field${fault === nothing ? "" : " faulty"}"><label for="field-file">${label}</label><p class="hint" id="field-file-hint">${hint}</p>${fault}<input type="file" id="field-file" name="file" aria-describedby="field-file-hint"></div>`
}

function faultText(t: Visit["t"], fault: Fault | undefined): Html {
  return fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`
}

const FIELDS: Readonly<Record<string, string>> = {
  "sealed.purpose": "purpose",
  "sealed.too-large": "file",
  "sealed.empty": "file",
  "sealed.no-recipient": "recipient",
  "sealed.not-theirs": "recipient",
  "sealed.mixed-kinds": "recipient",
  "sealed.recipients": "recipient",
  "sealed.recipient-twice": "recipient",
  "sealed.tlp": "tlp",
}

/** Seals what was sent; what comes next is the decision to send it. A file can't be given back to a form that failed. */
export async function sealNew(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const given = new Map<string, string[]>()
  try {
    const id = await receiveDraft(parts, visit, given)
    return visit.redirect(`${HOME}/${id}`)
  } catch (error) {
    const field = error instanceof ComityError ? FIELDS[error.code] : undefined
    if (!(error instanceof ComityError) || field === undefined) throw error
    const faults = { [field]: { key: `error.${error.code}`, values: error.details } }
    return newPage(parts, visit, { given: Object.fromEntries(given), faults })
  }
}
