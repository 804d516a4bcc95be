import { z } from "zod"
import { namesByCommitment, type Visit } from "../../accounts/index.ts"
import {
  actions,
  endEvent,
  errorSummary,
  eventsReply,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  progressEvent,
  type Reply,
  section,
  selectField,
  visible,
  visibleText,
} from "../../http/index.ts"
import { OPEN_TYPES } from "../items/types.ts"
import { findList, LIST_NAME_MOST, listLists, removeList, renameList, saveList } from "../lists/lists.ts"
import type { MatchList } from "../lists/model.ts"
import { MATCH_MOST } from "../runs/model.ts"
import { listsShown, wordsShown } from "./home-page.ts"
import {
  activePartners,
  agreementsHere,
  faultOf,
  HOME,
  LISTS,
  listPath,
  lookAt,
  type MatchPageParts,
  NEW,
  partnersOf,
} from "./parts.ts"
import { gatheredShown, progressOf, underWay } from "./preview-shown.ts"

type Sent = { given: Given; faults: Faults }
const PLACE = "match"

export async function listsPage({ store, selecting }: MatchPageParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const lists = await listLists(store)
  const body = html`<p>${t("match.lists-what")}</p>${await listsShown(selecting, visit, lists)}<p class="actions">${visit.may("role:analyst") && lists.length > 0 ? html`<a class="button" href="/share/library">${t("match.choose-in-library")}</a>` : nothing}<a href="${HOME}">${t("match.back")}</a></p>`
  return visit.page({ title: t("match.lists"), place: PLACE, body })
}

/** What is chosen in the library gets a name; nothing is matched yet. */
export async function newListPage(parts: MatchPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const address = sent.given.view?.[0] ?? visit.ask.query.get("found") ?? ""
  const query = parts.selecting.queryOf(address)
  const words = wordsShown(visit, await parts.selecting.wordsOf(visit, query))
  const view = parts.selecting.pathOf(query)
  const name = inputField(
    { t, ...sent },
    {
      name: "name",
      label: t("match.list-name"),
      hint: t("match.list-name-hint"),
      most: LIST_NAME_MOST,
      required: true,
      autocomplete: "off",
    },
  )
  const out = { href: view, label: t("match.back-to-library") }
  const body = html`${errorSummary(t, sent.faults)}<div class="decision"><p>${t("match.list-new-what")}</p>${facts([[t("match.looks-for"), words]])}
<form method="post" action="${LISTS}/new"><input type="hidden" name="view" value="${address}">${name}${actions(t("match.list-save"), out)}</form></div>`
  return visit.page({ title: t("match.list-new"), place: PLACE, ...statusOf(sent), body })
}

function statusOf({ faults }: Sent): { status?: number } {
  return Object.keys(faults).length === 0 ? {} : { status: 400 }
}

const Named = z.object({ name: z.string().trim().min(1).max(LIST_NAME_MOST) })
const NewList = Named.extend({ view: z.string().max(8000).default("") })

export async function makeList(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewList)
  const { given } = form
  if (!form.ok) return newListPage(parts, visit, form)
  const { name, view } = form.value
  try {
    const query = parts.selecting.queryOf(view)
    return visit.redirect(listPath(await saveList(parts.store, { name, query }, visit.person().commitment)))
  } catch (error) {
    return newListPage(parts, visit, { given, faults: { name: faultOf(visit, error) } })
  }
}

/** One list: what it looks for, and what of it would be used with a partner. */
export async function listPage(parts: MatchPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t, format } = visit
  const { store, selecting } = parts
  const list = await findList(store, visit.ask.params.id ?? "")
  const [words, people] = await Promise.all([selecting.wordsOf(visit, list.query), namesByCommitment(store)])
  const view = html`<a href="${selecting.pathOf(list.query)}">${t("match.see-in-library")}</a>`
  const by = list.by === null ? null : (people.get(list.by) ?? null)
  const said = facts([
    [t("match.looks-for"), html`${wordsShown(visit, words)} ${view}`],
    [t("match.saved"), format.time(list.savedAt)],
    [t("match.saved-by"), by === null ? null : visible(by)],
  ])
  const { shown, scripts } = await previewSection(parts, visit, list)
  const change = visit.may("role:analyst") ? changing(visit, list, sent) : nothing
  const body = html`${errorSummary(t, sent.faults)}<div class="decision">${said}${shown}${change}<p class="actions"><a href="${LISTS}">${t("match.back-to-lists")}</a></p></div>`
  return visit.page({
    title: visibleText(list.name),
    heading: visible(list.name),
    place: PLACE,
    scripts,
    ...statusOf(sent),
    body,
  })
}

