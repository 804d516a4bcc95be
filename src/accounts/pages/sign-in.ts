import { z } from "zod"
import type { Provider } from "../../crypto/index.ts"
import {
  errorSummary,
  type Faults,
  type Given,
  html,
  inputField,
  nothing,
  notice,
  type Reply,
} from "../../http/index.ts"
import { hasAdministrator } from "../links.ts"
import { askForPasskey, type Entrance, signInByPasskey, signInByPassword } from "../signing-in.ts"
import { beginElsewhere, returnFromElsewhere } from "../signing-in-elsewhere.ts"
import { localPath, type PageRoute, type Visit } from "../visiting.ts"
import {
  attemptOf,
  away,
  Credential,
  faultsOf,
  optionsReply,
  pendingCookie,
  pendingOf,
  sessionCookie,
  To,
} from "./browser.ts"
import { passkeyForm } from "./words.ts"

export type SignInParts = Entrance & {
  /** The organisation's own sign-in, if the operator named one. */
  provider: Provider | null
  /** Passwords that were remembered must be forgotten when an invitation takes what its person had. */
  authenticator: { forget(): void }
}

const Passkey = z.object({ credential: Credential, to: To })
const Password = z.object({
  name: z.string().trim().min(1).max(200),
  password: z.string().min(1).max(2000),
  code: z.string().max(20).default(""),
  to: To,
})

/** Where a browser comes back to from the OpenID provider; the operator names it there. */
export const CALLBACK = "/sign-in/return"

export function signInPages(parts: SignInParts): PageRoute[] {
  return [
    { method: "GET", path: "/sign-in", who: "visitor", handle: (visit) => signIn(parts, visit) },
    { method: "POST", path: "/sign-in", who: "visitor", handle: (visit) => byPassword(parts, visit) },
    { method: "POST", path: "/sign-in/options", who: "visitor", handle: (visit) => options(parts, visit) },
    { method: "POST", path: "/sign-in/passkey", who: "visitor", handle: (visit) => byPasskey(parts, visit) },
    { method: "GET", path: "/sign-in/openid", who: "visitor", handle: (visit) => goElsewhere(parts, visit) },
    { method: "GET", path: CALLBACK, who: "visitor", handle: (visit) => comeBack(parts, visit) },
    { method: "POST", path: "/sign-out", who: "visitor", handle: (visit) => signOut(parts, visit) },
  ]
}

async function signIn(parts: SignInParts, visit: Visit, faults: Faults = {}, given: Given = {}): Promise<Reply> {
  const { t, ask, signedIn } = visit
  const to = localPath(given.to?.[0] ?? ask.query.get("to"))
  if (signedIn?.state === "full" && Object.keys(faults).length === 0) return visit.redirect(to)
  const shown = { t, given, faults }
  const isNew = await hasAdministrator(parts.store).then((has) => !has)
  const elsewhere = `/sign-in/openid?to=${encodeURIComponent(to)}`
  const form = { action: "/sign-in/passkey", options: "/sign-in/options", to, make: false }
  const body = html`${errorSummary(t, faults)}${isNew ? notice(t("sign-in.not-set-up"), "warning") : nothing}
${passkeyForm(t, { ...form, label: t("sign-in.by-passkey") })}
${parts.provider === null ? nothing : html`<p class="actions"><a class="button" href="${elsewhere}">${t("sign-in.by-openid")}</a></p>`}
<h2>${t("sign-in.by-password")}</h2>
<form method="post" action="/sign-in"><input type="hidden" name="to" value="${to}">
${inputField(shown, { name: "name", label: t("sign-in.name"), autocomplete: "username", most: 200, spellcheck: false })}
${inputField(shown, { name: "password", label: t("sign-in.password"), type: "password", autocomplete: "current-password", most: 2000 })}
${inputField(shown, { name: "code", label: t("sign-in.code"), hint: t("sign-in.code-hint"), autocomplete: "one-time-code", inputmode: "numeric", most: 20, size: "short" })}
<p class="actions"><button>${t("sign-in.submit")}</button></p></form>
<p class="quiet small">${t("sign-in.lost")}</p>`
  const status = Object.keys(faults).length === 0 ? 200 : 401
  return visit.page({ title: t("sign-in.title"), body, bare: true, scripts: ["passkey.js"], status })
}

async function options(parts: SignInParts, visit: Visit): Promise<Reply> {
  const asked = await askForPasskey(parts, null)
  return optionsReply(visit, asked.options, asked.cookie)
}

async function byPasskey(parts: SignInParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Passkey)
  if (!form.ok) return signIn(parts, visit, form.faults, form.given)
  const answer = { cookie: pendingOf(visit), credential: form.value.credential }
  try {
    const token = await signInByPasskey(parts, answer, attemptOf(visit))
    return visit.redirect(localPath(form.value.to), [sessionCookie(visit, token), pendingCookie(visit, null)])
  } catch (error) {
    return signIn(parts, visit, faultsOf(error), form.given)
  }
}

async function byPassword(parts: SignInParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Password)
  if (!form.ok) return signIn(parts, visit, form.faults, form.given)
  try {
    const token = await signInByPassword(parts, form.value, attemptOf(visit))
    return visit.redirect(localPath(form.value.to), [sessionCookie(visit, token)])
  } catch (error) {
    return signIn(parts, visit, faultsOf(error), form.given)
  }
}

async function goElsewhere(parts: SignInParts, visit: Visit): Promise<Reply> {
  const to = localPath(visit.ask.query.get("to"))
  if (parts.provider === null) return visit.redirect(`/sign-in?to=${encodeURIComponent(to)}`)
  const why = { purpose: "sign-in", to, signedIn: null } as const
  try {
    const { address, cookie } = await beginElsewhere(parts, parts.provider, parts.site.origin + CALLBACK, why)
    return away(visit, address, cookie)
  } catch (error) {
    return signIn(parts, visit, faultsOf(error))
  }
}

/** The address is put together from what is configured; only its query comes from the browser. */
async function comeBack(parts: SignInParts, visit: Visit): Promise<Reply> {
  if (parts.provider === null) return visit.redirect("/sign-in")
  const address = `${parts.site.origin}${CALLBACK}?${visit.ask.query}`
  const back = { address, cookie: pendingOf(visit), signedIn: visit.signedIn }
  try {
    const { to, token } = await returnFromElsewhere(parts, parts.provider, back, attemptOf(visit))
    parts.authenticator.forget()
    const cookies = token === null ? [] : [sessionCookie(visit, token)]
    return visit.redirect(localPath(to), [...cookies, pendingCookie(visit, null)])
  } catch (error) {
    if (visit.signedIn !== null) throw error
    return signIn(parts, visit, faultsOf(error))
  }
}

async function signOut({ sessions }: SignInParts, visit: Visit): Promise<Reply> {
  const { signedIn } = visit
  if (signedIn !== null) await sessions.end(signedIn.person.account, signedIn.session, signedIn.person.commitment)
  return visit.redirect("/sign-in", [sessionCookie(visit, null)])
}
