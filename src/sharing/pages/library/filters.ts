import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, type Piece, type Translate, tlpLabel, visible } from "../../../http/index.ts"
import type { Collection, Tallies } from "../../../library/index.ts"
import { TLP_LEVELS } from "../../../stix/index.ts"
import { typeWord } from "../named.ts"
import { originShown, type Partners, partnerShown } from "../partners.ts"
import { everything, hrefOf, TEXT_MOST, type View } from "./view.ts"

/** What the page knows of the library beside what was found. */
export type Around = { tallies: Tallies } & Called

/** What filters are called by that name things by their ids. */
export type Called = { collections: readonly Collection[]; partners: Partners }

/** Types shown at once; the others stand behind a word. */
const TYPES_MOST = 8

const FORM = "find"

/** The search field; every filter belongs to its form, so that one search keeps the filters of the other. */
export function searchForm({ t }: Visit, view: View): Html {
  const sort = view.sort === everything.sort ? nothing : html`<input type="hidden" name="sort" value="${view.sort}">`
  return html`<form id="${FORM}" class="find" role="search" aria-label="${t("nav.library")}" action="/share/library" method="get">
<label for="field-q">${t("library.search")}</label><p class="hint" id="field-q-hint">${t("library.search-hint")}</p>
<div class="line"><input type="search" id="field-q" name="q" value="${view.text}" maxlength="${TEXT_MOST}" autocomplete="off" spellcheck="false" aria-describedby="field-q-hint" data-search><button class="primary">${t("library.find")}</button></div>${sort}</form>`
}

export function filters(visit: Visit, view: View, around: Around): Html {
  const { t } = visit
  const { tallies, collections, partners } = around
  const chosen = chips(visit, { ...view, text: "" }, around).length
  const title =
    chosen === 0 ? t("library.filters") : t("library.filters-chosen", { count: visit.format.number(chosen) })
  return html`<details class="aside"><summary>${title}</summary>
${typeFilter(visit, view, tallies)}
${facet(visit, "marking", t("library.marking"), markings(t, view, tallies))}
${revokedFilter(t, view)}
${tallies.origins.length < 2 ? nothing : facet(visit, "origin", t("library.origin"), origins(t, view, tallies, partners))}
${collections.length < 2 ? nothing : facet(visit, "collection", t("library.collection"), held(visit, view, around))}
${timeFilter(t, view)}
<p><button form="${FORM}">${t("library.apply")}</button></p></details>`
}

type Choice = { value: string; label: Piece; objects: number; chosen: boolean }

function typeFilter(visit: Visit, view: View, { types }: Tallies): Html {
  const { t } = visit
  const missing = view.types.filter((type) => !types.some(({ value }) => value === type))
  const choices = [...types, ...missing.map((value) => ({ value, objects: 0 }))].map(({ value, objects }) => ({
    ...{ value, objects, chosen: view.types.includes(value) },
    label: typeWord(t, value),
  }))
  const first = choices.filter(({ chosen }, i) => i < TYPES_MOST || chosen)
  const others = choices.filter((choice) => !first.includes(choice))
  const more = html`<details><summary>${t("library.more-types", { count: others.length })}</summary>${boxes(visit, "type", others)}</details>`
  return html`<fieldset><legend>${t("library.type")}</legend>${boxes(visit, "type", first)}${others.length === 0 ? nothing : more}</fieldset>`
}

function facet(visit: Visit, name: string, legend: string, choices: readonly Choice[]): Html {
  return html`<fieldset><legend>${legend}</legend>${boxes(visit, name, choices)}</fieldset>`
}

function boxes({ format }: Visit, name: string, choices: readonly Choice[]): Html[] {
  return choices.map(
    ({ value, label, objects, chosen }) =>
      html`<label class="facet"><input type="checkbox" form="${FORM}" name="${name}" value="${value}"${chosen ? html` checked` : nothing}><span>${label}</span><span class="quiet">${format.number(objects)}</span></label>`,
  )
}

function markings(t: Translate, view: View, tallies: Tallies): Choice[] {
  return [...TLP_LEVELS, "none" as const].map((value) => ({
    value,
    label: markingLabel(t, value),
    objects: tallies.markings.find((one) => one.value === value)?.objects ?? 0,
    chosen: view.markings.includes(value),
  }))
}

function markingLabel(t: Translate, marking: string): Piece {
  return marking === "none" ? t("library.no-marking") : tlpLabel(marking)
}

function origins(t: Translate, view: View, tallies: Tallies, partners: Partners): Choice[] {
  return tallies.origins.map(({ value, objects }) => ({
    ...{ value, objects, label: originShown(t, partners, value) },
    chosen: view.origins.includes(value),
  }))
}

