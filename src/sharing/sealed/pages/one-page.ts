import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  actions,
  asset,
  copyable,
  facts,
  type Html,
  html,
  nothing,
  notice,
  type Reply,
  section,
  tlpLabel,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { plusMicroseconds } from "../../../kernel/time.ts"
import type { CardRecipient, Sealed } from "../model.ts"
import { loadSealed, lookerOf, removeCiphertext } from "../reading.ts"
import { DRAFT_LASTS, discardDraft, sendDraft } from "../sending.ts"
import { HOME, nameOfParty, PLACE, recipientList, type SealedPageParts, sealedPath, stateOf } from "./words.ts"

const OFFICER = "role:officer"
const Nothing = z.object({})

type Full = Sealed & { recipients: CardRecipient[]; partner: string }

export async function sealedOf({ store }: SealedPageParts, visit: Visit): Promise<Full> {
  const found = await loadSealed(store, visit.ask.params.id ?? "", lookerOf(visit.person()))
  return { ...found, partner: await nameOfParty(store, found.party) }
}

export async function onePage(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const sealed = await sealedOf(parts, visit)
  return sealed.state === "draft" ? draftPage(visit, sealed) : settledPage(parts, visit, sealed)
}

/** The decision: what, to whom, what cannot be undone. */
function draftPage(visit: Visit, sealed: Full): Reply {
  const { t, format } = visit
  const { partner, recipients, name, tlp, size, sha256, purpose, createdAt } = sealed
  const until = plusMicroseconds(createdAt, DRAFT_LASTS)
  const known = facts([
    [t("sealed.to"), visible(partner)],
    [t("sealed.can-open"), recipientList(visit, recipients)],
    ["TLP", tlpLabel(tlp)],
    [t("sealed.content"), name === null || name === "" ? t("sealed.typed") : visible(name)],
    [t("sealed.purpose"), visible(purpose ?? "")],
    [t("sealed.size"), html`${format.bytes(size ?? 0)} <span class="quiet">${t("sealed.size-hint")}</span>`],
    [t("sealed.hash"), copyable(t, sha256 ?? "", sha256 ?? "")],
  ])
  const post = (what: string, button: Html) =>
    html`<form method="post" action="${sealedPath(sealed)}/${what}">${button}</form>`
  return visit.page({
    ...{ title: t("sealed.decide"), state: stateOf(t, sealed), place: PLACE },
    body: html`<div class="decision">${known}
<ul><li>${t("sealed.only-these")}</li><li>${t("sealed.no-return")}</li><li>${t("sealed.in-ledger")}</li><li>${t("sealed.until")} ${format.time(until)}</li></ul>
${post("send", actions(t("sealed.send", { name: visibleText(partner) }), { href: HOME, label: t("sealed.later") }))}
${post("discard", html`<p class="actions"><button>${t("sealed.discard")}</button></p>`)}</div>`,
  })
}

async function settledPage({ self }: SealedPageParts, visit: Visit, sealed: Full): Promise<Reply> {
  const { t } = visit
  const { direction, partner, settledAt, removedAt } = sealed
  const received = direction === "received"
  const title = t(received ? "sealed.title-received" : "sealed.title-sent", { name: visibleText(partner) })
  const here = removedAt === null && sealed.state !== "arriving"
  const open = received && here ? section(t("sealed.open"), await opening({ self }, visit, sealed), "open") : nothing
  const removal =
    settledAt !== null && removedAt === null && visit.may(OFFICER)
      ? html`<p><a href="${sealedPath(sealed)}/remove">${t("sealed.remove")}</a></p>`
      : nothing
  return visit.page({
    ...{ title, state: stateOf(t, sealed), place: PLACE },
    ...(open === nothing ? {} : { scripts: ["sealed-open.js"] as const }),
    body: html`${done(visit)}<div class="columns"><div>${known(visit, sealed)}${open}</div><aside>${aside(visit, sealed, here)}${removal}<p><a href="${HOME}">${t("sealed.back")}</a></p></aside></div>`,
  })
}

function done({ t, ask }: Visit): Html {
  const what = ask.query.get("done")
  if (what === "sent") return notice(t("sealed.is-sent"))
  return what === "removed" ? notice(t("sealed.ciphertext-removed")) : nothing
}

function known(visit: Visit, { direction, partner, recipients, tlp, purpose }: Full): Html {
  const { t } = visit
  const received = direction === "received"
  const trusted = received ? html`<p class="hint">${t("sealed.signed-hint")}</p>` : nothing
  return html`${facts([
    [t(received ? "sealed.from" : "sealed.to"), visible(partner)],
    [t(received ? "sealed.for" : "sealed.can-open"), recipientList(visit, recipients)],
    ["TLP", tlpLabel(tlp)],
    [t("sealed.purpose"), purpose === null ? null : visible(purpose)],
  ])}${trusted}`
}

