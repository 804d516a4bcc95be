import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, knows, type State, stateMark, type Translate, visible } from "../../../http/index.ts"
import { type Collection, loadCollection } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import type { Imports } from "../../intake/imports.ts"
import type { Import, ImportState } from "../../intake/model.ts"

export type ImportParts = { store: Store; imports: Imports }

export function importPath({ id }: Pick<Import, "id">): string {
  return `/share/imports/${id}`
}

/** The import that the address names; throws `not-found import.unknown`. */
export function importOfVisit({ imports }: ImportParts, { ask }: Visit): Promise<Import> {
  return imports.get(ask.params.id ?? "")
}

/** Null if it was removed since. */
export async function collectionOf({ store }: ImportParts, { collection }: Import): Promise<Collection | null> {
  try {
    return await loadCollection(store, collection)
  } catch {
    return null
  }
}

/** The file's name, or that it was pasted. */
export function nameOf(t: Translate, { name }: Pick<Import, "name">): Html {
  return name === "" ? html`${t("intake.pasted")}` : visible(name)
}

const MARKS: Readonly<Record<ImportState, State>> = {
  previewing: "unknown",
  mapping: "conditional",
  previewed: "conditional",
  waiting: "unknown",
  running: "unknown",
  done: "open",
  cancelled: "closed",
  failed: "closed",
  interrupted: "closed",
}

export function stateOf(t: Translate, { state }: Pick<Import, "state">): Html {
  return stateMark(MARKS[state], t(`import.state.${state}`))
}

/** Why an import ended before it was done. */
export function failureSentence(t: Translate, { failure }: Import): string | null {
  if (failure === null) return null
  if (failure.code === "intake.expired") return t("intake.expired")
  const key = `error.${failure.code}`
  return knows("en", key) ? t(`error.${failure.code}`, failure.details) : t("error.internal")
}

/** What it is, where it goes, by one line: `report.csv`, 12 kB, table, into Feeds. */
export function headline(visit: Visit, one: Import, collection: Collection | null): Html {
  const { t, format } = visit
  const into =
    collection === null
      ? t("intake.collection-gone")
      : html`<a href="/share/collections/${collection.id}">${visible(collection.title)}</a>`
  return html`<p>${nameOf(t, one)} · ${format.bytes(one.size)} · ${formatWord(t, one)} → ${into}</p>`
}

export function formatWord(t: Translate, { format }: Pick<Import, "format">): string {
  if (format === "stix") return t("intake.format-stix")
  return format === "csv" ? t("intake.format-csv") : t("intake.format-text")
}

/** A button that stops or gives up; it stands in a form of its own where there is none. */
export function cancelForm(one: Import, label: string): Html {
  return html`<form method="post" action="${importPath(one)}/cancel"><p class="actions"><button>${label}</button></p></form>`
}
