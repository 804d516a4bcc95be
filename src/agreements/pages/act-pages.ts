import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  prose,
  type Reply,
  reply,
  type Shown,
  textField,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { act, mayAct, reservationsOf } from "../acts/acting.ts"
import { agreementFile } from "../acts/file.ts"
import { ACT_NAMES, type Act } from "../acts/model.ts"
import { isEnforced } from "../clause-terms.ts"
import { tidy } from "../editing.ts"
import { CLAUSE_MOST, citedIn, clausesOf, LINE_MOST } from "../model.ts"
import { standOf } from "../tabled/negotiation.ts"
import { actVerb } from "./effect-shown.ts"
import { type AgreementParts, addressOf, query, tablerOf } from "./parts.ts"
import { reservedShown } from "./reserved.ts"
import { type Seen, seen, titleOf } from "./seen.ts"
import { clauseWord } from "./words.ts"

const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const DATE = /^\d{4}-\d\d-\d\d$/

type Look = { given: Given; faults: Faults; status?: number }

/** One column: what is signed, what follows, what cannot be undone; who signs it says who they are. */
export async function actPage(parts: AgreementParts, visit: Visit, look: Look = noForm): Promise<Reply> {
  const { t, format } = visit
  const shown = await seen(parts, visit)
  const { negotiation, version, own } = shown
  const is = actIn(visit)
  if (own === null || !mayAct(negotiation, version, own, is, visit.now))
    throw new ComityError("conflict", "agreement.act")
  const number = format.number(negotiation.versions.indexOf(version) + 1)
  const field = { t, given: look.given, faults: look.faults }
  const back = addressOf(negotiation, query({ version: version.hash }))
  const by = inputField(field, {
    name: "by",
    label: t("agreement.act-by"),
    hint: t("agreement.act-by-what"),
    most: 200,
    size: "long",
  })
  return visit.page({
    ...{
      title: t("agreement.act-title", { act: actVerb(t, is), number }),
      place: "agreements",
      status: look.status ?? 200,
    },
    body: html`${errorSummary(t, look.faults)}<div class="decision"><p><a href="${back}">${titleOf(version.text, visit.viewer.language) || t("agreement.untitled")}</a></p><p class="quiet">${t("agreement.hash")} <span class="mono hash">${version.hash}</span></p>${consequences(visit, shown, is)}
<form method="post" action="${addressOf(negotiation, `/act${query({ version: version.hash, is })}`)}">${fieldsFor(visit, field, is)}${by}<p>${t("agreement.act-for-good")}</p>${actions(t("agreement.act-title", { act: actVerb(t, is), number }), { href: back, label: t("agreement.cancel-decision") })}</form></div>`,
  })
}

function actIn({ ask }: Visit): Act["is"] {
  const is = ACT_NAMES.find((one) => one === ask.query.get("is"))
  if (is === undefined) throw new ComityError("not-found", "agreement.act")
  return is
}

function consequences(visit: Visit, shown: Seen, is: Act["is"]): Html {
  const { t } = visit
  switch (is) {
    case "sign":
      return html`${objections(visit, shown)}<ul><li>${t("agreement.sign-binds")}</li><li>${t("agreement.signature-what")}</li><li>${isEnforced(shown.version.text) ? t("agreement.sign-governs") : t("agreement.sign-people")}</li></ul>${reservations(visit, shown)}`
    case "instrument":
      return html`<p>${t("agreement.instrument-noted")}</p>`
    case "suspend":
      return html`<p>${t("agreement.suspend-what")}</p>`
    case "resume":
      return html`<p>${t("agreement.resume-what")}</p>`
    case "withdraw":
      return html`<p>${t("agreement.withdraw-what")}</p>`
  }
}

