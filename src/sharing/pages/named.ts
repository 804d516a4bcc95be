import { type Html, html, shortId, type Translate, visible, visibleText } from "../../http/index.ts"
import type { Hit } from "../../library/index.ts"
import { defangedName, hasWord, typeOfId } from "../../stix/index.ts"

/** What is needed to call an object by its name. */
export type Named = Pick<Hit, "id" | "type" | "name" | "revoked">

/** The type in words; custom types are called as they are. */
export function typeWord(t: Translate, type: string): string {
  return hasWord(type) ? t(`type.${type}`) : visibleText(type)
}

/** Address of an object's page. */
export function objectPath(id: string): string {
  return `/share/objects/${encodeURIComponent(id)}`
}

/** A name with its unseen signs as marks. */
export function nameShown(type: string, name: string): Html {
  return visible(defangedName(type, name))
}

/** The same as plain text, for pictures, titles and what programs write. */
export function nameText(t: Translate, { type, name }: Pick<Named, "type" | "name">): string {
  return name === null ? typeWord(t, type) : visibleText(defangedName(type, name))
}

/** The name as a link to the object's page; one without a name is called by its type. */
export function objectLink(t: Translate, { id, type, name, revoked }: Named): Html {
  const text = name === null ? html`<span class="quiet">${typeWord(t, type)}</span>` : nameShown(type, name)
  const mark = revoked ? html` <span class="quiet small">· ${t("object.state.revoked")}</span>` : null
  return html`<a href="${objectPath(id)}">${text}</a>${mark}`
}

/** A reference to another object: its name as a link with its type, or its id if it is not here. */
export function reference(t: Translate, id: string, hit: Named | null | undefined): Html {
  if (hit?.name === null) return objectLink(t, hit)
  if (hit != null) return html`${objectLink(t, hit)} <span class="quiet small">${typeWord(t, hit.type)}</span>`
  const type = typeOfId(id)
  const word =
    type === null ? null : html`<span class="quiet small">${typeWord(t, type)} · ${t("object.not-here")}</span>`
  return html`${shortId(t, id)} ${word}`
}
