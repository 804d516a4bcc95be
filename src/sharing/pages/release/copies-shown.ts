import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, visible } from "../../../http/index.ts"
import { redactedWord } from "../../../policy/index.ts"
import type { CopyLine } from "../../release/copy-lines.ts"
import type { Release } from "../../release/model.ts"
import { readPart } from "../../release/queries.ts"
import { Settling } from "../../release/settling.ts"
import { nameText } from "../named.ts"
import type { ReleasePageParts } from "./parts.ts"

/** So many objects are looked at for copies while a person waits for the page, and so many copies shown. */
const LOOKED_AT = 200
const COPIES_SHOWN = 5
const LINES_SHOWN = 400

export type Copy = { id: string; lines: readonly CopyLine[] }

/** The copies themselves, as they would go: the first few, in the collections for which something is taken out. */
export async function copiesShown(parts: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  if (release.source !== null || release.outcome.every(({ redacted }) => redacted === 0)) return nothing
  const copies = await copiesOf(parts, visit, release)
  const names = await parts.search.names(copies.map(({ id }) => id))
  return html`${copies.map((copy) => {
    const hit = names.get(copy.id)
    return copyShown(visit, copy, visible(hit === undefined ? copy.id : nameText(visit.t, hit)))
  })}`
}

async function copiesOf({ store }: ReleasePageParts, { now: time }: Visit, release: Release): Promise<Copy[]> {
  const keys = (await readPart(store, release.key, 0)).slice(0, LOOKED_AT)
  const copies: Copy[] = []
  for (const [at, target] of release.targets.entries()) {
    if ((release.outcome[at]?.redacted ?? 0) === 0) continue
    const settling = await Settling.open({ reader: store, tx: null, time }, target, release, new Set())
    for (const key of keys) {
      if (copies.length >= COPIES_SHOWN) return copies
      const copy = await settling.copyNow(key)
      if (copy !== null) copies.push(copy)
    }
  }
  return copies
}

/** Folded, since it is long: struck through what is taken out, with the reason, and underlined what is written anew. */
export function copyShown({ t, format }: Visit, { lines }: Pick<Copy, "lines">, name: Html | null): Html {
  const shown = lines.slice(0, LINES_SHOWN).map((line, i) => html`${i > 0 ? "\n" : ""}${lineShown(t, line)}`)
  const more = lines.length - LINES_SHOWN
  const rest =
    more > 0 ? html`<p class="quiet small">${t("object.and-more", { count: format.number(more) })}</p>` : nothing
  return html`<details><summary>${t("release.see-copy")}${name === null ? nothing : html` ${name}`}</summary><p class="quiet small">${t("release.copy-legend")}</p><pre class="source">${shown}</pre>${rest}</details>`
}

function lineShown(t: Visit["t"], { text, is, what }: CopyLine): Html {
  const why = what === null ? nothing : html` <span class="quiet small">${redactedWord(t, what)}</span>`
  const words = text.trimStart()
  const indent = text.slice(0, text.length - words.length)
  if (is === "out") return html`${indent}<del>${visible(words)}</del>${why}`
  return html`${indent}${is === "new" ? html`<ins>${visible(words)}</ins>` : visible(words)}`
}
