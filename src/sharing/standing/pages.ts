import { z } from "zod"
import { namesByCommitment, type PageRoute, type Visit } from "../../accounts/index.ts"
import {
  actions,
  checkField,
  emptyState,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  selectField,
  stateMark,
  type Translate,
  table,
  tlpLabel,
  tlpText,
  visible,
} from "../../http/index.ts"
import { audienceOf, type Collection, listCollections, type Search } from "../../library/index.ts"
import { INDUSTRY_SECTORS, TLP_LEVELS } from "../../stix/index.ts"
import { typeWord } from "../pages/named.ts"
import { partnersOf } from "../pages/partners.ts"
import { openShared, partyList, type ReleasePageParts } from "../pages/release/parts.ts"
import { followRule, goesOnIn, type Halt, halted } from "./following.ts"
import { type Rule, RuleWish } from "./model.ts"
import { listRules } from "./queries.ts"
import { addRule, loadRule, removeRule, switchRule } from "./rules.ts"
import { findFitting } from "./running.ts"

export type RulePageParts = Omit<ReleasePageParts, "search"> & {
  search: ReleasePageParts["search"] & Pick<Search, "tallies">
}

const PATH = "/share/rules"
const SOON_MS = 800

/** What goes by itself: rules by which the daily flow is let out. */
export function rulePages(parts: RulePageParts): PageRoute[] {
  const officer = { who: "role:officer" } as const
  const sure = { ...officer, stepUp: true } as const
  const one = `${PATH}/:id`
  return [
    { ...officer, method: "GET", path: PATH, handle: (visit) => listPage(parts, visit) },
    { ...sure, method: "GET", path: `${PATH}/new`, handle: (visit) => newPage(parts, visit) },
    { ...sure, method: "POST", path: `${PATH}/new`, handle: (visit) => make(parts, visit) },
    { ...officer, method: "GET", path: one, handle: (visit) => onePage(parts, visit) },
    { ...officer, method: "POST", path: `${one}/try`, handle: (visit) => tryRule(parts, visit) },
    { ...sure, method: "POST", path: `${one}/switch`, handle: (visit) => change(parts, visit) },
    { ...sure, method: "POST", path: `${one}/follow`, handle: (visit) => follow(parts, visit) },
    { ...sure, method: "POST", path: `${one}/remove`, handle: (visit) => remove(parts, visit) },
  ]
}

function rulePath({ id }: Pick<Rule, "id">): string {
  return `${PATH}/${id}`
}

async function titlesOf({ store }: RulePageParts): Promise<Map<string, string>> {
  return new Map((await listCollections(store)).map(({ id, title }) => [String(id), title]))
}

async function listPage(parts: RulePageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const [rules, titles] = await Promise.all([listRules(parts.store), titlesOf(parts)])
  const states = new Map(
    await Promise.all(rules.map(async (rule) => [rule.id, await stateShown(parts, t, rule)] as const)),
  )
  const list = table<Rule>({
    caption: t("nav.rules-release"),
    rows: rules,
    empty: emptyState(t("rule.none"), { href: `${PATH}/new`, label: t("rule.make") }),
    columns: [
      {
        label: t("rule.title"),
        kind: "name",
        cell: (rule) => html`<a href="${rulePath(rule)}">${visible(rule.title)}</a>`,
      },
      { label: t("shared.state"), cell: ({ id }) => states.get(id) ?? nothing },
      { label: t("library.collection"), cell: ({ collection }) => visible(titles.get(collection) ?? collection) },
      {
        label: t("rule.last-run"),
        kind: "quiet",
        cell: ({ lastRunAt }) => (lastRunAt === null ? t("rule.never") : format.time(lastRunAt)),
      },
    ],
  })
  const add =
    rules.length === 0
      ? nothing
      : html`<p class="actions"><a class="button" href="${PATH}/new">${t("rule.make")}</a></p>`
  return visit.page({
    title: t("nav.rules-release"),
    place: "rules-release",
    body: html`<p>${t("rule.what")}</p>${list}${add}`,
  })
}

async function stateShown({ store }: RulePageParts, t: Translate, rule: Rule): Promise<Html> {
  if (!rule.active) return stateMark("closed", t("rule.is-off"))
  if ((await halted(store, rule)) !== null) return stateMark("conditional", t("rule.halted"))
  if ((await goesOnIn(store, rule)).length > 0) return stateMark("conditional", t("rule.split"))
  return stateMark("open", t("rule.is-on"))
}

/** Why a rule that is on lets nothing out, or not into all that its collection became. */
function haltShown(t: Translate, why: Halt | null, next: readonly Collection[]): Html {
  const words = {
    closed: next.length > 0 ? t("rule.halted-closed") : t("rule.halted-ended"),
    "no-officer": t("rule.halted-officer"),
    nobody: t("rule.halted-nobody"),
  }
  if (why !== null) return notice(words[why], "warning")
  return next.length > 0 ? notice(t("rule.split-what"), "warning") : nothing
}