/** Of what came from a partner also from whom, and what is closed: an agreement gives several the same title. */
function held({ t }: Visit, view: View, { tallies, collections, partners }: Around): Choice[] {
  const whose = ({ party, closedAt }: Collection) => [
    ...(party === null ? [] : [partnerShown(partners, party)]),
    ...(closedAt === null ? [] : [html`${t("shared.closed")}`]),
  ]
  const called = (one: Collection) =>
    html`${visible(one.title)}${whose(one).map((word) => html` <span class="quiet small">· ${word}</span>`)}`
  return collections.map((one) => ({
    ...{ value: one.id, label: called(one), chosen: view.collections.includes(one.id) },
    objects: tallies.collections.find(({ id }) => id === one.id)?.objects ?? 0,
  }))
}

function revokedFilter(t: Translate, view: View): Html {
  const choices = [
    ["any", t("library.revoked-any")],
    ["no", t("library.revoked-no")],
    ["yes", t("library.revoked-yes")],
  ] as const
  const radios = choices.map(
    ([value, label]) =>
      html`<label class="facet"><input type="radio" form="${FORM}" name="revoked" value="${value}"${view.revoked === value ? html` checked` : nothing}><span>${label}</span></label>`,
  )
  return html`<fieldset><legend>${t("library.state")}</legend>${radios}</fieldset>`
}

function timeFilter(t: Translate, view: View): Html {
  const field = (name: "from" | "to", label: string) =>
    html`<label class="date"><span>${label}</span><input type="date" form="${FORM}" name="${name}" value="${view[name] ?? ""}" min="1970-01-01" max="2199-12-31" aria-describedby="field-time-hint"></label>`
  return html`<fieldset><legend>${t("library.added")}</legend><p class="hint" id="field-time-hint">${t("library.days")}</p>${field("from", t("library.from"))}${field("to", t("library.to"))}</fieldset>`
}

/** Each thing that narrows the view, as a link that takes it away. */
export function chosenFilters(visit: Visit, view: View, called: Called): Html {
  const items = chips(visit, view, called)
  if (items.length === 0) return nothing
  const { t } = visit
  const clear = html`<li><a href="${hrefOf({ ...everything, sort: view.sort })}">${t("library.clear")}</a></li>`
  return html`<ul class="chips" aria-label="${t("library.chosen")}">${items.map(({ name, value, without }) => chip(t, name, value, without))}${clear}</ul>`
}

type Chip = { name: string; value: Piece; without: string }

function chip(t: Translate, name: string, value: Piece, without: string): Html {
  return html`<li><a class="chip" href="${without}"><span class="unseen">${t("library.remove")}</span> <span class="quiet">${name}</span> ${value} <span aria-hidden="true">×</span></a></li>`
}

/** What narrows a view, in words. */
export function chips({ t }: Visit, view: View, { collections, partners }: Called): Chip[] {
  const without = (change: Partial<View>) => hrefOf(view, change)
  const titleOf = (id: string) => collections.find((one) => one.id === id)?.title ?? id
  const each = <Value extends string>(
    name: string,
    values: readonly Value[],
    label: (value: Value) => Piece,
    change: (others: Value[]) => Partial<View>,
  ): Chip[] =>
    values.map((value) => ({
      name,
      value: label(value),
      without: without(change(values.filter((one) => one !== value))),
    }))
  const revoked = view.revoked === "yes" ? t("library.revoked-yes") : t("library.revoked-no")
  return [
    ...(view.text === ""
      ? []
      : [{ name: t("library.words"), value: visible(view.text), without: without({ text: "" }) }]),
    ...each(
      t("library.type"),
      view.types,
      (type) => typeWord(t, type),
      (types) => ({ types }),
    ),
    ...each(
      t("library.marking"),
      view.markings,
      (one) => markingLabel(t, one),
      (markings) => ({ markings }),
    ),
    ...each(
      t("library.origin"),
      view.origins,
      (one) => originShown(t, partners, one),
      (origins) => ({ origins }),
    ),
    ...each(
      t("library.collection"),
      view.collections,
      (id) => visible(titleOf(id)),
      (ids) => ({ collections: ids }),
    ),
    ...(view.from === null ? [] : [{ name: t("library.from"), value: view.from, without: without({ from: null }) }]),
    ...(view.to === null ? [] : [{ name: t("library.to"), value: view.to, without: without({ to: null }) }]),
    ...(view.revoked === "any"
      ? []
      : [{ name: t("library.state"), value: revoked, without: without({ revoked: "any" }) }]),
  ]
}
