import type { Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  errorSummary,
  facts,
  type Html,
  html,
  inputField,
  nothing,
  parseForm,
  type Reply,
  type Shown,
  section,
  selectField,
  visible,
} from "../../../http/index.ts"
import type { PartyId, Peer } from "../../../parties/index.ts"
import { loadPeer } from "../../../parties/index.ts"
import { listSubjects } from "../../asking/desk.ts"
import { KEY_DAYS_USUAL, type Mode } from "../../asking/model.ts"
import { openAnswers } from "../../asking/opening.ts"
import { OPEN_TYPES } from "../../items/types.ts"
import { findList, listLists } from "../../lists/lists.ts"
import type { Gathered, MatchList } from "../../lists/model.ts"
import { paddedSize } from "../../runs/model.ts"
import {
  activePartners,
  agreementsHere,
  faultOf,
  figureTable,
  type InForceWith,
  LISTS,
  lines,
  listPath,
  lookAt,
  type MatchPageParts,
  partnersOf,
} from "../parts.ts"
import { leftOut, underWay } from "../preview-shown.ts"
import { warnedNote } from "../propose-decision.ts"
import { typeWord } from "../words.ts"
import { honestAnswers, Opened, type OpenForm, openFieldsOf, openPairs, quotaUsual, wishOf } from "./opened.ts"
import { ANSWERS, answersPath, DESKS } from "./places.ts"
import { tickField } from "./ticks.ts"

type Sent = Omit<Shown, "t">
const NEW = `${ANSWERS}/new`

/** What is opened, to whom and how far: first chosen, then shown whole. */
export async function openPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const given = openFieldsOf(visit.ask.query)
  const form = parseForm(given, Opened)
  if (visit.ask.query.get("look") === null) return openFormPage(parts, visit, { given, faults: {} })
  return form.ok ? openDecision(parts, visit, form.value) : openFormPage(parts, visit, form)
}

export async function openIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Opened)
  if (!form.ok) return openFormPage(parts, visit, form)
  const { store } = parts
  const { mode, list, parties, types, agreement, keyDays } = form.value
  try {
    const title = mode === "desk" ? "desk" : (await findList(store, list)).name
    const requireList: Parameters<typeof openAnswers>[0]["requireList"] = async (reader, id) =>
      void (await findList(reader, id))
    const wish = { list: mode === "desk" ? null : list, title, partners: parties, types, agreement, keyDays }
    const id = await openAnswers({ store, requireList }, wish, visit.person().commitment)
    return visit.redirect(answersPath({ id }))
  } catch (error) {
    return openFormPage(parts, visit, { given: form.given, faults: { "": faultOf(visit, error) } })
  }
}

async function openFormPage(parts: MatchPageParts, visit: Visit, sent: Sent): Promise<Reply> {
  const { t } = visit
  const mode: Mode = sent.given.mode?.[0] === "desk" ? "desk" : "answers"
  const rest = { title: mode === "desk" ? t("match-desk.open") : t("match-answers.open-list"), place: "match" }
  const [active, lists, agreements] = await Promise.all([
    activePartners(parts.store, visit),
    listLists(parts.store),
    agreementsHere(parts.store),
  ])
  if (active.length === 0) {
    const body = emptyState(t("match.no-partner"), { href: "/share/partners", label: t("nav.partners") })
    return visit.page({ ...rest, body })
  }
  if (mode === "answers" && lists.length === 0) {
    const body = emptyState(t("match.no-lists"), { href: "/share/library", label: t("match.choose-in-library") })
    return visit.page({ ...rest, body })
  }
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const about = mode === "desk" ? t("match-desk.open-what") : t("match-answers.open-what")
  const fields = html`${mode === "answers" ? listField(visit, sent, lists) : nothing}${whom(visit, sent, active)}${quotaField(visit, sent, mode)}${mode === "answers" ? agreementField(visit, sent, agreements) : nothing}${daysField(visit, sent)}`
  const back = mode === "desk" ? DESKS : ANSWERS
  const body = html`${errorSummary(t, sent.faults)}<div class="decision"><p>${about}</p><form method="get" action="${NEW}"><input type="hidden" name="look" value="yes"><input type="hidden" name="mode" value="${mode}">${fields}<p>${t("match-answers.decides-nothing")}</p><p class="actions"><button class="primary">${t("match.look")}</button><a href="${back}">${t("match-answers.back")}</a></p></form></div>`
  return visit.page({ ...rest, ...status, body })
}

