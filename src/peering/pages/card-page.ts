import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  errorSummary,
  html,
  inputField,
  isTimeZone,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  textField,
  visible,
} from "../../http/index.ts"
import { CardDetails, loadDetails, ownParty, partyRoles } from "../../parties/index.ts"
import { changeCard } from "../cards.ts"
import type { PartnerParts, Shown } from "./parts.ts"
import { roleWord } from "./words.ts"

const PATH = "/node/party"
const lines = z
  .string()
  .max(20_000)
  .default("")
  .transform((text) =>
    text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  )
const short = z.string().max(200).default("")
/** As people type it: one thing a line, or with commas. */
const Typed = z
  .object({
    ...{ places: lines, languages: lines, networks: lines, domains: lines },
    roles: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
    ...{ "desk-name": short, "desk-phone": short, "desk-email": short, "desk-hours": short },
    "desk-zone": short.refine((zone) => zone === "" || isTimeZone(zone), "card.no-zone"),
  })
  .transform(({ places, ...typed }, context) => {
    const desk = {
      ...{ name: typed["desk-name"], phone: typed["desk-phone"], email: typed["desk-email"] },
      ...{ hours: typed["desk-hours"], zone: typed["desk-zone"] },
    }
    const said = { places: places.map((code) => code.toUpperCase()), languages: typed.languages, roles: typed.roles }
    const rest = { networks: typed.networks, domains: typed.domains.map((name) => name.toLowerCase()), desk }
    const parsed = CardDetails.safeParse({ ...said, ...rest })
    if (parsed.success) return parsed.data
    for (const { path } of parsed.error.issues) {
      const field = path[0] === "desk" ? `desk-${String(path[1])}` : String(path[0])
      context.addIssue({ code: "custom", path: [field], message: "form.invalid" })
    }
    return z.NEVER
  })

/** The own card: what partners that were chosen learn of this organisation, and nobody else. */
export async function cardPage({ store }: PartnerParts, visit: Visit, sent: Shown = noForm): Promise<Reply> {
  const { t, ask } = visit
  const details = await loadDetails(store)
  const own = await ownParty(store)
  const { desk } = details
  const shown = { t, ...sent }
  const text = (items: readonly string[]) => items.join("\n")
  const one = (name: string, label: string, value: string) => inputField(shown, { name, label, value, most: 200 })
  const boxes = partyRoles.map((role) => {
    const checked = (sent.given.roles ?? details.roles).includes(role)
    return html`<label><input type="checkbox" name="roles" value="${role}"${checked ? html` checked` : nothing}> ${roleWord(t, role)}</label> `
  })
  const faulty = Object.keys(sent.faults).length > 0
  const saved = ask.method === "GET" && ask.query.get("done") === "saved" ? notice(t("card.is-saved")) : nothing
  const body = html`${saved}${errorSummary(t, sent.faults)}<p>${t("card.what")}</p><p><strong>${visible(own?.name ?? "")}</strong></p><form method="post" action="${PATH}">
${textField(shown, { name: "places", label: t("partner.places"), hint: t("card.places-hint"), rows: 2, value: text(details.places) })}
<fieldset class="field" id="field-roles"><legend>${t("partner.roles")}</legend><div class="line-boxes">${boxes}</div></fieldset>
${textField(shown, { name: "languages", label: t("partner.languages"), hint: t("card.languages-hint"), rows: 2, value: text(details.languages) })}
${section(t("partner.desk"), html`${one("desk-name", t("card.desk-name"), desk.name)}${one("desk-phone", t("partner.phone"), desk.phone)}${one("desk-email", t("partner.email"), desk.email)}${one("desk-hours", t("partner.hours"), desk.hours)}${inputField(shown, { name: "desk-zone", label: t("card.zone"), hint: t("card.zone-hint"), value: desk.zone, most: 60 })}`)}
${textField(shown, { name: "networks", label: t("partner.networks"), hint: t("card.networks-hint"), rows: 4, value: text(details.networks) })}
${textField(shown, { name: "domains", label: t("partner.domains"), hint: t("card.domains-hint"), rows: 4, value: text(details.domains) })}
<p>${t("card.goes-to")}</p>${actions(t("card.save"))}</form>`
  return visit.page({ title: t("nav.party"), place: "party", body, status: faulty ? 400 : 200 })
}

export async function cardSaved(parts: PartnerParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Typed)
  if (!form.ok) return cardPage(parts, visit, form)
  await changeCard(parts.peering, form.value, visit.person().commitment)
  return visit.redirect(`${PATH}?done=saved`)
}
