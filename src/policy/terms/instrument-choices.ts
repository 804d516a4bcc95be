import type { Visit } from "../../accounts/index.ts"
import { type Choice, visibleText } from "../../http/index.ts"

/** The instruments of this node's facts by name, and those that are chosen already where the facts do not have them. */
export function instrumentChoices(visit: Visit, chosen: readonly string[]): Choice[] {
  const { instruments, viewer, format } = visit
  const known = instruments(viewer.language)
  const unknown = chosen.filter((id) => !known.has(id)).map((id) => [id, id] as const)
  return [...known, ...unknown]
    .map(([value, name]) => ({ value, label: visibleText(name) }))
    .toSorted((a, b) => format.compare(a.label, b.label))
}
