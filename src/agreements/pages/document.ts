import type { Visit } from "../../accounts/index.ts"
import { formatOf, type Html, html, type Language, languages, nothing, translator, visible } from "../../http/index.ts"
import { formatInstant, type Instant } from "../../kernel/time.ts"
import { type AgreementText, saidIn, textHash } from "../model.ts"
import { textShown, type Wording } from "./text.ts"
import { languagesShown, natureWord, partiesShown } from "./words.ts"

export type Printed = { text: AgreementText; party: string; now: Instant; more?: (wording: Wording) => Html }
export type Sheet = Printed & Pick<Visit, "instruments">

/**
 * A text as it is printed: in each authentic language, one after the other, the words that are not of the text in the
 * same language where the node has it.
 */
export function sheet(viewer: Language, { text, party, now, more, instruments }: Sheet): Html {
  const own = wordingIn(viewer, instruments)
  const equally =
    text.languages.length > 1
      ? html`<p class="quiet">${own.t("agreement.equally-authentic", { languages: languagesShown(own, text) })}</p>`
      : nothing
  return printed(
    viewer,
    { text, party, now },
    html`<div class="agreement-text">${text.languages.map((one) => inLanguage(viewer, { text, instruments }, one))}
${equally}${more?.(own) ?? nothing}<p class="quiet">${own.t("agreement.hash-what")}</p></div>`,
  )
}

/** A sheet with the line that stands at the foot of each page of it. */
export function printed(viewer: Language, { text, party, now }: Printed, body: Html): Html {
  const t = translator(viewer)
  const at = `${formatInstant(now).slice(0, 19).replace("T", " ")} UTC`
  const foot = html`${visible(party)} · ${visible(saidIn(text, text.title, viewer))} · ${at}<br>${t("agreement.hash")} <span class="mono">${textHash(text)}</span>`
  return html`<table class="sheet"><tbody><tr><td>${body}</td></tr></tbody>
<tfoot><tr><td>${foot}</td></tr></tfoot></table>`
}

function wordingIn(language: Language, instruments: Sheet["instruments"]): Wording {
  const instrument = (id: string) => instruments(language).get(id) ?? id
  return { t: translator(language), format: formatOf(language, "UTC"), instrument }
}

function inLanguage(
  viewer: Language,
  { text, instruments }: Pick<Sheet, "text" | "instruments">,
  language: string,
): Html {
  const spoken = languages.find((one) => one === language) ?? viewer
  const wording = wordingIn(spoken, instruments)
  const { t } = wording
  const title = text.title[language] ?? ""
  return html`<div class="version" lang="${spoken}"><h2 class="document-title" lang="${language}">${title === "" ? t("agreement.untitled") : visible(title)}</h2>
<p>${natureWord(t, text.nature)}</p><h3>${t("agreement.parties")}</h3>${partiesShown(wording, text.parties)}<p class="quiet">${t("agreement.signature-what")}</p>
${textShown(wording, text, language)}</div>`
}
