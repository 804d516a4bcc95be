import { z } from "zod"
import {
  actions,
  errorSummary,
  type Faults,
  facts,
  type Given,
  type Html,
  html,
  inputField,
  languages,
  nothing,
  type Reply,
  section,
  selectField,
  table,
  visible,
  visibleText,
} from "../../http/index.ts"
import {
  type Means,
  meansOf,
  PASSWORD_LEAST,
  removeCode,
  removePasskey,
  setPassword,
  unlinkOpenId,
} from "../enrolling.ts"
import type { SessionId } from "../model.ts"
import { loadPerson } from "../people.ts"
import type { OpenSession } from "../sessions.ts"
import { beginElsewhere } from "../signing-in-elsewhere.ts"
import type { PageRoute, Visit } from "../visiting.ts"
import { away, faultsOf } from "./browser.ts"
import type { EnrolParts } from "./enrol.ts"
import { CALLBACK, type SignInParts } from "./sign-in.ts"
import { signedIn } from "./step-up.ts"
import { methodName, roleNames } from "./words.ts"

export type AccountParts = SignInParts & EnrolParts

const Passkey = z.object({ id: z.string().max(2000) })
const Password = z.object({ password: z.string().min(1).max(2000) })
const Session = z.object({ session: z.string().max(100) })

/** A person's own account: what it signs in with, where it is signed in, how it wants the pages. */
export function accountPages(parts: AccountParts): PageRoute[] {
  const { sessions, store } = parts
  const change = (path: string, work: (visit: Visit) => Promise<Reply>): PageRoute => ({
    ...{ method: "POST", path, who: "person", stepUp: true, handle: work },
  })
  return [
    { method: "GET", path: "/account", who: "person", handle: (visit) => account(parts, visit) },
    change("/account/passkeys/remove", (visit) => removeOne(parts, visit)),
    change("/account/code/remove", (visit) => attempt(parts, visit, () => removeCode(store, signedIn(visit)))),
    change("/account/openid/remove", (visit) => attempt(parts, visit, () => unlinkOpenId(store, signedIn(visit)))),
    change("/account/password", (visit) => newPassword(parts, visit)),
    { method: "GET", path: "/account/openid", who: "person", stepUp: true, handle: (visit) => link(parts, visit) },
    { method: "POST", path: "/account/sessions/end", who: "person", handle: (visit) => endOne(parts, visit) },
    {
      ...{ method: "POST", path: "/account/sessions/end-others", who: "person" },
      handle: async (visit) => {
        const { person, session } = signedIn(visit)
        await sessions.endAll(person.account, person.commitment, session)
        return visit.redirect("/account#sessions")
      },
    },
  ]
}

async function account(parts: AccountParts, visit: Visit, faults: Faults = {}, given: Given = {}): Promise<Reply> {
  const { t } = visit
  const person = visit.person()
  const means = await meansOf(parts.store, await loadPerson(parts.store, person.account))
  const sessions = await parts.sessions.list(person.account)
  const known = facts([
    [t("account.name"), visible(person.name)],
    [t("account.roles"), roleNames(t, person).join(" · ")],
  ])
  const body = html`${errorSummary(t, faults)}${known}
${section(t("account.passkeys"), passkeys(visit, means), "passkeys")}
${section(t("account.code"), code(visit, means), "code")}
${section(t("account.password"), password(visit, means, given, faults), "password")}
${parts.provider === null ? nothing : section(t("account.openid"), openId(visit, means), "openid")}
${section(t("account.sessions"), sessionList(visit, sessions), "sessions")}
${section(t("account.view"), preferences(visit), "view")}`
  return visit.page({ title: t("nav.account"), body, status: Object.keys(faults).length === 0 ? 200 : 400 })
}

function passkeys({ t, format }: Visit, { passkeys }: Means): Html {
  const list = table({
    caption: t("account.passkeys"),
    columns: [
      { label: t("passkey.name"), kind: "name", cell: ({ name }) => visible(name) },
      { label: t("account.added-at"), wide: true, cell: ({ createdAt }) => format.date(createdAt) },
      { label: t("account.used"), cell: ({ lastUsedAt }) => (lastUsedAt === null ? "–" : format.time(lastUsedAt)) },
      {
        ...{ label: t("passkey.kept"), wide: true },
        cell: ({ backedUp }) => (backedUp ? t("passkey.synced") : t("passkey.one-device")),
      },
      {
        label: html`<span class="unseen">${t("account.change")}</span>`,
        cell: ({ id }) => remove(t, "/account/passkeys/remove", id),
      },
    ],
    rows: passkeys,
    empty: html`<p>${t("account.no-passkey")}</p>`,
  })
  return html`${list}<p class="actions"><a class="button" href="/account/enrol">${t("account.add-passkey")}</a></p>`
}

function remove(t: Visit["t"], action: string, id: string): Html {
  return html`<form method="post" action="${action}"><input type="hidden" name="id" value="${id}"><button>${t("account.remove")}</button></form>`
}

function code({ t, format }: Visit, means: Means): Html {
  if (means.code === null) {
    return html`<p>${t("account.no-code")}</p><p class="actions"><a class="button" href="/account/enrol">${t("account.add-code")}</a></p>`
  }
  return html`<p>${t("account.has-code")} ${format.date(means.code.createdAt)}</p><div class="actions"><a class="button" href="/account/enrol">${t("account.replace-code")}</a>${remove(t, "/account/code/remove", "")}</div>`
}

