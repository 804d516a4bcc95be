import { z } from "zod"
import type { Visit } from "../../../accounts/index.ts"
import {
  actions,
  copyable,
  emptyState,
  errorSummary,
  type Html,
  html,
  inputField,
  nothing,
  type Reply,
  type Shown,
  type State,
  section,
  stateMark,
  table,
  visible,
} from "../../../http/index.ts"
import {
  addSubject,
  askDesks,
  consentToContact,
  declineContact,
  endSubject,
  listContacts,
  listSubjects,
} from "../../asking/desk.ts"
import { type Contact, DESK_NAME_MOST, PARTNERS_MOST, type Question, type Subject } from "../../asking/model.ts"
import { listAnswers } from "../../asking/opening.ts"
import { foreseeQuestion, listHeld, listQuestions } from "../../asking/questioning.ts"
import { contactText } from "../../asking/words.ts"
import { plainItem, shownItem } from "../../items/canonical.ts"
import { activePartners, faultOf, HOME, lines, type MatchPageParts } from "../parts.ts"
import { typeWord } from "../words.ts"
import { answersTable } from "./answers-page.ts"
import { costs, learned } from "./ask-decision.ts"
import { partnersIn, questionState } from "./ask-page.ts"
import { readLines } from "./lines-read.ts"
import { ANSWERS, DESKS, questionPath } from "./places.ts"
import { As, asField, askedField } from "./ticks.ts"

type Sent = Omit<Shown, "t">
const PLACE = "match"
const noSent: Sent = { given: {}, faults: {} }

/** What our desks work on, who may find out, and where contact may be useful. */
export async function desksPage(parts: MatchPageParts, visit: Visit, sent: Sent = noSent): Promise<Reply> {
  const { t } = visit
  const { store } = parts
  const [subjects, contacts, opened, questions] = await Promise.all([
    listSubjects(store),
    listContacts(store),
    listAnswers(store),
    listQuestions(store),
  ])
  const meet = section(t("match-desk.contacts"), contactsTable(visit, contacts), "contacts")
  const works = section(
    t("match-desk.subjects"),
    html`${subjectsTable(visit, subjects)}${addForm(visit, sent)}`,
    "subjects",
  )
  const asked = await askSection(parts, visit, subjects, questions)
  const open = openSection(
    visit,
    answersTable(
      visit,
      opened.filter(({ mode }) => mode === "desk"),
    ),
  )
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const body = html`${errorSummary(t, sent.faults)}<p>${t("match-desk.what")}</p>${meet}${works}${asked}${open}<p class="actions"><a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({ title: t("match-desk.title"), place: PLACE, ...status, body })
}

function contactsTable(visit: Visit, contacts: readonly Contact[]): Html {
  const { t, format } = visit
  const list = table<Contact>({
    caption: t("match-desk.contacts"),
    rows: contacts,
    empty: html`<p class="quiet">${t("match-contact.none")}</p>`,
    columns: [
      {
        label: t("match-desk.subject"),
        kind: "name",
        cell: (one) => html`<a href="${DESKS}/contacts/${one.id}">${visible(shownItem(one.subject.item))}</a>`,
      },
      { label: t("match-question.state"), cell: (one) => contactState(visit, one) },
      { label: t("match-desk.ours"), wide: true, cell: ({ subject }) => visible(subject.desk) },
      { label: t("match-desk.other"), cell: (one) => otherShown(visit, one) },
      { label: t("match.when"), kind: "quiet", wide: true, cell: ({ createdAt }) => format.time(createdAt) },
    ],
  })
  return list
}

function contactState({ t }: Visit, one: Contact): Html {
  const no = one.ours === false || one.theirs === false
  const state: State = no ? "closed" : one.ours === true && one.theirs === true ? "open" : "conditional"
  return stateMark(state, contactText(t, one))
}

function otherShown({ t }: Visit, { named, ours, theirs }: Contact): Html {
  if (named !== null)
    return html`${visible(named.desk)}, <a href="/share/partners/${named.party}">${visible(named.name)}</a>`
  const soon = ours === true && theirs === true
  return html`<span class="quiet">${soon ? t("match-contact.on-its-way") : t("match-contact.unnamed")}</span>`
}

/** One contact: what it is about, and whether we say who we are. */
export async function contactPage({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const contact = (await listContacts(store)).find(({ id }) => id === visit.ask.params.id)
  if (contact === undefined) return visit.redirect(`${DESKS}#contacts`)
  const { subject, side } = contact
  const said = html`<dl class="facts">${[
    [t("match-desk.subject"), copyable(t, visible(shownItem(subject.item)), plainItem(subject.item).value)],
    [t("match-question.state"), contactState(visit, contact)],
    [t("match-desk.ours"), visible(subject.desk)],
    [t("match-desk.other"), otherShown(visit, contact)],
    [t("match-contact.side"), side === "ours" ? t("match-contact.side-ours") : t("match-contact.side-theirs")],
    [t("match.when"), format.time(contact.createdAt)],
  ].map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`
  const open = contact.ours === null && contact.theirs !== false
  const decide = open ? deciding(visit, contact) : nothing
  const body = html`<div class="decision">${open ? html`<p>${t("match-contact.what")}</p>` : nothing}${said}${decide}<p class="actions"><a href="${DESKS}#contacts">${t("match-desk.back")}</a></p></div>`
  return visit.page({ title: t("match-contact.title"), place: PLACE, body })
}