/** A party may sign what it objected to; it should know. */
function objections({ t, format }: Visit, { negotiation, version, own }: Seen): Html {
  const cited = citedIn(version.text)
  const objected = clausesOf(version.text).filter(
    ({ id }) => standOf(negotiation, version.hash, id, own ?? "")?.says.position === "object",
  )
  if (objected.length === 0) return nothing
  const places = objected.map(({ id }) => clauseWord(t, format, cited.get(id) ?? { article: 0, clause: 0 }))
  return notice(t("agreement.sign-objected", { clauses: format.list(places) }), "warning")
}

function reservations(visit: Visit, { negotiation, version, own }: Seen): Html {
  const { t, format } = visit
  const all = reservationsOf(negotiation, version, own ?? "")
  if (all.length === 0) return nothing
  const cited = citedIn(version.text)
  const items = all.map(
    (one) =>
      html`<li>${clauseWord(t, format, cited.get(one.clause) ?? { article: 0, clause: 0 })}: ${prose(one.text)}${reservedShown(visit, version.text, one)}</li>`,
  )
  return html`<p>${t("agreement.sign-reservations")}</p><ul>${items}</ul>`
}

function fieldsFor({ t }: Visit, field: Shown, is: Act["is"]): Html {
  switch (is) {
    case "sign":
      return nothing
    case "instrument":
      return html`${inputField(field, { name: "name", label: t("agreement.instrument-name"), most: LINE_MOST, size: "long" })}${inputField(field, { name: "reference", label: t("agreement.instrument-reference"), most: LINE_MOST, size: "long" })}${inputField(field, { name: "date", label: t("agreement.instrument-date"), type: "date" })}`
    case "withdraw":
      return html`${inputField(field, { name: "from", label: t("agreement.from-day"), type: "date" })}${reasonField(t, field)}`
    default:
      return reasonField(t, field)
  }
}

function reasonField(t: Visit["t"], field: Shown): Html {
  return textField(field, { name: "reason", label: t("agreement.reason"), rows: 3, most: CLAUSE_MOST })
}

export async function actNow(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const shown = await seen(parts, visit)
  const { given } = await visit.form(Typed)
  const is = actIn(visit)
  const said = (name: string) => tidy(given[name]?.[0] ?? "")
  const line = (name: string) => said(name).replaceAll("\n", " ")
  const faults: Faults = {
    ...(line("by") === "" ? { by: { key: "form.missing" } } : {}),
    ...(is === "instrument" && line("name") === "" ? { name: { key: "form.missing" } } : {}),
    ...(is === "instrument" && !DATE.test(said("date")) ? { date: { key: "form.missing" } } : {}),
    ...(is === "withdraw" && !DATE.test(said("from")) ? { from: { key: "form.missing" } } : {}),
  }
  if (Object.keys(faults).length > 0) return actPage(parts, visit, { given, faults, status: 400 })
  const wish = {
    negotiation: shown.negotiation.id,
    version: shown.version.hash,
    by: line("by"),
    act: actOf(shown, is, line, said),
  }
  await act(parts, wish, tablerOf(visit))
  return visit.redirect(addressOf(shown.negotiation, query({ version: shown.version.hash, done: "signed" })))
}

type Say = (name: string) => string

function actOf({ negotiation, version, own }: Seen, is: Act["is"], line: Say, said: Say): Act {
  switch (is) {
    case "sign":
      return { is, reservations: reservationsOf(negotiation, version, own ?? "") }
    case "instrument":
      return { is, name: line("name"), reference: line("reference"), date: said("date") }
    case "withdraw":
      return { is, reason: said("reason"), from: said("from") }
    default:
      return { is, reason: said("reason") }
  }
}

/** Text, acts and keys, as `verify.py` checks them. */
export async function signedFile(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { negotiation, version } = await seen(parts, visit)
  const file = await agreementFile(parts.store, negotiation, version)
  const name = `agreement-${formatInstant(version.at).slice(0, 10)}-${Buffer.from(version.hash, "base64").toString("hex").slice(0, 8)}.json`
  return reply("application/json", file, 200, {
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; sandbox",
  })
}