function listField({ t }: Visit, sent: Sent, lists: readonly MatchList[]): Html {
  return selectField(
    { t, ...sent },
    {
      ...{ name: "list", label: t("match.list"), required: true },
      hint: html`${t("match-answers.list-hint")} <a href="${LISTS}">${t("match.lists")}</a>`,
      choices: lists.map(({ id, name }) => ({ value: id, label: visible(name) })),
    },
  )
}

function whom({ t }: Visit, sent: Sent, active: readonly Peer[]): Html {
  const choices = active.map(({ party, name }) => ({ value: party, label: visible(name) }))
  const asked = { name: "party[]", label: t("match-answers.whom"), hint: t("match-answers.whom-hint"), choices }
  return tickField({ t, given: "party[]" in sent.given ? sent.given : {}, faults: sent.faults }, asked)
}

/** A row for each type: whether it is answered, and how many evaluations each partner has a day. */
function quotaField({ t, format }: Visit, { given, faults }: Sent, mode: Mode): Html {
  const chosen = given["type[]"] ?? ("days" in given ? [] : OPEN_TYPES.filter((type) => type !== "email"))
  const rows = OPEN_TYPES.map((type, i) => {
    const id = i === 0 ? "field-type[]" : `field-type-${type}`
    const name = `quota-${type}`
    const tick = html`<input type="checkbox" id="${id}" name="type[]" value="${type}"${chosen.includes(type) ? html` checked` : nothing}>`
    const value = given[name]?.[0] ?? String(quotaUsual(mode, type))
    const wrong = faults[name] === undefined ? nothing : html` aria-invalid="true"`
    const label = t("match-answers.quota-label", { type: typeWord(t, type) })
    return html`<tr><th scope="row"><span class="tick">${tick}<label for="${id}">${typeWord(t, type)}</label></span></th><td><input id="field-${name}" name="${name}" value="${value}" inputmode="numeric" maxlength="8" aria-label="${label}"${wrong}></td></tr>`
  })
  const wrong = Object.entries(faults).filter(([name]) => name === "type[]" || name.startsWith("quota-"))
  const said = [...new Set(wrong.map(([, fault]) => t(fault.key, fault.values)))]
  const head = html`<tr><th scope="col">${t("match.type")}</th><th scope="col">${t("match-answers.quota")}</th></tr>`
  const email = mode === "answers" ? html`<p class="hint">${t("match-answers.email")}</p>` : nothing
  const smallest = t("match-answers.quota-hint", { least: format.number(64) })
  return html`<fieldset class="field${said.length === 0 ? "" : " faulty"}"><legend>${t("match.types")}</legend><p class="hint">${smallest}</p>${said.map((text) => html`<p class="fault">${text}</p>`)}<div class="scroll"><table class="list item-types"><thead>${head}</thead><tbody>${rows}</tbody></table></div>${email}</fieldset>`
}

function agreementField({ t }: Visit, sent: Sent, agreements: readonly InForceWith[]): Html {
  return selectField(
    { t, ...sent },
    {
      ...{ name: "agreement", label: t("match.agreement"), hint: t("match-answers.agreement-hint"), value: "" },
      choices: [
        { value: "", label: t("match.agreement-none") },
        ...agreements.map(({ agreement, title }) => ({ value: agreement, label: visible(title) })),
      ],
    },
  )
}

function daysField({ t }: Visit, sent: Sent): Html {
  const days = { name: "days", label: t("match-answers.key-days"), hint: t("match-answers.key-days-hint") }
  return inputField(
    { t, ...sent },
    { ...days, value: String(KEY_DAYS_USUAL), most: 2, size: "short", inputmode: "numeric" },
  )
}

