import { type Html, html, type Translate, visible, visibleText } from "../../../http/index.ts"
import { type Hit, nameOf } from "../../../library/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { defangedName } from "../../../stix/index.ts"
import { nameShown, typeWord } from "../named.ts"
import { relationWord } from "./relating.ts"
import { textAt } from "./showing.ts"

/** What the page is called: as text for the document, as markup for the heading. */
export type Title = { text: string; heading: Html }

/** Relationships, sightings and translations have no name of their own: they are called by what they are about. */
export function titleOf(t: Translate, type: string, object: JsonObject, names: ReadonlyMap<string, Hit>): Title {
  const end = (property: string) => endOf(t, names, textAt(object, property))
  switch (type) {
    case "relationship": {
      const word = relationWord(t, textAt(object, "relationship_type") ?? "", true)
      const [from, to] = [end("source_ref"), end("target_ref")]
      return {
        text: `${from} → ${to}`,
        heading: html`${visible(from)} <span class="quiet">${word}</span> ${visible(to)}`,
      }
    }
    case "sighting":
      return called(t("object.title.sighting", { name: end("sighting_of_ref") }))
    case "language-content":
      return called(t("object.title.translation", { name: end("object_ref") }))
    default:
      return namedTitle(t, type, nameOf(object, type))
  }
}

function namedTitle(t: Translate, type: string, name: string | null): Title {
  if (name === null) return called(typeWord(t, type))
  return { text: visibleText(defangedName(type, name)), heading: nameShown(type, name) }
}

function called(text: string): Title {
  return { text: visibleText(text), heading: visible(text) }
}

function endOf(t: Translate, names: ReadonlyMap<string, Hit>, id: string | null): string {
  const hit = id === null ? undefined : names.get(id)
  if (hit === undefined) return id === null ? "…" : `${id.slice(0, id.indexOf("--") + 10)}…`
  return hit.name === null ? typeWord(t, hit.type) : defangedName(hit.type, hit.name)
}