function deciding(visit: Visit, { id, subject }: Contact): Html {
  const { t } = visit
  if (!visit.may("role:officer")) return html`<p>${t("match-contact.officer")}</p>`
  const path = `${DESKS}/contacts/${id}`
  const effect = lines([
    visible(t("match-contact.effect-named", { desk: subject.desk })),
    t("match-contact.effect-both"),
    t("match-contact.effect-final"),
  ])
  return html`${section(t("match.consent-effect"), effect)}<form method="post" action="${path}/consent"><p class="actions"><button class="primary">${t("match-contact.consent")}</button></p></form><form method="post" action="${path}/decline"><p>${t("match-contact.decline-what")}</p><p class="actions"><button>${t("match-contact.decline")}</button></p></form>`
}

const decisions = { consent: consentToContact, decline: declineContact } as const

export async function decideContact(
  { store }: MatchPageParts,
  visit: Visit,
  name: keyof typeof decisions,
): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  await decisions[name](store, id, visit.person().commitment)
  return visit.redirect(`${DESKS}/contacts/${id}`)
}

function subjectsTable(visit: Visit, subjects: readonly Subject[]): Html {
  const { t, format } = visit
  const analyst = visit.may("role:analyst")
  return table<Subject>({
    caption: t("match-desk.subjects"),
    rows: subjects,
    empty: emptyState(t("match-desk.none")),
    columns: [
      {
        label: t("match-desk.subject"),
        kind: "name",
        cell: ({ item, type }) =>
          html`${copyable(t, visible(shownItem(item)), plainItem(item).value)} <span class="quiet small">${typeWord(t, type)}</span>`,
      },
      { label: t("match-desk.desk"), cell: ({ desk }) => visible(desk) },
      { label: t("match-desk.since"), kind: "quiet", wide: true, cell: ({ addedAt }) => format.date(addedAt) },
      ...(analyst ? [{ label: t("match-desk.end"), cell: (one: Subject) => endForm(visit, one) }] : []),
    ],
  })
}

function endForm({ t }: Visit, { id, item }: Subject): Html {
  const label = visible(t("match-desk.end-of", { subject: shownItem(item) }))
  return html`<form method="post" action="${DESKS}/subjects/${id}/end"><button aria-label="${label}">${t("match-desk.end-go")}</button></form>`
}

function addForm(visit: Visit, sent: Sent): Html {
  const { t } = visit
  if (!visit.may("role:analyst")) return nothing
  const shown = { t, ...sent }
  const what = { name: "value", label: t("match-desk.value"), hint: t("match-desk.value-hint"), required: true }
  const who = { name: "desk", label: t("match-desk.desk"), hint: t("match-desk.desk-hint"), required: true }
  const fields = html`${inputField(shown, { ...what, most: 8192, size: "long", spellcheck: false, autocomplete: "off" })}${asField(visit, shown)}${inputField(shown, { ...who, most: DESK_NAME_MOST, autocomplete: "off" })}`
  const open = Object.keys(sent.faults).length === 0 ? nothing : html` open`
  return html`<details${open}><summary>${t("match-desk.add")}</summary><form method="post" action="${DESKS}">${fields}${actions(t("match-desk.add-go"))}</form></details>`
}

const Added = z.object({
  as: As,
  value: z.string().trim().min(1).max(8192),
  desk: z.string().trim().min(1).max(DESK_NAME_MOST),
})

