import { type Html, html, type Translate } from "../../http/index.ts"

/** Some lines to copy as they stand: settings, a command, a signed text. */
export function snippet(t: Translate, text: string): Html {
  return html`<div class="snippet"><pre tabindex="0">${text}</pre><button type="button" class="needs-script copy" data-copy="${text}">${t("copy.this")}</button></div>`
}
