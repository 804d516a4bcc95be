import { z } from "zod"
import { Name, roles, type Visit } from "../accounts/index.ts"
import {
  actions,
  choiceField,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  languages,
  selectField,
  type Translate,
} from "../http/index.ts"
import { EUROPEAN_UNION, isPlace, PLACE_CODES } from "../kernel/places.ts"
import { type PartyKind, PartyName, partyKinds } from "../parties/index.ts"

export const PartyStep = z
  .object({
    party: z.string().trim().min(1, "setup.missing-party").pipe(PartyName),
    kind: z.enum(partyKinds, "setup.missing-kind"),
    place: z.string().refine(isPlace, "setup.missing-place"),
  })
  .transform(({ party, ...rest }) => ({ ...rest, name: party }))

export const AdministratorStep = z.object({
  name: Name,
  language: z.enum(languages),
  role: z.enum(["none", ...roles]).transform((role) => (role === "none" ? null : role)),
})

export function partyForm({ t, ask, format }: Visit, given: Given, faults: Faults): Html {
  const shown = { t, given, faults }
  const kinds = partyKinds.map((value) => ({ value, label: kindName(t, value) }))
  const places = [...PLACE_CODES, EUROPEAN_UNION]
    .map((value) => ({ value, label: format.place(value) }))
    .toSorted((a, b) => format.compare(a.label, b.label))
  const none = { value: "", label: t("setup.choose") }
  return html`${errorSummary(t, faults)}<p>${t("setup.party-what")}</p><form method="post" action="${ask.path}">
${inputField(shown, { name: "party", label: t("setup.party-name"), hint: t("setup.party-name-hint"), autocomplete: "organization", most: 200 })}
${choiceField(shown, { name: "kind", label: t("setup.kind"), choices: kinds })}
${selectField(shown, { name: "place", label: t("setup.place"), hint: t("setup.place-hint"), choices: [none, ...places] })}
${actions(t("setup.continue"))}</form>`
}

/** Sentences of the four kinds of party, as the treaties and papers call them. */
function kindName(t: Translate, kind: PartyKind): string {
  const names = {
    government: t("party.government"),
    company: t("party.company"),
    civil: t("party.civil"),
    international: t("party.international"),
  }
  return names[kind]
}

export function administratorForm({ t, ask, viewer }: Visit, given: Given, faults: Faults): Html {
  const shown = { t, given, faults }
  const before = ["party", "kind", "place"].map(
    (name) => html`<input type="hidden" name="${name}" value="${given[name]?.[0] ?? ""}">`,
  )
  const choices = [
    { value: "none", label: t("people.no-role"), hint: t("people.none-may") },
    { value: "reader", label: t("role.reader"), hint: t("people.reader-may") },
    { value: "analyst", label: t("role.analyst"), hint: t("people.analyst-may") },
    { value: "officer", label: t("role.officer"), hint: t("people.officer-may") },
  ]
  const spoken = languages.map((value) => ({ value, label: viewer.format.languageName(value) }))
  return html`${errorSummary(t, faults)}<p>${t("setup.administrator-what")}</p><form method="post" action="${ask.path}">${before}
${inputField(shown, { name: "name", label: t("setup.your-name"), hint: t("people.name-hint"), autocomplete: "name", most: 200 })}
${selectField(shown, { name: "language", label: t("setup.your-language"), value: viewer.language, choices: spoken })}
${choiceField(shown, { name: "role", label: t("setup.your-role"), hint: t("setup.your-role-hint"), choices, value: "analyst" })}
${actions(t("setup.continue"))}</form>`
}
