import type { Visit } from "../../accounts/index.ts"
import { type Html, html, inputField, type Shown, selectField } from "../../http/index.ts"
import {
  MATCHED,
  type MatchingRow,
  matchedWord,
  PURPOSES,
  purposeWord,
  safeguardText,
  safeguardTyped,
} from "../../policy/index.ts"

const ROWS_MOST = MATCHED.length * PURPOSES.length
/** So many are empty, to be filled in. */
const ROWS_MORE = 2

/** Which types that name people may be matched, for what, on what basis and how protected: a group for each. */
export function matchingFields(
  { t }: Visit,
  shown: Shown,
  { rows, name }: { rows: readonly MatchingRow[]; name: string },
): Html {
  const types = MATCHED.map((value) => ({ value, label: matchedWord(t, value) }))
  const purposes = PURPOSES.map((value) => ({ value, label: purposeWord(t, value) }))
  const places = Array.from({ length: Math.min(ROWS_MOST, rows.length + ROWS_MORE) }, (_, i) => i)
  const groups = places.map((i) => {
    const row = rows[i]
    const type = { name: `${name}.${i}.type`, label: t("agreement.matching-type"), value: row?.type ?? "" }
    const purpose = { name: `${name}.${i}.purpose`, label: t("agreement.matching-purpose") }
    const line = (part: "basis" | "safeguard", label: string) =>
      inputField(shown, {
        ...{ name: `${name}.${i}.${part}`, label, size: "long", most: 500 },
        value: row === undefined ? "" : safeguardText(t, row[part]),
      })
    return html`<fieldset class="group"><legend>${t("agreement.matching-row", { number: i + 1 })}</legend>${selectField(shown, { ...type, choices: [{ value: "", label: t("agreement.matching-nothing") }, ...types] })}
${selectField(shown, { ...purpose, choices: purposes, value: row?.purpose ?? "investigation" })}${line("basis", t("agreement.matching-basis"))}${line("safeguard", t("agreement.matching-safeguard"))}</fieldset>`
  })
  return html`<div id="field-${name}"><p class="hint">${t("agreement.matching-what")}</p>${groups}</div>`
}

/** What was typed, not checked yet; a group without a type says nothing. */
export function typedMatching(typed: (behind: string) => string): unknown[] {
  return Array.from({ length: ROWS_MOST }, (_, i) => i).flatMap((i) => {
    const type = typed(`.${i}.type`)
    if (type === "") return []
    const said = (part: string) => safeguardTyped(typed(`.${i}.${part}`))
    return [{ type, purpose: typed(`.${i}.purpose`), basis: said("basis"), safeguard: said("safeguard") }]
  })
}