/** Without codes a password opens no page; there the two are set together. */
function password({ t }: Visit, means: Means, given: Given, faults: Faults): Html {
  if (!means.password) return html`<p>${t("account.no-password")}</p>`
  const field = inputField(
    { t, given, faults },
    {
      ...{
        name: "password",
        label: t("account.new-password"),
        hint: t("code.password-hint", { least: PASSWORD_LEAST }),
      },
      ...{ type: "password", autocomplete: "new-password", most: 1024 },
    },
  )
  return html`<p>${t("account.has-password")}</p>
<form method="post" action="/account/password">${field}<p class="actions"><button>${t("account.change-password")}</button></p></form>`
}

function openId({ t }: Visit, { openId }: Means): Html {
  if (openId) return html`<p>${t("account.linked")}</p>${remove(t, "/account/openid/remove", "")}`
  return html`<p>${t("account.not-linked")}</p><p class="actions"><a class="button" href="/account/openid">${t("account.link")}</a></p>`
}

function sessionList(visit: Visit, sessions: readonly OpenSession[]): Html {
  const { t } = visit
  const { session: own } = signedIn(visit)
  const others = sessions.some(({ id }) => id !== own)
  const endOthers = html`<form method="post" action="/account/sessions/end-others"><p class="actions"><button>${t("account.end-others")}</button></p></form>`
  return html`${sessionTable(visit, sessions, "/account/sessions/end", own)}${others ? endOthers : nothing}`
}

/** Where somebody is signed in; `action` ends one of them. */
export function sessionTable(
  { t, format }: Visit,
  sessions: readonly OpenSession[],
  action: string,
  own: SessionId | null,
): Html {
  return table({
    caption: t("account.sessions"),
    columns: [
      { label: t("account.browser"), kind: "name", cell: ({ agent }) => browserName(agent) },
      { label: t("account.by"), wide: true, cell: ({ method }) => methodName(t, method) },
      { label: t("account.since"), wide: true, cell: ({ createdAt }) => format.time(createdAt) },
      { label: t("account.seen"), cell: ({ seenAt }) => format.time(seenAt) },
      {
        label: html`<span class="unseen">${t("account.change")}</span>`,
        cell: ({ id }) =>
          id === own
            ? t("account.this-session")
            : html`<form method="post" action="${action}"><input type="hidden" name="session" value="${id}"><button>${t("account.end")}</button></form>`,
      },
    ],
    rows: sessions,
    empty: html`<p>${t("account.no-session")}</p>`,
  })
}

const BROWSERS = /(Edg|OPR|Firefox|Chrome|Safari)(?:A|iOS)?\/(\d+)/
const SYSTEMS = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/
const CALLED: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS", CrOS: "ChromeOS" }

/** What a person calls it; the browser's own long word stands in the title. */
function browserName(agent: string): Html {
  const browser = BROWSERS.exec(agent.replace(/Chrome\/\S+ (?=.*(?:Edg|OPR)\/)/, ""))
  const system = SYSTEMS.exec(agent)?.[1]
  if (browser === null || system === undefined) return visible(agent === "" ? "–" : agent)
  const [, name = "", version = ""] = browser
  const called = (word: string) => CALLED[word] ?? word
  return html`<span title="${visibleText(agent)}">${called(name)} ${version} · ${called(system)}</span>`
}

function preferences({ t, viewer, person }: Visit): Html {
  const shown = { t, given: {}, faults: {} }
  const themes = [
    { value: "system", label: t("theme.system") },
    { value: "light", label: t("theme.light") },
    { value: "dark", label: t("theme.dark") },
  ]
  return html`<form method="post" action="/preferences"><input type="hidden" name="to" value="/account#view">
${selectField(shown, { name: "language", label: t("frame.language"), value: viewer.language, choices: languages.map((value) => ({ value, label: viewer.format.languageName(value) })) })}
${selectField(shown, { name: "theme", label: t("frame.theme"), value: person().theme ?? "system", choices: themes })}
${actions(t("account.save-view"))}</form>`
}

async function removeOne(parts: AccountParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Passkey)
  if (!form.ok) return account(parts, visit, form.faults)
  return attempt(parts, visit, () => removePasskey(parts.store, signedIn(visit), form.value.id))
}

async function newPassword(parts: AccountParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Password)
  if (!form.ok) return account(parts, visit, form.faults)
  return attempt(parts, visit, () => setPassword(parts.store, signedIn(visit), form.value.password), "password")
}

async function attempt(parts: AccountParts, visit: Visit, work: () => Promise<void>, field = ""): Promise<Reply> {
  try {
    await work()
  } catch (error) {
    return account(parts, visit, faultsOf(error, field))
  }
  parts.authenticator.forget()
  return visit.redirect("/account")
}

async function endOne({ sessions }: AccountParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Session)
  const { person } = signedIn(visit)
  if (form.ok) await sessions.end(person.account, form.value.session, person.commitment)
  return visit.redirect("/account#sessions")
}

/**
 * By GET, since browsers let no form lead to another site (CSP `form-action`). A page of another site could lead here
 * somebody whom it had signed in at the provider under its own name, so only our own pages may.
 */
async function link(parts: AccountParts, visit: Visit): Promise<Reply> {
  const isOurs = (visit.ask.header("sec-fetch-site") ?? "same-origin") === "same-origin"
  if (parts.provider === null || !isOurs) return visit.redirect("/account#openid")
  const why = { purpose: "link", to: "/account#openid", signedIn: visit.signedIn } as const
  const { address, cookie } = await beginElsewhere(parts, parts.provider, parts.site.origin + CALLBACK, why)
  return away(visit, address, cookie)
}
