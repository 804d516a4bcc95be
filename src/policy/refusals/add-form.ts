import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  type Choice,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  type Shown,
  section,
  selectField,
} from "../../http/index.ts"
import { EUROPEAN_UNION, PLACE_CODES } from "../../kernel/places.ts"
import { OBJECT_KINDS, REFUSAL_KINDS, type RefusalKind, TEXT_MOST, VALUE_MOST } from "./model.ts"
import { kindWord, objectKindWord } from "./words.ts"

export type Sent = { given: Given; faults: Faults }

/** One kind at a time, by the address, so that each has the field that suits it. */
export function addForm(visit: Visit, { given, faults }: Sent): Html {
  const { t } = visit
  const wanted = given.kind?.[0] ?? visit.ask.query.get("add")
  const kind = REFUSAL_KINDS.find((one) => one === wanted) ?? "place"
  const shown = { t, given, faults }
  const text = { most: TEXT_MOST, size: "long" } as const
  return section(
    t("refusal.add"),
    html`<p class="actions">${REFUSAL_KINDS.map((one) => html`${choice(visit, one, one === kind)} `)}</p>
<form method="post" action="/node/refusals" class="decision"><input type="hidden" name="kind" value="${kind}">
${valueField(visit, shown, kind)}
${inputField(shown, { ...text, name: "source", label: t("refusal.source"), hint: t("refusal.source-hint"), required: true })}
${inputField(shown, { ...text, name: "reason", label: t("refusal.reason"), hint: t("refusal.reason-hint") })}
${inputField(shown, { name: "since", type: "date", size: "short", label: t("refusal.since"), hint: t("refusal.since-hint") })}
<p>${t("refusal.add-what")}</p>${actions(t("refusal.add-go"))}</form>`,
    "add",
  )
}

function choice({ t }: Visit, kind: RefusalKind, current: boolean): Html {
  const word = kindWord(t, kind)
  return current
    ? html`<strong aria-current="true">${word}</strong>`
    : html`<a href="/node/refusals?add=${kind}#add">${word}</a>`
}

function valueField(visit: Visit, shown: Shown, kind: RefusalKind): Html {
  const { t } = visit
  const field = { name: "value", label: kindWord(t, kind), required: true }
  if (kind === "party") {
    return inputField(shown, { ...field, hint: t("refusal.party-hint"), most: VALUE_MOST, spellcheck: false })
  }
  const choices = kind === "place" ? placeChoices(visit) : kindChoices(visit)
  return selectField(shown, { ...field, choices: [{ value: "", label: t("setup.choose") }, ...choices] })
}

function placeChoices({ format }: Visit): Choice[] {
  return [...PLACE_CODES, EUROPEAN_UNION]
    .map((value) => ({ value, label: format.place(value) }))
    .toSorted((a, b) => format.compare(a.label, b.label))
}

/** In the order of the list: what export control names comes first. */
function kindChoices({ t }: Visit): Choice[] {
  return OBJECT_KINDS.map((value) => ({ value, label: objectKindWord(t, value) }))
}
