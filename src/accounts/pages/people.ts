import { z } from "zod"
import {
  actions,
  checkField,
  choiceField,
  copyable,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  type Shown,
  stateMark,
  type Translate,
  table,
  visible,
} from "../../http/index.ts"
import { invite } from "../links.ts"
import { roles } from "../model.ts"
import { Name, type Roles } from "../people.ts"
import { type Reviewed, reviewAccess } from "../review.ts"
import type { PageRoute, Visit } from "../visiting.ts"
import type { AccountParts } from "./account.ts"
import { faultsOf } from "./browser.ts"
import { meansNames, roleNames } from "./words.ts"

/** `none` is a choice of its own: somebody may run the node and read nothing. */
export const RoleFields = {
  role: z.enum(["none", ...roles]).transform((role) => (role === "none" ? null : role)),
  administrator: z
    .literal("yes")
    .optional()
    .transform((yes) => yes === "yes"),
}
const Invitation = z.object({
  ...RoleFields,
  name: Name,
  email: z
    .union([z.literal(""), z.email().max(254)])
    .default("")
    .transform((email) => (email === "" ? null : email)),
})

/** Who may work here; for administrators. */
export function peoplePages(parts: AccountParts): PageRoute[] {
  const who = "role:administrator"
  return [
    { method: "GET", path: "/people", who, handle: (visit) => people(parts, visit) },
    { method: "GET", path: "/people/invite", who, stepUp: true, handle: async (visit) => form(parts, visit) },
    { method: "POST", path: "/people/invite", who, stepUp: true, handle: (visit) => inviteOne(parts, visit) },
  ]
}

async function people({ store }: AccountParts, visit: Visit): Promise<Reply> {
  const { t, now } = visit
  const rows = (await reviewAccess(store, now)).filter(({ kind }) => kind === "person")
  const body = html`<p class="actions"><a class="button primary" href="/people/invite">${t("people.invite")}</a> <a href="/people/review">${t("review.title")}</a></p>${list(visit, rows)}`
  return visit.page({ title: t("nav.people"), place: "people", body })
}

function list({ t, format }: Visit, rows: readonly Reviewed[]): Html {
  return table({
    caption: t("nav.people"),
    columns: [
      {
        ...{ label: t("account.name"), kind: "name" },
        cell: ({ name, account }) => html`<a href="/people/${account}">${visible(name)}</a>`,
      },
      { label: t("account.roles"), cell: (row) => roleNames(t, row).join(" · ") },
      { label: t("people.state"), cell: (row) => stateOf(t, row) },
      {
        ...{ label: t("account.used"), wide: true, kind: "quiet" },
        cell: ({ lastUsedAt }) => (lastUsedAt === null ? t("people.never") : format.time(lastUsedAt)),
      },
      {
        label: t("people.open-sessions"),
        kind: "number",
        wide: true,
        cell: ({ sessions }) => format.number(sessions.length),
      },
    ],
    rows,
    empty: emptyState(t("people.none"), { href: "/people/invite", label: t("people.invite") }),
  })
}

/** Whether somebody can come in, in a word. */
export function stateOf(t: Translate, { means, invitedUntil }: Reviewed): Html {
  if (means.passkeys.length > 0 || means.code !== null || means.openId) {
    return stateMark("open", meansNames(t, means).join(" · "))
  }
  if (means.password) return stateMark("conditional", t("people.no-second"))
  if (invitedUntil !== null) return stateMark("conditional", t("people.invited"))
  return stateMark("closed", t("people.cannot"))
}

/** Work role and administration, with what each may do. */
export function roleFields(shown: Shown, before: Roles): Html {
  const { t } = shown
  const choices = [
    { value: "reader", label: t("role.reader"), hint: t("people.reader-may") },
    { value: "analyst", label: t("role.analyst"), hint: t("people.analyst-may") },
    { value: "officer", label: t("role.officer"), hint: t("people.officer-may") },
    { value: "none", label: t("people.no-role"), hint: t("people.none-may") },
  ]
  return html`${choiceField(shown, { name: "role", label: t("people.role"), choices, value: before.role ?? "none" })}
${checkField(shown, { name: "administrator", label: t("role.administrator"), hint: t("people.administrator-may"), checked: before.administrator })}`
}

function form(
  { provider }: AccountParts,
  visit: Visit,
  given: Given = noForm.given,
  faults: Faults = noForm.faults,
): Reply {
  const { t } = visit
  const shown = { t, given, faults }
  const email = {
    name: "email",
    label: t("people.email"),
    hint: t("people.email-hint"),
    type: "email",
    most: 254,
  } as const
  const body = html`${errorSummary(t, faults)}<p>${t("people.invite-what")}</p><form method="post" action="/people/invite" class="decision">
${inputField(shown, { name: "name", label: t("account.name"), hint: t("people.name-hint"), most: 200 })}
${roleFields(shown, { role: "reader", administrator: false })}${provider === null ? nothing : inputField(shown, email)}
${actions(t("people.make-invitation"), { href: "/people", label: t("people.back") })}</form>`
  const status = Object.keys(faults).length === 0 ? 200 : 400
  return visit.page({ title: t("people.invite"), place: "people", body, status })
}

async function inviteOne(parts: AccountParts, visit: Visit): Promise<Reply> {
  const sent = await visit.form(Invitation)
  if (!sent.ok) return form(parts, visit, sent.given, sent.faults)
  try {
    const token = await invite(parts.store, sent.value, visit.person().commitment)
    return invitationLink(parts, visit, sent.value.name, token)
  } catch (error) {
    return form(parts, visit, sent.given, faultsOf(error, "name"))
  }
}

/** Shown once: the node keeps the link's hash alone. */
export function invitationLink({ site }: AccountParts, visit: Visit, name: string, token: string): Reply {
  const { t } = visit
  const address = `${site.origin}/invitation/${token}`
  const body = html`${notice(t("people.link-made"))}<p>${t("account.name")}: <strong>${visible(name)}</strong></p>
<p>${copyable(t, address, address)}</p><p>${t("people.link-what")}</p><p class="actions"><a class="button" href="/people">${t("people.back")}</a></p>`
  return visit.page({ title: t("people.link-title"), place: "people", body })
}
