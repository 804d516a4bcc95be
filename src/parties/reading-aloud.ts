import { type Html, html } from "../http/index.ts"
import type { Fingerprint } from "./fingerprint.ts"

/** A fingerprint as two people read it to each other: words in threes, numbered, and the digits. They stay English. */
export function wordsAloud({ words }: Fingerprint): Html {
  return html`<ol class="aloud" lang="en" translate="no">${words.map((word) => html`<li>${word}</li>`)}</ol>`
}

export function digitsAloud({ digits }: Fingerprint): Html {
  return html`<p class="aloud-digits mono">${digits}</p>`
}
