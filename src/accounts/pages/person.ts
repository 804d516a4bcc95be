import { z } from "zod"
import {
  actions,
  errorSummary,
  type Faults,
  facts,
  type Given,
  html,
  nothing,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { inviteAgain } from "../links.ts"
import { changeRoles, removePerson } from "../people.ts"
import { type Reviewed, reviewAccess } from "../review.ts"
import type { PageRoute, Visit } from "../visiting.ts"
import { type AccountParts, sessionTable } from "./account.ts"
import { faultsOf } from "./browser.ts"
import { invitationLink, RoleFields, roleFields, stateOf } from "./people.ts"

const Roles = z.object(RoleFields)
const Session = z.object({ session: z.string().max(100) })

/** One person, for administrators: roles, sessions, a new invitation, removal. */
export function personPages(parts: AccountParts): PageRoute[] {
  const path = "/people/:account"
  const own = { who: "role:administrator", stepUp: true } as const
  return [
    { ...own, method: "GET", path, handle: async (visit) => person(parts, visit, await found(parts, visit)) },
    { ...own, method: "POST", path: `${path}/roles`, handle: (visit) => newRoles(parts, visit) },
    { ...own, method: "POST", path: `${path}/invite`, handle: (visit) => again(parts, visit) },
    { ...own, method: "POST", path: `${path}/end`, handle: (visit) => endOne(parts, visit) },
    { ...own, method: "POST", path: `${path}/end-all`, handle: (visit) => endAll(parts, visit) },
    { ...own, method: "POST", path: `${path}/remove`, handle: (visit) => removeOne(parts, visit) },
  ]
}

async function found({ store }: AccountParts, { ask, now }: Visit): Promise<Reviewed> {
  const everybody = await reviewAccess(store, now)
  const one = everybody.find(({ account, kind }) => account === ask.params.account && kind === "person")
  if (one === undefined) throw new ComityError("not-found", "account.gone")
  return one
}

function person(
  { provider }: AccountParts,
  visit: Visit,
  one: Reviewed,
  faults: Faults = {},
  given: Given = {},
): Reply {
  const { t, format } = visit
  const at = `/people/${one.account}`
  const shown = { t, given, faults }
  const known = facts([
    [t("people.state"), stateOf(t, one)],
    [t("people.invited-until"), one.invitedUntil === null ? null : format.time(one.invitedUntil)],
    [t("account.added-at"), format.time(one.createdAt)],
    [t("account.used"), one.lastUsedAt === null ? t("people.never") : format.time(one.lastUsedAt)],
    [t("review.rights"), rightsText(one)],
  ])
  const endAll = html`<form method="post" action="${at}/end-all"><p class="actions"><button>${t("people.end-all")}</button></p></form>`
  const body = html`${errorSummary(t, faults)}${known}
${section(t("account.roles"), html`<p>${t("people.roles-what")}</p><form method="post" action="${at}/roles" class="decision">${roleFields(shown, one)}${actions(t("people.change-roles"))}</form>`)}
${section(t("account.sessions"), html`${sessionTable(visit, one.sessions, `${at}/end`, visit.signedIn?.session ?? null)}${one.sessions.length === 0 ? nothing : endAll}`)}
${section(t("people.again"), html`<p>${provider === null ? t("people.again-what") : t("people.again-what-openid")}</p><form method="post" action="${at}/invite"><p class="actions"><button>${t("people.make-invitation")}</button></p></form>`)}
${section(t("people.remove"), html`<p>${t("people.remove-what")}</p><form method="post" action="${at}/remove">${actions(t("people.remove-submit"), { href: "/people", label: t("people.back") }, "danger")}</form>`)}`
  const status = Object.keys(faults).length === 0 ? 200 : 409
  return visit.page({ title: visibleText(one.name), heading: visible(one.name), place: "people", body, status })
}

export function rightsText({ rights }: Reviewed) {
  if (rights.size === 0) return emptyRights
  return [...rights].map(
    ([collection, letters], i) => html`${i > 0 ? html`<br>` : nothing}<code>${collection}</code> ${letters}`,
  )
}

const emptyRights = "–"

async function newRoles(parts: AccountParts, visit: Visit): Promise<Reply> {
  const one = await found(parts, visit)
  const form = await visit.form(Roles)
  if (!form.ok) return person(parts, visit, one, form.faults, form.given)
  return attempt(parts, visit, one, form.given, `/people/${one.account}`, () =>
    changeRoles(parts.store, one.account, form.value, visit.person().commitment),
  )
}

async function removeOne(parts: AccountParts, visit: Visit): Promise<Reply> {
  const one = await found(parts, visit)
  return attempt(parts, visit, one, {}, "/people", () =>
    removePerson(parts.store, one.account, visit.person().commitment),
  )
}

async function attempt(
  parts: AccountParts,
  visit: Visit,
  one: Reviewed,
  given: Given,
  to: string,
  work: () => Promise<void>,
): Promise<Reply> {
  try {
    await work()
  } catch (error) {
    return person(parts, visit, one, faultsOf(error), given)
  }
  parts.authenticator.forget()
  return visit.redirect(to)
}

async function again(parts: AccountParts, visit: Visit): Promise<Reply> {
  const { account, name } = await found(parts, visit)
  const token = await inviteAgain(parts.store, account, null, visit.person().commitment)
  return invitationLink(parts, visit, name, token)
}

async function endOne(parts: AccountParts, visit: Visit): Promise<Reply> {
  const one = await found(parts, visit)
  const form = await visit.form(Session)
  const session = one.sessions.find(({ id }) => form.ok && id === form.value.session)
  if (session !== undefined) await parts.sessions.end(one.account, session.id, visit.person().commitment)
  return visit.redirect(`/people/${one.account}`)
}

async function endAll(parts: AccountParts, visit: Visit): Promise<Reply> {
  const one = await found(parts, visit)
  await parts.sessions.endAll(one.account, visit.person().commitment)
  return visit.redirect(`/people/${one.account}`)
}