/** The collections that go on, each with who reads it: nobody is let in without an officer who saw them. */
async function nextShown(
  { store }: RulePageParts,
  visit: Visit,
  rule: Rule,
  next: readonly Collection[],
): Promise<Html> {
  if (next.length === 0) return nothing
  const { t } = visit
  const partners = await partnersOf(store)
  const items = await Promise.all(
    next.map(async (collection) => {
      const readers = (await audienceOf(store, collection)).map(({ party }) => party)
      return html`<li><a href="/share/collections/${collection.id}">${visible(collection.title)}</a>${await partyList(visit, store, partners, readers)}
<form method="post" action="${rulePath(rule)}/follow"><p class="actions"><button class="primary" name="collection" value="${collection.id}">${t("rule.follow")}</button></p></form></li>`
    }),
  )
  return section(t("rule.next"), html`<p>${t("rule.next-what")}</p><ul class="plain-list">${items}</ul>`)
}

type Sent = { given: Given; faults: Faults }

async function newPage(parts: RulePageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t, format } = visit
  const title = t("rule.make")
  const shared = await openShared(parts.store, format.compare)
  if (shared.length === 0) {
    const make = { href: "/share/new-shared", label: t("shared.make") }
    return visit.page({ title, place: "rules-release", body: emptyState(t("release.no-shared"), make) })
  }
  const [collections, tallies] = await Promise.all([listCollections(parts.store), parts.search.tallies()])
  const shown = { t, ...sent }
  const inboxes = collections.filter(({ kind, party }) => kind === "inbox" && party === null)
  const types = tallies.types
    .map(({ value }) => value)
    .toSorted((a, b) => format.compare(typeWord(t, a), typeWord(t, b)))
  const fields = html`${inputField(shown, { name: "title", label: t("rule.title"), hint: t("rule.title-hint"), required: true, most: 200 })}
${selectField(shown, { name: "collection", label: t("rule.into"), required: true, choices: shared.map(({ collection }) => ({ value: collection.id, label: visible(collection.title) })) })}
${boxes(
  sent,
  { name: "inboxes[]", label: t("rule.inboxes"), hint: t("rule.any-hint"), more: t("rule.choose") },
  inboxes.map(({ id, title: text }) => [id, visible(text)]),
)}
${boxes(
  sent,
  { name: "types[]", label: t("rule.types"), hint: t("rule.any-hint"), more: t("rule.choose") },
  types.map((type) => [type, typeWord(t, type)]),
)}
${boxes(
  sent,
  { name: "markings[]", label: t("rule.markings"), hint: t("rule.any-hint"), more: t("rule.choose") },
  TLP_LEVELS.filter((level) => level !== "red").map((level) => [level, tlpLabel(level)]),
)}
${boxes(
  sent,
  { name: "sectors[]", label: t("rule.sectors"), hint: t("rule.sectors-hint"), more: t("rule.choose") },
  INDUSTRY_SECTORS.map((sector) => [sector, t(`terms.sector.${sector}`)]),
)}
${checkField(shown, { name: "existing", label: t("rule.existing"), hint: t("rule.existing-hint") })}`
  const out = { href: PATH, label: t("rule.back") }
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const body = html`${errorSummary(t, sent.faults)}<div class="decision"><p>${t("rule.what")}</p><ul><li>${t("rule.what-decides")}</li><li>${t("rule.what-holds")}</li><li>${t("rule.what-officer")}</li></ul>
<form method="post" action="${PATH}/new">${fields}${actions(t("rule.make-it"), out)}</form></div>`
  return visit.page({ title, place: "rules-release", ...status, body })
}

/** Any of many, each with a box; many of them stand folded. */
function boxes(
  { given }: Sent,
  { name, label, hint, more }: { name: string; label: string; hint: string; more: string },
  choices: readonly (readonly [value: string, label: Html | string])[],
): Html {
  const chosen = given[name] ?? []
  const items = choices.map(([value, text], i) => {
    const id = `field-${name}-${i}`
    return html`<div class="choice"><input type="checkbox" id="${id}" name="${name}" value="${value}"${chosen.includes(value) ? html` checked` : nothing}><label for="${id}">${text}</label></div>`
  })
  const open = chosen.length > 0 ? html` open` : nothing
  const folded = html`<details${open}><summary>${more}</summary>${items}</details>`
  return html`<fieldset class="field"><legend>${label}</legend><p class="hint">${hint}</p>${choices.length <= FOLDED_FROM ? items : folded}</fieldset>`
}
const FOLDED_FROM = 6

const NewRule = z.object({
  title: z.string().trim().min(1).max(200),
  collection: z.string().max(100),
  "inboxes[]": z.array(z.string().max(100)).max(200).default([]),
  "types[]": z.array(z.string().max(250)).max(200).default([]),
  "markings[]": z.array(z.string().max(20)).max(10).default([]),
  "sectors[]": z.array(z.string().max(100)).max(200).default([]),
  existing: z.literal("yes").optional(),
})

async function make(parts: RulePageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewRule)
  if (!form.ok) return newPage(parts, visit, form)
  const { title, collection, existing } = form.value
  const wish = RuleWish.parse({
    ...{ title, collection, existing: existing === "yes", inboxes: form.value["inboxes[]"] },
    ...{ types: form.value["types[]"], markings: form.value["markings[]"], sectors: form.value["sectors[]"] },
  })
  return visit.redirect(rulePath(await addRule(parts.store, wish, visit.person().commitment)))
}