function aside({ t, format }: Visit, sealed: Full, here: boolean): Html {
  const { size, sha256, remote, createdAt, settledAt, note, receipt, direction } = sealed
  const link = (what: string, label: string) =>
    html`<li><a href="${sealedPath(sealed)}/${what}" download>${label}</a></li>`
  const files = [
    here ? link("file", t("sealed.file-age")) : nothing,
    note === null ? nothing : link("message", direction === "received" ? t("sealed.message") : t("sealed.own-message")),
    receipt === null
      ? nothing
      : link("receipt", direction === "received" ? t("sealed.own-receipt") : t("sealed.receipt")),
  ]
  const settled = direction === "received" ? t("sealed.came") : t("sealed.answered")
  return html`${facts([
    [t("sealed.when"), format.time(createdAt)],
    [settled, settledAt === null ? null : format.time(settledAt)],
    [t("sealed.size"), size === null ? null : format.bytes(size)],
    [t("sealed.hash"), sha256 === null ? null : copyable(t, html`<span class="small">${sha256}</span>`, sha256)],
    [t("sealed.id"), html`<span class="mono small">${remote}</span>`],
  ])}<ul class="plain-list">${files}</ul>`
}

const SAYINGS = [
  ...["working", "library", "key", "phrase-missing", "phrase-wrong", "fetch"],
  ...["hash", "not-yours", "damaged", "padding", "label"],
]

/** The private key is typed into this page and used in this page; no field of it has a name, so no form can send it. */
async function opening({ self }: Pick<SealedPageParts, "self">, { t }: Visit, sealed: Full): Promise<Html> {
  const sayings = SAYINGS.map((what) => html`<p data-when="${what}" hidden>${t(`sealed.say.${what}`)}</p>`)
  const { remote, party, tlp, sha256 } = sealed
  const file = `${sealedPath(sealed)}/file`
  const fact = (name: string, label: string) => html`<div><dt>${label}</dt><dd><bdi data-${name}></bdi></dd></div>`
  return html`<div class="needs-script" data-open data-library="${asset("age.js")}" data-file="${file}" data-sha256="${sha256}" data-id="${remote}" data-from="${party}" data-to="${await self.party()}" data-tlp="${tlp}" data-typed="${t("sealed.typed")}">
<p>${t("sealed.open-what")}</p>
<div class="field"><label for="sealed-key-file">${t("sealed.key-file")}</label><input type="file" id="sealed-key-file" data-key-file></div>
<div class="field"><label for="sealed-key-text">${t("sealed.key-text")}</label><p class="hint" id="sealed-key-text-hint">${t("sealed.key-text-hint")}</p><textarea id="sealed-key-text" data-key-text rows="3" maxlength="10000" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="sealed-key-text-hint"></textarea></div>
<div class="field"><label for="sealed-phrase">${t("sealed.phrase")}</label><p class="hint" id="sealed-phrase-hint">${t("sealed.phrase-hint")}</p><input type="password" class="usual" id="sealed-phrase" data-phrase autocomplete="off" maxlength="1024" aria-describedby="sealed-phrase-hint"></div>
<p class="actions"><button type="button" class="primary" data-go>${t("sealed.open-go")}</button><button type="button" data-forget>${t("sealed.forget")}</button></p>
<div role="status">${sayings}</div>
<div data-result tabindex="-1" hidden><h3>${t("sealed.opened")}</h3><dl class="facts">${fact("name", t("sealed.content"))}${fact("type", t("sealed.type"))}${fact("size", t("sealed.bytes"))}</dl><pre data-text dir="auto" tabindex="0"></pre><p class="actions"><a class="button" data-save>${t("sealed.save")}</a></p></div></div>
<noscript><p>${t("sealed.no-script")}</p></noscript>
<p class="quiet">${t("sealed.by-command")}</p><pre tabindex="0">comity sealed open FILE.age --identity KEY.key</pre>`
}

export async function send(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const sealed = await sealedOf(parts, visit)
  await sendDraft(parts, sealed.id, visit.person().commitment)
  return visit.redirect(`${sealedPath(sealed)}?done=sent`)
}

export async function discard(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const { id } = await sealedOf(parts, visit)
  await discardDraft(parts.store, id)
  return visit.redirect(`${HOME}?done=discarded`)
}

export async function removalPage(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const sealed = await sealedOf(parts, visit)
  if (sealed.settledAt === null || sealed.removedAt !== null) throw new ComityError("not-found", "sealed.removed")
  const home = sealedPath(sealed)
  return visit.page({
    ...{ title: t("sealed.remove-title"), place: PLACE },
    body: html`<div class="decision">${known(visit, sealed)}<ul><li>${t("sealed.remove-what")}</li><li>${t("sealed.remove-stays")}</li><li>${t("sealed.remove-elsewhere")}</li></ul>
<form method="post" action="${home}/remove">${actions(t("sealed.remove"), { href: home, label: t("sealed.keep") }, "danger")}</form></div>`,
  })
}

export async function remove(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const sealed = await sealedOf(parts, visit)
  const { commitment } = visit.person()
  await removeCiphertext(parts.store, sealed.id, lookerOf(visit.person()), commitment)
  return visit.redirect(`${sealedPath(sealed)}?done=removed`)
}
