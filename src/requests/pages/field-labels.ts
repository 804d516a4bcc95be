import type { Translate } from "../../http/index.ts"
import type { RequestCore } from "../core.ts"
import { type FormRow, formRows, labelOf, OWN_FIELDS } from "../forms.ts"

/** What the node asks for beside a form has no row there; its label stands with those of the rows. */
const OWN_LABELS: Readonly<Record<string, string>> = {
  "whom.place": "place",
  "whom.authority": "requested-authority",
  "provider.name": "provider",
  "provider.confirmed": "controller",
  items: "sought-data",
}

export function rowLabel(t: Translate, row: Pick<FormRow, "id">): string {
  return t(`form-field.${labelOf(row)}`)
}

export function ownLabel(t: Translate, path: string): string {
  return t(`form-field.${OWN_LABELS[path] ?? path}`)
}

/** Parts of the authority that asks, for a form that has one field for all of it. */
export const WHO_PARTS: readonly (keyof RequestCore["who"])[] = [
  ...(["organisation", "person", "address", "telephone", "mobile"] as const),
  ...(["email", "fax", "hours", "zone", "reply"] as const),
]

/** Every label that a page or document can ask for. */
export function fieldLabels(): string[] {
  const own = Object.values(OWN_FIELDS)
    .flat()
    .map((path) => OWN_LABELS[path] ?? path)
  return [...new Set([...formRows().map(labelOf), ...own, ...WHO_PARTS])]
}
