import type { PageRoute, Visit } from "../../accounts/index.ts"
import {
  formatOf,
  type Html,
  html,
  type Language,
  languages,
  nothing,
  notice,
  type Reply,
  translator,
  visible,
} from "../../http/index.ts"
import { formatInstant } from "../../kernel/time.ts"
import { ownParty } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import { contentHash, coreOf } from "../core.ts"
import { type Draft, loadDraft } from "../drafts.ts"
import { measureOf, nameKey, rowsOf } from "../forms.ts"
import { faultsOf, isLanguage } from "../rules.ts"
import { documentBody } from "./document.ts"

const SHOWN_MOST = 40

export function documentPages(store: Store): PageRoute[] {
  const path = "/respond/drafts/:id/document"
  return [{ method: "GET", path, who: "role:analyst", handle: (visit) => page(store, visit) }]
}

/** In the language of whoever gets it, which need not be the viewer's. */
async function page(store: Store, visit: Visit): Promise<Reply> {
  const draft = await loadDraft(store, visit.ask.params.id ?? "")
  const party = await ownParty(store)
  const wanted = visit.ask.query.get("language")
  const language = languages.find((one) => one === wanted) ?? null
  const shown = language ?? visit.viewer.language
  const t = translator(shown)
  const title = t(nameKey(draft.form))
  return visit.page({
    ...{ title, heading: html`<span lang="${shown}">${title}</span>`, bare: true },
    body: html`${choice(visit, draft, wanted, language)}${readiness(visit, draft, shown)}${sheet(visit, draft, shown, title, party?.name ?? "")}`,
  })
}

/** What is said to the person at the screen, in the viewer's language; none of it is printed. */
function choice({ t, format }: Visit, { id }: Draft, wanted: string | null, found: Language | null): Html {
  const links = languages.map(
    (one) =>
      html`<li class="chip"><a href="/respond/drafts/${id}/document?language=${one}" lang="${one}"${one === found ? html` aria-current="true"` : nothing}>${t(`language.${one}`)}</a></li>`,
  )
  const asked = (wanted ?? "").slice(0, SHOWN_MOST)
  const lacking =
    asked === "" || found !== null
      ? nothing
      : notice(html`${t("request.no-labels", { language: nameOf(format, asked) })}`, "warning")
  return html`<div class="no-print">${lacking}<p>${t("request.document-language")}</p><ul class="chips">${links}</ul>
<p class="hint">${t("request.document-language-what")}</p><p><a href="/respond/drafts/${id}">${t("request.back-to-draft")}</a></p></div>`
}

function nameOf(format: Visit["format"], code: string): string {
  return isLanguage(code) ? format.languageName(code) : "?"
}

/** Printed too, for whoever gets the sheet: paper cannot be asked whether it was ready. */
function readiness({ now }: Visit, { form, fields }: Draft, language: Language): Html {
  const faults = Object.keys(faultsOf(form, fields, now)).length
  if (faults === 0) return nothing
  const count = formatOf(language, "UTC").number(faults)
  return html`<div lang="${language}">${notice(translator(language)("request.document-faulty", { count }), "warning")}</div>`
}

/** The line at the foot stands on every page: whose it is, what, when, and the hash of what it says. */
function sheet({ now }: Visit, { form, fields }: Draft, language: Language, title: string, party: string): Html {
  const t = translator(language)
  const core = coreOf(fields, measureOf(form))
  const at = `${formatInstant(now).slice(0, 19).replace("T", " ")} UTC`
  const unseen = rowsOf(form).some(({ verified }) => verified !== "yes")
  const foot = html`${visible(party)} · ${title} · ${at}<br>SHA-256 <span class="mono">${contentHash(form, core)}</span>`
  return html`<table class="sheet" role="presentation" lang="${language}"><tbody><tr><td>${documentBody(form, core, { t, format: formatOf(language, "UTC") })}
${unseen ? html`<p class="quiet">† ${t("request.unverified")}</p>` : nothing}<p class="quiet">${t("request.hash-what")}</p></td></tr></tbody>
<tfoot><tr><td>${foot}</td></tr></tfoot></table>`
}
