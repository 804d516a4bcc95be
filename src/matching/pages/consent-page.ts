import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  type Reply,
  section,
  visible,
} from "../../http/index.ts"
import { type ItemType, isItemType } from "../items/types.ts"
import { learns, openable, otherRole, type Run, waitingFor } from "../runs/model.ts"
import { consent } from "../runs/operations.ts"
import { loadRun } from "../runs/standing.ts"
import { faultOf, lines, type MatchPageParts, partnersOf, runPath } from "./parts.ts"
import { countsTable } from "./run-counts.ts"
import { nameOf, typeCount } from "./words.ts"

type Sent = { given: Given; faults: Faults }

/** The number is known: which items these are is opened for the types that both sides choose, or for none. */
export async function consentPage(parts: MatchPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const run = await loadRun(parts.store, visit.ask.params.id ?? "")
  if (run.state !== "counted" || waitingFor(run) !== "us") return visit.redirect(runPath(run))
  const partner = nameOf(await partnersOf(parts.store), run.party)
  const types = openable(run)
  const title = t("match.consent-title")
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const intro = html`<p>${visible(t("match.consent-what", { partner }))}</p>${countsTable(visit, run)}`
  const effect = html`${section(t("match.consent-effect"), lines(effects(visit, run, partner)))}${section(t("match.final"), lines([t("match.final-opened"), t("match.final-first"), t("match.final-consent-log")]))}`
  const way = types.length === 0 ? html`<p>${t("match.nothing-openable")}</p>` : consentForm(visit, run, types, sent)
  const none = html`<form method="post" action="${runPath(run)}/decline"><p>${t("match.decline-what")}</p><p class="actions"><button${types.length === 0 ? html` class="primary"` : nothing}>${t("match.decline")}</button></p></form>`
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${intro}${types.length === 0 ? nothing : effect}${way}${section(t("match.decline-title"), none)}<p class="actions"><a href="${runPath(run)}">${t("match.back-to-run")}</a></p></div>`
  return visit.page({ title, place: "match", ...status, body })
}

function effects({ t }: Visit, run: Run, partner: string): Html[] {
  const [we, they] = [learns(run.role, run.learners), learns(otherRole(run.role), run.learners)]
  const told = they ? t("match.consent-theirs", { partner }) : t("match.consent-not-theirs", { partner })
  const heard = we ? t("match.consent-ours", { partner }) : t("match.consent-not-ours")
  return [told, heard, t("match.consent-policy"), t("match.consent-rest"), t("match.consent-both")].map((text) =>
    visible(text),
  )
}

function consentForm(visit: Visit, run: Run, types: readonly ItemType[], { given, faults }: Sent): Html {
  const { t } = visit
  const sent = Object.keys(given).length > 0
  const chosen = given["type[]"] ?? []
  const boxes = types.map((type, i) => {
    const id = i === 0 ? "field-type[]" : `field-type-${type}`
    const count = run.types.find((one) => one.type === type)?.count ?? ({ is: "unknown" } as const)
    const on = sent ? chosen.includes(type) : true
    return html`<div class="choice"><input type="checkbox" id="${id}" name="type[]" value="${type}"${on ? html` checked` : nothing}><label for="${id}">${typeCount(visit, { type, count })}</label></div>`
  })
  const fault = faults["type[]"] ?? faults[""]
  const wrong = fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`
  return html`<form method="post" action="${runPath(run)}/consent"><fieldset class="field${fault === undefined ? "" : " faulty"}"><legend>${t("match.consent-types")}</legend><p class="hint">${t("match.consent-types-hint")}</p>${wrong}${boxes}</fieldset><p class="actions"><button class="primary">${t("match.consent")}</button></p></form>`
}

const Chosen = z.object({
  "type[]": z.array(z.string().refine(isItemType)).min(1, "match.choose-type").default([]),
})

export async function consentIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  const form = await visit.form(Chosen)
  const types = form.ok ? (form.value["type[]"] as ItemType[]) : []
  const given = { "type[]": [], ...form.given }
  if (types.length === 0) {
    return consentPage(parts, visit, { given, faults: { "type[]": { key: "match.choose-type" } } })
  }
  try {
    await consent(parts.runs, id, types, visit.person().commitment)
  } catch (error) {
    return consentPage(parts, visit, { given, faults: { "": faultOf(visit, error) } })
  }
  return visit.redirect(runPath(await loadRun(parts.store, id)))
}
