import { type Html, html, type Piece, type Translate } from "../../http/index.ts"

/** Some lines to copy as they stand: settings, a command, a signed text; `beside` stands next to the button. */
export function snippet(t: Translate, text: string, beside: Piece = null): Html {
  return html`<div class="snippet"><pre tabindex="0">${text}</pre><div class="actions"><button type="button" class="needs-script copy" data-copy="${text}">${t("copy.this")}</button>${beside}</div></div>`
}
