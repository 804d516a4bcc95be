import { z } from "zod"
import {
  addProgram,
  listPrograms,
  OWN_USE,
  type PageRoute,
  type Program,
  SERVED,
  type Visit,
} from "../../../accounts/index.ts"
import {
  actions,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  type Reply,
  section,
  selectField,
  table,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { type Collection, listCollections } from "../../../library/index.ts"
import { PURPOSES, purposeWord } from "../../../policy/index.ts"
import { RIGHTS, Rights, rightsField, rightsOf, rightWord, servedWord } from "./rights.ts"
import { type ProgramParts, programPath, tokenPage } from "./token-page.ts"

const NewProgram = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}:]+$/u, "programs.name-signs"),
  serves: z.enum(SERVED).default(OWN_USE.serves),
  purpose: z.enum(PURPOSES).default("defence"),
  [RIGHTS]: z.preprocess((given) => given ?? [], Rights),
})

export function listPages(parts: ProgramParts): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/programs", who: "role:administrator" },
      handle: (visit) => page(parts, visit, noForm),
    },
    {
      ...{ method: "POST", path: "/share/programs", who: "role:administrator", stepUp: true },
      handle: (visit) => add(parts, visit),
    },
  ]
}

/** The token stands on the answer itself: not in an address, not in a second answer. */
async function add(parts: ProgramParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewProgram)
  if (!form.ok) return page(parts, visit, form, 400)
  const { name, serves, purpose } = form.value
  const rights = rightsOf(form.value[RIGHTS], await listCollections(parts.store))
  if (rights.size === 0)
    return page(parts, visit, { ...form, faults: { [RIGHTS]: { key: "programs.no-rights" } } }, 400)
  try {
    const token = await addProgram(
      parts.store,
      { name, admin: false, rights, use: { serves, purpose } },
      visit.person().commitment,
    )
    parts.authenticator.forget()
    return await tokenPage(parts, visit, name, token)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "account.exists") throw error
    return page(parts, visit, { ...form, faults: { name: { key: "programs.name-taken" } } }, 409)
  }
}

async function page(
  { store }: ProgramParts,
  visit: Visit,
  { given, faults }: { given: Given; faults: Faults },
  status = 200,
): Promise<Reply> {
  const { t, format } = visit
  const [programs, found] = await Promise.all([listPrograms(store), listCollections(store)])
  const collections = found.toSorted((a, b) => format.compare(a.title, b.title))
  return visit.page({
    title: t("nav.programs"),
    place: "programs",
    status,
    body: html`${errorSummary(t, faults)}<p>${t("programs.what")}</p>${list(visit, programs, collections)}${newProgram(visit, collections, given, faults)}`,
  })
}

function list(visit: Visit, programs: readonly Program[], collections: readonly Collection[]): Html {
  const { t, format } = visit
  const titles = new Map(collections.map(({ id, title }) => [String(id), title]))
  return table<Program>({
    caption: t("nav.programs"),
    rows: programs,
    empty: emptyState(t("programs.none"), { href: "#new", label: t("programs.make") }),
    columns: [
      {
        label: t("programs.name"),
        kind: "name",
        cell: ({ account, name }) => html`<a href="${programPath(account)}">${visible(name)}</a>`,
      },
      { label: t("programs.rights"), cell: ({ rights }) => rightsCell(visit, rights, titles) },
      { label: t("programs.created"), kind: "quiet", wide: true, cell: ({ createdAt }) => format.time(createdAt) },
      {
        label: t("programs.used"),
        kind: "quiet",
        cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("programs.never-used") : format.time(lastUsedAt)),
      },
    ],
  })
}

function rightsCell({ t, format }: Visit, rights: Program["rights"], titles: ReadonlyMap<string, string>): Html {
  const [first, ...others] = [...rights]
  if (first === undefined) return html`<span class="quiet">${t("programs.without-rights")}</span>`
  const [id, right] = first
  const more = others.length === 0 ? nothing : html` ${t("programs.and-more", { count: format.number(others.length) })}`
  return html`${rightWord(t, right)} ${visible(titles.get(id) ?? id)}${more}`
}

function newProgram({ t }: Visit, collections: readonly Collection[], given: Given, faults: Faults): Html {
  if (collections.length === 0) {
    const first = emptyState(t("programs.no-collections"), {
      href: "/share/collections#new",
      label: t("collections.make"),
    })
    return section(t("programs.new"), first, "new")
  }
  const shown = { t, given, faults }
  const fault = faults[RIGHTS]
  const name = inputField(shown, {
    ...{ name: "name", label: t("programs.name"), hint: t("programs.name-hint"), required: true, most: 200 },
    spellcheck: false,
  })
  const whom = selectField(shown, {
    name: "serves",
    label: t("programs.serves"),
    choices: choicesOf(SERVED, (one) => servedWord(t, one)),
  })
  const what = selectField(shown, {
    ...{ name: "purpose", label: t("programs.purpose"), hint: t("programs.use-hint") },
    choices: choicesOf(PURPOSES, (one) => purposeWord(t, one)),
  })
  return section(
    t("programs.new"),
    html`<form method="post" action="/share/programs">${name}${whom}${what}
<fieldset class="field${fault === undefined ? "" : " faulty"}" id="field-${RIGHTS}"><legend>${t("programs.rights")}</legend><p class="hint">${t("programs.rights-hint")}</p>${fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`}${rightsField(t, collections, given, new Map())}</fieldset>
${actions(t("programs.make"))}</form>`,
    "new",
  )
}

function choicesOf<One extends string>(all: readonly One[], word: (one: One) => string) {
  return all.map((value) => ({ value, label: word(value) }))
}
