import { languages, type Translate, translator } from "../../http/index.ts"
import { USUAL_SAFEGUARD } from "./model.ts"

/** In the reader's language where it is the usual one, else as it was written. */
export function safeguardText(t: Translate, safeguard: string): string {
  return safeguard === USUAL_SAFEGUARD ? t("terms.safeguard-usual") : safeguard
}

/** What somebody typed: the usual one in any language is one and the same term. */
export function safeguardTyped(typed: string): string {
  const usual = languages.some((language) => translator(language)("terms.safeguard-usual") === typed)
  return usual ? USUAL_SAFEGUARD : typed
}
