import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, type Piece, type Shown, selectField, visible } from "../../../http/index.ts"
import type { Peer } from "../../../parties/index.ts"
import type { Held, Mode } from "../../asking/model.ts"
import { OPEN_TYPES } from "../../items/types.ts"
import { typeWord } from "../words.ts"

type Tick = { value: string; label: Piece; hint?: Piece; checked?: boolean }

/** Several of a few; `checked` holds until somebody sent the form. */
export function tickField(
  { t, given, faults }: Shown,
  { name, label, hint, choices }: { name: string; label: string; hint?: string; choices: readonly Tick[] },
): Html {
  const sent = Object.keys(given).length > 0
  const boxes = choices.map(({ value, label: words, hint: about, checked }, i) => {
    const id = i === 0 ? `field-${name}` : `field-${name}-${i}`
    const on = sent ? (given[name] ?? []).includes(value) : checked === true
    const described = about === undefined ? nothing : html` aria-describedby="${id}-hint"`
    const beside = about === undefined ? nothing : html`<span class="hint" id="${id}-hint">${about}</span>`
    return html`<div class="choice"><input type="checkbox" id="${id}" name="${name}" value="${value}"${on ? html` checked` : nothing}${described}><label for="${id}">${words}</label>${beside}</div>`
  })
  const fault = faults[name]
  const wrong = fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`
  const under = hint === undefined ? nothing : html`<p class="hint">${hint}</p>`
  return html`<fieldset class="field${fault === undefined ? "" : " faulty"}"><legend>${label}</legend>${under}${wrong}${boxes}</fieldset>`
}

/** Where a value could be several things, somebody has to say which. */
export function asField({ t }: Visit, shown: Shown): Html {
  return selectField(shown, {
    ...{ name: "as", label: t("match-ask.as"), hint: t("match-ask.as-hint"), value: "" },
    choices: [
      { value: "", label: t("match-ask.as-it-is") },
      ...OPEN_TYPES.map((type) => ({ value: type, label: typeWord(t, type) })),
    ],
  })
}

/** What `asField` sends. */
export const As = z
  .enum(["", ...OPEN_TYPES])
  .default("")
  .transform((as) => (as === "" ? null : as))

type Offers = { held: readonly Held[]; mode: Mode; preset: readonly string[] }

/** Which partners to ask, each with what it answers, as it told last. */
export function askedField(visit: Visit, shown: Shown, active: readonly Peer[], { held, mode, preset }: Offers): Html {
  const { t } = visit
  const choices = active.map(({ party, name }) => {
    const theirs = held.filter((one) => one.party === party && one.mode === mode)
    return { value: party, label: visible(name), hint: offersText(visit, theirs), checked: preset.includes(party) }
  })
  return tickField(shown, {
    ...{ name: "party[]", label: t("match-ask.partners"), hint: t("match-ask.partners-hint") },
    choices: choices
      .toSorted((a, b) => Number(b.hint !== null) - Number(a.hint !== null))
      .map((one) => {
        const { hint, ...rest } = one
        return { ...rest, hint: hint ?? t("match-offers.nothing") }
      }),
  })
}

/** By type what is left today; null where it answers nothing. */
function offersText({ t, format }: Visit, held: readonly Held[]): string | null {
  const types = OPEN_TYPES.flatMap((type) => {
    const of = held.filter((one) => one.type === type)
    if (of.length === 0) return []
    const [left, quota] = [of.map((one) => one.left), of.map((one) => one.quota)].map((all) => Math.min(...all))
    const numbers = { left: format.number(left ?? 0), quota: format.number(quota ?? 0) }
    return [t("match-offers.left", { type: typeWord(t, type), ...numbers })]
  })
  return types.length === 0 ? null : t("match-offers.today", { types: format.list(types) })
}
