import { ComityError } from "../kernel/errors.ts"
import { type FormField, type Measure, shippedFacts } from "../law/index.ts"

/** Forms that the node renders, and one that it only lists the points of. */
export const renderedForms = ["budapest-29", "budapest-31", "mla"] as const
export type RenderedForm = (typeof renderedForms)[number]
export const formIds = [...renderedForms, "epoc", "mla-profile"] as const
export type FormId = (typeof formIds)[number]

/** A field of a form as its source has it. */
export type FormRow = Omit<FormField, "ref" | "form"> & { form: FormId }

let known: readonly FormRow[] | null = null

/** Every field of every form that this version knows, from the facts that came with it: their ids are the program's. */
export function formRows(): readonly FormRow[] {
  known ??= shippedFacts().rows.forms.flatMap(({ form, ...row }) => {
    const id = formIds.find((one) => one === form)
    return id === undefined ? [] : [{ ...row, form: id }]
  })
  return known
}

/** The rows of one form in the order of its sections, as the form numbers them; what has no number follows. */
export function rowsOf(form: FormId): readonly FormRow[] {
  const found = inOrder.get(form) ?? sorted(form)
  inOrder.set(form, found)
  return found
}

const inOrder = new Map<FormId, readonly FormRow[]>()

function sorted(form: FormId): FormRow[] {
  return formRows()
    .filter((row) => row.form === form)
    .toSorted((a, b) => orderOf(a.section) - orderOf(b.section))
}

const REST = 1000

function orderOf(section: string): number {
  const number = /^\d+/.exec(section)?.[0]
  return number === undefined ? REST : Number(number)
}

/** What is not for the addressee is in no copy of the addressee: section M of an EPOC. */
export function isForAddressee({ section }: Pick<FormRow, "section">): boolean {
  return !/not to the addressee/i.test(section)
}

/** Throws `not-found request.form`. */
export function parseForm(id: string): FormId {
  const found = formIds.find((one) => one === id)
  if (found === undefined) throw new ComityError("not-found", "request.form")
  return found
}

export function isRendered(form: FormId): form is RenderedForm {
  return renderedForms.some((one) => one === form)
}

/** What a form asks for by its nature; an MLA request says it itself. */
export function measureOf(form: FormId): Measure | null {
  if (form === "budapest-29") return "preserve"
  return form === "budapest-31" ? "produce" : null
}

/** How a request stands to an earlier one; an MLA request has no such field. */
export const STATUSES: Readonly<Record<RenderedForm, readonly string[]>> = {
  "budapest-29": ["new", "extension"],
  "budapest-31": ["new", "follow-up-mla", "follow-up-preservation"],
  mla: [],
}

/** What the node asks for beside the form, since a request without it is sent back. */
export const OWN_FIELDS: Readonly<Record<RenderedForm, readonly string[]>> = {
  "budapest-29": ["whom.place", "basis", "provider.confirmed", "language"],
  "budapest-31": ["whom.place", "provider.confirmed", "language"],
  mla: [
    "date",
    "reference",
    "whom.place",
    "whom.authority",
    "measure",
    "items",
    "link",
    "provider.name",
    "provider.confirmed",
  ],
}

/** The part of a name that says whose field it is; what follows is labelled alike in every form. */
const WHOSE = /^(?:requesting|confirm|investigating|prior-mla|prior-preservation)-(?!authority$)/

/** Name of the label of a field, `form-field.<label>`. */
export function labelOf({ id }: Pick<FormRow, "id">): string {
  return id.replace(WHOSE, "")
}

/** Heading of a section: a key of the locale files. */
function sectionKey({ section, form }: Pick<FormRow, "section" | "form">): string {
  if (form === "epoc") return epocSection(section)
  const found = SECTIONS.find(([start]) => section.startsWith(start))
  return found?.[1] ?? "form-section.profile"
}

const SECTIONS: readonly (readonly [start: string, key: string])[] = [
  ["5 ", "form-section.requesting"],
  ["6 ", "form-section.confirm"],
  ["7 ", "form-section.investigating"],
  ["8 ", "form-section.prosecution"],
  ["9 ", "form-section.prior-mla"],
  ["10 ", "form-section.prior-preservation"],
  ["11 ", "form-section.basis"],
  ["3 ", "form-section.status"],
  ["1", "form-section.general"],
  ["2", "form-section.general"],
  ["4", "form-section.general"],
  ["Art. 29(2)", "form-section.art-29-2"],
  ["further", "form-section.further"],
  ["core", "form-section.core"],
  ["digital", "form-section.digital"],
]

function epocSection(section: string): string {
  const letter = section.slice(0, 1)
  const found = EPOC_SECTIONS.find(([one]) => one === letter)
  return found?.[1] ?? "form-section.further"
}

const EPOC_SECTIONS: readonly (readonly [letter: string, key: string])[] = [
  ["A", "form-section.epoc-a"],
  ["B", "form-section.epoc-b"],
  ["C", "form-section.epoc-c"],
  ["D", "form-section.epoc-d"],
  ["E", "form-section.epoc-e"],
  ["G", "form-section.epoc-g"],
  ["H", "form-section.epoc-h"],
  ["I", "form-section.epoc-i"],
  ["J", "form-section.epoc-j"],
  ["K", "form-section.epoc-k"],
  ["L", "form-section.epoc-l"],
  ["M", "form-section.epoc-m"],
]

/** Rows under their headings, in order; rows under one heading stand together. */
export function sectionsOf(rows: readonly FormRow[]): { key: string; rows: FormRow[] }[] {
  const found = new Map<string, FormRow[]>()
  for (const row of rows) found.set(sectionKey(row), [...(found.get(sectionKey(row)) ?? []), row])
  return [...found].map(([key, rows]) => ({ key, rows }))
}

export function nameKey(form: FormId): string {
  const keys: Readonly<Record<FormId, string>> = {
    "budapest-29": "form-name.budapest-29",
    "budapest-31": "form-name.budapest-31",
    mla: "form-name.mla",
    epoc: "form-name.epoc",
    "mla-profile": "form-name.mla-profile",
  }
  return keys[form]
}
