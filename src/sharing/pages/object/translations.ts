import { type Html, html, type Language, pickLanguage } from "../../../http/index.ts"
import { type JsonObject, resolveSelector } from "../../../stix/index.ts"
import { objectLink, objectPath } from "../named.ts"
import type { Companion } from "./gathering.ts"
import { isObject, type Showing, textAt } from "./showing.ts"
import { shown } from "./values.ts"

/** What a language-content object gives for a property, in the reader's language. */
export type Translation = { value: JsonObject[string]; tag: string; from: Companion; ofThisVersion: boolean }

/** Translations by property (STIX 2.1 section 7.1), those made for this version before others. */
export function translationsFor(
  companions: readonly Companion[],
  object: JsonObject,
  language: Language,
): ReadonlyMap<string, Translation> {
  const found = new Map<string, Translation>()
  for (const from of companions) {
    const contents = isObject(from.object.contents) ? from.object.contents : {}
    const modified = textAt(from.object, "object_modified")
    const ofThisVersion = modified === null || modified === object.modified
    for (const [tag, words] of Object.entries(contents)) {
      if (!isObject(words) || !isOf(tag, language)) continue
      for (const [name, value] of Object.entries(words)) {
        const known = found.get(name)
        if (resolveSelector(object, name) === null || (known !== undefined && (known.ofThisVersion || !ofThisVersion)))
          continue
        found.set(name, { value, tag, from, ofThisVersion })
      }
    }
  }
  return found
}

/** RFC 5646 tags: `zh-TW` is traditional Chinese; a language without a page of ours is nobody's. */
function isOf(tag: string, language: Language): boolean {
  return /^(?:en|zh)(?:-|$)/i.test(tag) && pickLanguage(tag) === language
}

/** The translation under what it translates, with who made it. */
export function translationShown(showing: Showing, type: string, name: string, translation: Translation): Html {
  const { t } = showing
  const { value, tag, from, ofThisVersion } = translation
  const author = showing.names.get(textAt(from.object, "created_by_ref") ?? "")
  const by = author === undefined ? null : html` · ${objectLink(t, author)}`
  const warning = ofThisVersion ? null : html` ${t("object.translation-of-another")}`
  return html`<div class="translation"><span lang="${tag}">${shown(showing, type, name, value)}</span> <span class="quiet small"><a href="${objectPath(from.hit.id)}">${t("object.translation")}</a>${by}${warning}</span></div>`
}