async function onePage(parts: RulePageParts, visit: Visit): Promise<Reply> {
  const { t, format } = visit
  const rule = await loadRule(parts.store, visit.ask.params.id ?? "")
  const [titles, partners, people, shared] = await Promise.all([
    titlesOf(parts),
    partnersOf(parts.store),
    namesByCommitment(parts.store),
    openShared(parts.store, format.compare),
  ])
  const { collection, madeBy, madeAt, lastRunAt, lastRelease } = rule
  const audience = shared.find((one) => one.collection.id === collection)?.audience ?? []
  const any = t("rule.any")
  const listed = (items: readonly string[] | null, word: (item: string) => string) =>
    items === null ? any : visible(format.list(items.map(word)))
  const rows = facts([
    [
      t("rule.into"),
      html`<a href="/share/collections/${collection}">${visible(titles.get(collection) ?? collection)}</a>`,
    ],
    [t("rule.inboxes"), listed(rule.inboxes, (id) => titles.get(id) ?? id)],
    [t("rule.types"), listed(rule.types, (type) => typeWord(t, type))],
    [t("rule.markings"), listed(rule.markings, tlpText)],
    [t("rule.sectors"), listed(rule.sectors, (sector) => t(`terms.sector.${sector}`))],
    [
      t("rule.made-by"),
      madeBy === null ? t("approval.by-node") : visible(people.get(madeBy) ?? t("approval.by-unknown")),
    ],
    [t("rule.since"), format.time(madeAt)],
    [t("rule.last-run"), lastRunAt === null ? t("rule.never") : format.time(lastRunAt)],
    [
      t("approval.release"),
      lastRelease === null ? null : html`<a href="/share/releases/${lastRelease}">${t("approval.to-release")}</a>`,
    ],
  ])
  const path = rulePath(rule)
  const on = html`<button class="primary" name="active" value="yes">${t("rule.on")}</button>`
  const off = html`<button name="active" value="no">${t("rule.off")}</button>`
  const halt = rule.active ? await halted(parts.store, rule) : null
  const next = rule.active ? await goesOnIn(parts.store, rule) : []
  const split = halt === null && next.length > 0
  const stay = html`<button name="active" value="yes">${t("rule.stay")}</button>`
  const turn = rule.active ? html`${halt === "no-officer" ? on : nothing}${split ? stay : nothing}${off}` : on
  const forms = html`<form method="post" action="${path}/try"><p class="actions"><button>${t("rule.try")}</button></p></form>
<form method="post" action="${path}/switch"><p class="actions">${turn}</p></form>
<details><summary>${t("rule.remove")}</summary><form method="post" action="${path}/remove"><p>${t("rule.remove-what")}</p><p class="actions"><button class="danger">${t("rule.remove-go")}</button></p></form></details>`
  const wants = new URLSearchParams(visit.ask.query).get("nothing") === "yes" ? notice(t("rule.nothing-fits")) : nothing
  const body = html`<div class="decision">${haltShown(t, halt, next)}${await nextShown(parts, visit, rule, next)}${wants}${rows}${section(t("release.who"), await partyList(visit, parts.store, partners, audience))}${forms}<p class="actions"><a href="${PATH}">${t("rule.back")}</a></p></div>`
  return visit.page({
    title: rule.title,
    heading: visible(rule.title),
    place: "rules-release",
    state: await stateShown(parts, t, rule),
    body,
  })
}

/** What it would let out of all that the inboxes hold: looked at as any release, and nothing goes. */
async function tryRule({ store, releases }: RulePageParts, visit: Visit): Promise<Reply> {
  const rule = await loadRule(store, visit.ask.params.id ?? "")
  const { keys } = await findFitting(store, rule, new Map())
  if (keys.length === 0) return visit.redirect(`${rulePath(rule)}?nothing=yes`)
  const by = { by: visit.person().commitment, officer: visit.may("role:officer") }
  const id = await releases.prepare({
    collections: [rule.collection],
    objects: keys,
    unmarked: null,
    again: false,
    ...by,
  })
  await releases.settledSoon(id, SOON_MS)
  return visit.redirect(`/share/releases/${id}`)
}

const Switch = z.object({ active: z.enum(["yes", "no"]) })

async function change({ store }: RulePageParts, visit: Visit): Promise<Reply> {
  const rule = await loadRule(store, visit.ask.params.id ?? "")
  const form = await visit.form(Switch)
  if (form.ok) await switchRule(store, rule.id, form.value.active === "yes", visit.person().commitment)
  return visit.redirect(rulePath(rule))
}

const Follow = z.object({ collection: z.string().max(100) })

async function follow({ store }: RulePageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Follow)
  const into = form.ok ? form.value.collection : ""
  const id = await followRule(store, visit.ask.params.id ?? "", into, visit.person().commitment)
  return visit.redirect(rulePath({ id }))
}

async function remove({ store }: RulePageParts, visit: Visit): Promise<Reply> {
  await removeRule(store, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect(PATH)
}