type Shown = { shown: Html; scripts: "progress.js"[] }

/** Policy decides for each partner: without one nobody can say what would be used. */
async function previewSection(parts: MatchPageParts, visit: Visit, list: MatchList): Promise<Shown> {
  const { t, ask } = visit
  const active = await activePartners(parts.store, visit)
  const wanted = ask.query.get("for")
  const peer = active.find(({ party }) => party === wanted) ?? active[0]
  if (peer === undefined) {
    const link = html`<a href="/share/partners">${t("nav.partners")}</a>`
    return { shown: section(t("match.preview"), html`<p>${t("match.no-partner")} ${link}</p>`), scripts: [] }
  }
  const agreements = (await agreementsHere(parts.store)).filter(({ parties }) => parties.includes(peer.party))
  const agreement = agreements.find((one) => one.agreement === ask.query.get("agreement"))?.agreement ?? null
  const types = OPEN_TYPES.map((type) => ({ type, most: MATCH_MOST }))
  const preview = await lookAt(parts, {
    ...{ query: list.query, parties: [peer.party], types, agreement, purpose: null, approved: false },
  })
  const fields = { t, given: {}, faults: {} }
  const whom = selectField(fields, {
    ...{ name: "for", label: t("match.preview-for"), value: peer.party },
    choices: active.map(({ party, name }) => ({ value: party, label: visible(name) })),
  })
  const under = selectField(fields, {
    ...{ name: "agreement", label: t("match.agreement"), value: agreement ?? "" },
    choices: [
      { value: "", label: t("match.agreement-none") },
      ...agreements.map((one) => ({ value: one.agreement, label: visible(one.title) })),
    ],
  })
  const form = html`<form method="get" action="${listPath(list)}" class="bar">${whom}${agreements.length > 0 ? under : nothing}<button>${t("match.preview-go")}</button></form>`
  const { gathered } = preview
  const to = new URLSearchParams({ list: list.id, party: peer.party, ...(agreement === null ? {} : { agreement }) })
  const label = visit.may("role:officer") ? t("match.propose-with", { partner: peer.name }) : t("match.prepare")
  const next = visit.may("role:analyst")
    ? html`<p class="actions"><a class="button primary" href="${NEW}?${String(to)}">${visible(label)}</a></p>`
    : nothing
  const result =
    gathered === null
      ? underWay(visit, preview)
      : html`${gatheredShown(visit, gathered, await partnersOf(parts.store))}<p class="quiet small">${t("match.as-of")} ${visit.format.time(preview.at)}</p>${next}`
  const shown = section(t("match.preview"), html`<p>${t("match.preview-what")}</p>${form}${result}`, "preview")
  return { shown, scripts: gathered === null ? ["progress.js"] : [] }
}

function changing({ t }: Visit, list: MatchList, { given, faults }: Sent): Html {
  const path = listPath(list)
  const name = inputField(
    { t, given, faults },
    { name: "name", label: t("match.list-name"), value: list.name, most: LIST_NAME_MOST, autocomplete: "off" },
  )
  const open = Object.keys(faults).length > 0 ? html` open` : nothing
  return html`<details${open}><summary>${t("match.list-rename")}</summary><form method="post" action="${path}">${name}<p class="actions"><button>${t("match.list-rename-go")}</button></p></form></details>
<details><summary>${t("match.list-remove")}</summary><form method="post" action="${path}/remove"><p>${t("match.list-remove-what")}</p><p class="actions"><button class="danger">${t("match.list-remove-go")}</button></p></form></details>`
}

export async function rename(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const list = await findList(parts.store, visit.ask.params.id ?? "")
  const form = await visit.form(Named)
  if (!form.ok) return listPage(parts, visit, form)
  try {
    await renameList(parts.store, list.id, form.value.name, visit.person().commitment)
  } catch (error) {
    return listPage(parts, visit, { given: form.given, faults: { name: faultOf(visit, error) } })
  }
  return visit.redirect(listPath(list))
}

export async function remove({ store }: MatchPageParts, visit: Visit): Promise<Reply> {
  const list = await findList(store, visit.ask.params.id ?? "")
  await removeList(store, list.id, visit.person().commitment)
  return visit.redirect(LISTS)
}

/** How far looking at a list is; then the page that shows it is asked for again. */
export async function previewEvents({ previews }: MatchPageParts, visit: Visit): Promise<Reply> {
  const id = visit.ask.params.id ?? ""
  return eventsReply(async function* (gone) {
    for await (const preview of previews.watch(id, gone)) yield progressEvent(progressOf(visit, preview))
    if (!gone.aborted) yield endEvent()
  })
}
