import { z } from "zod"
import {
  type AccountId,
  changeRights,
  loadProgram,
  type PageRoute,
  type Program,
  removeProgram,
  renewToken,
  type Visit,
} from "../../../accounts/index.ts"
import {
  actions,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  selectField,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { type Collection, listCollections } from "../../../library/index.ts"
import { NO_TOKEN, recipeList } from "./recipe-list.ts"
import { RIGHTS, Rights, rightsField, rightsOf, useText } from "./rights.ts"
import { collectionsOf, type ProgramParts, programPath, tokenPage } from "./token-page.ts"

const Changed = z.object({ [RIGHTS]: z.preprocess((given) => given ?? [], Rights) })
const Nothing = z.object({})
const ONE = "/share/programs/:program"

export function onePages(parts: ProgramParts): PageRoute[] {
  const who = "role:administrator"
  return [
    { method: "GET", path: ONE, who, handle: (visit) => page(parts, visit, noForm) },
    { method: "POST", path: `${ONE}/rights`, who, stepUp: true, handle: (visit) => change(parts, visit) },
    { method: "POST", path: `${ONE}/token`, who, stepUp: true, handle: (visit) => renew(parts, visit) },
    { method: "GET", path: `${ONE}/remove`, who, handle: (visit) => removalPage(parts, visit) },
    { method: "POST", path: `${ONE}/remove`, who, stepUp: true, handle: (visit) => remove(parts, visit) },
  ]
}

function accountOf({ ask }: Visit): AccountId {
  const id = ask.params.program ?? ""
  if (!/^account--[0-9a-f-]{36}$/.test(id)) throw new ComityError("not-found", "account.gone")
  return id as AccountId // its shape was looked at; whether there is one, the store says
}

async function page(
  { store }: ProgramParts,
  visit: Visit,
  { given, faults }: { given: Given; faults: Faults },
  status = 200,
): Promise<Reply> {
  const { t, format } = visit
  const program = await loadProgram(store, accountOf(visit))
  const collections = (await listCollections(store)).toSorted((a, b) => format.compare(a.title, b.title))
  const changed = visit.ask.query.get("changed") === "yes" ? notice(t("programs.changed")) : nothing
  return visit.page({
    title: visibleText(program.name),
    heading: visible(program.name),
    state: html`<span class="quiet">${t("programs.program")}</span>`,
    place: "programs",
    status,
    body: html`${errorSummary(t, faults)}${changed}<div class="columns"><div>${rightsForm(visit, program, collections, given, faults)}${await settings(store, visit, program)}</div>
<aside>${facts([
      [t("programs.serves"), visible(useText(t, program.use))],
      [t("programs.created"), format.time(program.createdAt)],
      [t("programs.used"), program.lastUsedAt === null ? t("programs.never-used") : format.time(program.lastUsedAt)],
    ])}${newToken(visit, program)}<p class="actions"><a href="${programPath(program.account)}/remove">${t("programs.remove")}</a></p></aside></div>`,
  })
}

function rightsForm(
  { t }: Visit,
  { account, rights }: Program,
  collections: readonly Collection[],
  given: Given,
  faults: Faults,
): Html {
  const fault = faults[RIGHTS]
  return section(
    t("programs.rights"),
    html`<form method="post" action="${programPath(account)}/rights"><fieldset class="field${fault === undefined ? "" : " faulty"}" id="field-${RIGHTS}"><legend class="unseen">${t("programs.rights")}</legend>${fault === undefined ? nothing : html`<p class="fault">${t(fault.key, fault.values)}</p>`}${rightsField(t, collections, given, rights)}</fieldset><p><button>${t("programs.save-rights")}</button></p></form>`,
    "rights",
  )
}

/** Without the token, which nobody but its holder knows; for the collection that the address names. */
async function settings(store: ProgramParts["store"], visit: Visit, program: Program): Promise<Html> {
  const { t } = visit
  const collections = await collectionsOf(store, program)
  const wanted = visit.ask.query.get("collection")
  const collection = collections.find(({ id }) => id === wanted) ?? collections[0]
  if (collection === undefined) return nothing
  const choices = collections.map(({ id, title }) => ({ value: id, label: visibleText(title) }))
  const field = selectField(
    { t, ...noForm },
    { name: "collection", label: t("recipe.for"), choices, value: collection.id },
  )
  const other = html`<form class="bar" method="get" action="#settings">${field}<button>${t("entry.show")}</button></form>`
  const list = recipeList(visit, program, collection, NO_TOKEN)
  return html`${list}${collections.length < 2 ? nothing : other}<p class="quiet">${t("recipe.put-token", { place: NO_TOKEN })}</p>`
}

function newToken({ t }: Visit, { account }: Program): Html {
  return section(
    t("programs.token"),
    html`<p>${t("programs.token-renew-what")}</p><form method="post" action="${programPath(account)}/token"><button>${t("programs.token-renew")}</button></form>`,
  )
}

async function change(parts: ProgramParts, visit: Visit): Promise<Reply> {
  const account = accountOf(visit)
  const form = await visit.form(Changed)
  const rights = form.ok ? rightsOf(form.value[RIGHTS], await listCollections(parts.store)) : new Map()
  if (!form.ok || rights.size === 0) {
    const faults = form.ok ? { [RIGHTS]: { key: "programs.no-rights" } } : form.faults
    return page(parts, visit, { given: form.given, faults }, 400)
  }
  await changeRights(parts.store, account, rights, visit.person().commitment)
  parts.authenticator.forget()
  return visit.redirect(`${programPath(account)}?changed=yes`)
}

async function renew(parts: ProgramParts, visit: Visit): Promise<Reply> {
  await visit.form(Nothing)
  const { account, name } = await loadProgram(parts.store, accountOf(visit))
  const token = await renewToken(parts.store, account, visit.person().commitment)
  parts.authenticator.forget()
  return tokenPage(parts, visit, name, token)
}

async function removalPage({ store }: ProgramParts, visit: Visit): Promise<Reply> {
  const { t } = visit
  const { account, name } = await loadProgram(store, accountOf(visit))
  const home = programPath(account)
  return visit.page({
    title: t("programs.remove-title", { name: visibleText(name) }),
    place: "programs",
    body: html`<div class="decision"><ul><li>${t("programs.remove-token")}</li><li>${t("programs.remove-objects")}</li><li>${t("programs.remove-ledger")}</li></ul>
<form method="post" action="${home}/remove">${actions(t("programs.remove"), { href: home, label: t("programs.keep") }, "danger")}</form></div>`,
  })
}

async function remove(parts: ProgramParts, visit: Visit): Promise<Reply> {
  await removeProgram(parts.store, accountOf(visit), visit.person().commitment)
  parts.authenticator.forget()
  return visit.redirect("/share/programs")
}