export async function addIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Added)
  if (!form.ok) return desksPage(parts, visit, form)
  const { given } = form
  const { items, refused } = readLines(form.value.value, form.value.as)
  const [one, ...others] = items
  if (one === undefined || others.length > 0) {
    const why = refused[0]?.why ?? "match-item.unsure"
    const key = why === "restricted" ? "match-ask.restricted" : why
    return desksPage(parts, visit, { given, faults: { value: { key } } })
  }
  try {
    await addSubject(parts.store, { item: one.item, desk: form.value.desk }, visit.person().commitment)
  } catch (error) {
    return desksPage(parts, visit, { given, faults: { desk: faultOf(visit, error) } })
  }
  return visit.redirect(`${DESKS}#subjects`)
}

export async function endIt({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  await endSubject(store, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect(`${DESKS}#subjects`)
}

async function askSection(
  { store }: MatchPageParts,
  visit: Visit,
  subjects: readonly Subject[],
  questions: readonly Question[],
): Promise<Html> {
  const { t } = visit
  const former = questions.filter(({ mode }) => mode === "desk")
  const list = former.length === 0 ? nothing : formerShown(visit, former)
  const label = t("match-desk.ask")
  const can = visit.may("role:analyst") && subjects.length > 0
  const active = can ? await activePartners(store, visit) : []
  const form =
    active.length === 0
      ? nothing
      : html`<form method="get" action="${DESKS}/ask">${askedField(visit, { t, ...noSent }, active, { held: await listHeld(store), mode: "desk", preset: [] })}<p class="actions"><button>${t("match.look")}</button></p></form>`
  return section(label, html`<p>${t("match-desk.ask-what")}</p>${form}${list}`, "ask")
}

function formerShown(visit: Visit, former: readonly Question[]): Html {
  const { t, format } = visit
  const list = table<Question>({
    caption: t("match-desk.asked"),
    rows: former,
    empty: nothing,
    columns: [
      {
        label: t("match.when"),
        kind: "name",
        cell: (one) => html`<a href="${questionPath(one)}">${format.time(one.createdAt)}</a>`,
      },
      { label: t("match-question.state"), cell: (one) => questionState(visit, one) },
      { label: t("match-answers.partners"), wide: true, cell: (one) => visible(format.list(partnersIn(one))) },
    ],
  })
  return html`<h3>${t("match-desk.asked")}</h3>${list}`
}

function openSection(visit: Visit, list: Html): Html {
  const { t } = visit
  const label = visit.may("role:officer") ? t("match-desk.open") : t("match-answers.prepare")
  const link = visit.may("role:analyst")
    ? html`<p class="actions"><a class="button" href="${ANSWERS}/new?mode=desk">${label}</a></p>`
    : nothing
  return section(t("match-desk.opened"), html`${list}${link}`, "opened")
}

/** Which partners are asked whether their desks work on what ours do, and what each learns by it. */
export async function deskAskPage(parts: MatchPageParts, visit: Visit, given?: Sent): Promise<Reply> {
  const { t, format } = visit
  const { store } = parts
  const parties = given?.given["party[]"] ?? visit.ask.query.getAll("party[]")
  const subjects = await listSubjects(store)
  if (parties.length === 0 || subjects.length === 0) return visit.redirect(`${DESKS}#ask`)
  const items = subjects.map(({ item }) => item)
  const foreseen = await foreseeQuestion(store, "desk", { partners: parties, items })
  const fields = parties.map((party) => html`<input type="hidden" name="party[]" value="${party}">`)
  const label = t("match-desk.ask-go", { count: format.number(foreseen.length) })
  const count = html`<p>${t("match-desk.ask-count", { count: format.number(subjects.length) })}</p>`
  const form = html`<form method="post" action="${DESKS}/ask">${fields}<p class="actions"><button class="primary">${label}</button><a href="${DESKS}#ask">${t("match-desk.back")}</a></p></form>`
  const faults = given?.faults ?? {}
  const body = html`${errorSummary(t, faults)}<div class="decision">${count}${costs(visit, foreseen)}${learned(visit, "desk")}${form}</div>`
  const status = Object.keys(faults).length === 0 ? {} : { status: 400 }
  return visit.page({ title: t("match-desk.ask-title"), place: PLACE, ...status, body })
}

const Wished = z.object({ "party[]": z.array(z.string().max(60)).min(1, "match.choose-partner").max(PARTNERS_MOST) })

export async function askDesksIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Wished)
  if (!form.ok) return visit.redirect(`${DESKS}#ask`)
  try {
    const wish = { partners: form.value["party[]"], subjects: null }
    return visit.redirect(questionPath({ id: await askDesks(parts.store, wish, visit.person().commitment) }))
  } catch (error) {
    return deskAskPage(parts, visit, { given: form.given, faults: { "": faultOf(visit, error) } })
  }
}