/** All that opening does, before anybody does it. */
async function openDecision(parts: MatchPageParts, visit: Visit, wish: OpenForm): Promise<Reply> {
  const { t, format } = visit
  const { store } = parts
  const peers = await Promise.all([...new Set(wish.parties)].map((party) => loadPeer(store, party)))
  const names = format.list(peers.map(({ name }) => name))
  const desk = wish.mode === "desk"
  const rest = { title: desk ? t("match-desk.open-title") : t("match-answers.open-title"), place: "match" }
  const list = desk ? null : await findList(store, wish.list)
  const looked = list === null ? null : await look(parts, peers, wish, list)
  if (looked !== null && looked.gathered === null) {
    const body = html`<div class="decision">${underWay(visit, looked)}</div>`
    return visit.page({ ...rest, scripts: ["progress.js"], body })
  }
  const gathered = looked?.gathered ?? null
  const counts = gathered === null ? await subjectCounts(parts) : usedIn(gathered)
  const agreement = (await agreementsHere(store)).find((one) => one.agreement === wish.agreement)
  const said = facts([
    [t("match-answers.partners"), visible(names)],
    [t("match.list"), list === null ? null : html`<a href="${listPath(list)}">${visible(list.name)}</a>`],
    [t("match.agreement"), desk ? null : visible(agreement?.title ?? wish.agreement ?? t("match.agreement-none"))],
    [t("match-answers.key-days"), t("match-answers.days", { days: format.number(wish.keyDays) })],
  ])
  const out =
    gathered === null
      ? nothing
      : html`${warnedNote(visit, gathered)}${leftOut(visit, gathered, await partnersOf(store))}`
  const body = html`<div class="decision">${said}${sizesTable(visit, wish, counts)}${learned(visit, wish)}${out}${honestAnswers(visit, wish.types)}${section(t("match.final"), lines([t("match-answers.final-told"), t("match-answers.final-log")]))}${decide(visit, wish, peers.length)}</div>`
  return visit.page({ ...rest, body })
}

function look(parts: MatchPageParts, partners: readonly Peer[], wish: OpenForm, { query }: MatchList) {
  const { types, agreement } = wish
  const named = partners.map(({ key, party, name }) => ({ peer: key, party: party as PartyId, name }))
  return lookAt(parts, { ...wishOf({ partners: named, types, agreement }), query })
}

function usedIn({ types }: Gathered): ReadonlyMap<string, number> {
  return new Map(types.map(({ type, used }) => [type, used]))
}

async function subjectCounts({ store }: MatchPageParts): Promise<ReadonlyMap<string, number>> {
  const subjects = await listSubjects(store)
  return new Map([...Map.groupBy(subjects, ({ type }) => type)].map(([type, all]) => [type, all.length]))
}

function sizesTable(visit: Visit, { types }: OpenForm, counts: ReadonlyMap<string, number>): Html {
  const { t, format } = visit
  const number = (label: string, of: (row: (typeof types)[number]) => number) =>
    ({ label, kind: "number", cell: (row: (typeof types)[number]) => format.number(of(row)) }) as const
  return figureTable({
    caption: t("match.sizes"),
    rows: types,
    empty: nothing,
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      number(t("match-answers.items"), ({ type }) => counts.get(type) ?? 0),
      number(t("match.seen-size"), ({ type }) => paddedSize(counts.get(type) ?? 0)),
      number(t("match-answers.quota"), ({ quota }) => quota),
    ],
  })
}

function learned({ t }: Visit, { mode }: OpenForm): Html {
  const [will, not] =
    mode === "desk"
      ? [
          [t("match-desk.will-that"), t("match-desk.will-size")],
          [t("match-desk.not-who"), t("match-desk.not-rest")],
        ]
      : [
          [t("match-answers.will-which"), t("match-answers.will-size")],
          [t("match-answers.not-rest"), t("match-answers.not-know"), t("match-answers.not-others")],
        ]
  const ours = [t("match-answers.we-number"), t("match-answers.we-not")]
  return html`<div class="explained">${section(t("match-answers.will"), lines(will))}${section(t("match-answers.will-not"), lines(not))}</div>${section(t("match-answers.we-learn"), lines(ours))}`
}

function decide(visit: Visit, wish: OpenForm, number: number): Html {
  const { t, format } = visit
  const fields = openPairs(wish)
  const change = html`<a href="${NEW}?${String(new URLSearchParams(fields))}">${t("match.change")}</a>`
  if (!visit.may("role:officer"))
    return html`<p>${t("match-answers.officer-opens")}</p><p class="actions">${change}</p>`
  const hidden = fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)
  const label = t("match-answers.open-go", { count: format.number(number) })
  return html`<form method="post" action="${NEW}">${hidden}<p class="actions"><button class="primary">${label}</button>${change}</p></form>`
}
