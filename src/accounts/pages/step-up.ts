import { z } from "zod"
import { errorSummary, type Faults, type Given, html, inputField, nothing, type Reply } from "../../http/index.ts"
import { meansOf } from "../enrolling.ts"
import type { SignedIn } from "../model.ts"
import { loadPerson } from "../people.ts"
import { askForPasskey, proveByCode, proveByPasskey } from "../signing-in.ts"
import { beginElsewhere } from "../signing-in-elsewhere.ts"
import { localPath, type PageRoute, type Visit } from "../visiting.ts"
import { attemptOf, away, Credential, faultsOf, optionsReply, pendingCookie, pendingOf, To } from "./browser.ts"
import { CALLBACK, type SignInParts } from "./sign-in.ts"
import { passkeyForm } from "./words.ts"

const Passkey = z.object({ credential: Credential, to: To })
const Code = z.object({ code: z.string().min(1).max(20), to: To })

/** Who is signed in proves again who it is: a browser may have been left open. */
export function stepUpPages(parts: SignInParts): PageRoute[] {
  return [
    { method: "GET", path: "/step-up", who: "person", handle: (visit) => stepUp(parts, visit) },
    { method: "POST", path: "/step-up", who: "person", handle: (visit) => byCode(parts, visit) },
    { method: "POST", path: "/step-up/options", who: "person", handle: (visit) => options(parts, visit) },
    { method: "POST", path: "/step-up/passkey", who: "person", handle: (visit) => byPasskey(parts, visit) },
    { method: "GET", path: "/step-up/openid", who: "person", handle: (visit) => goElsewhere(parts, visit) },
  ]
}

async function stepUp(parts: SignInParts, visit: Visit, faults: Faults = {}, given: Given = {}): Promise<Reply> {
  const { t, ask } = visit
  const to = localPath(given.to?.[0] ?? ask.query.get("to"))
  const { passkeys, code, openId } = await meansOf(parts.store, await loadPerson(parts.store, visit.person().account))
  const byPasskey = { action: "/step-up/passkey", options: "/step-up/options", to, make: false }
  const elsewhere = `/step-up/openid?to=${encodeURIComponent(to)}`
  const field = inputField(
    { t, given: {}, faults },
    {
      name: "code",
      label: t("sign-in.code"),
      autocomplete: "one-time-code",
      inputmode: "numeric",
      most: 20,
      size: "short",
    },
  )
  const again = ask.query.has("again") ? html`<p>${t("step-up.again")}</p>` : nothing
  const body = html`${errorSummary(t, faults)}<p>${t("step-up.why")}</p>${again}
${passkeys.length === 0 ? nothing : passkeyForm(t, { ...byPasskey, label: t("step-up.by-passkey") })}
${code === null ? nothing : html`<form method="post" action="/step-up"><input type="hidden" name="to" value="${to}">${field}<p class="actions"><button>${t("step-up.submit")}</button></p></form>`}
${openId && parts.provider !== null ? html`<p class="actions"><a class="button" href="${elsewhere}">${t("sign-in.by-openid")}</a></p>` : nothing}`
  const status = Object.keys(faults).length === 0 ? 200 : 401
  return visit.page({ title: t("step-up.title"), body, bare: true, scripts: ["passkey.js"], status })
}

async function options(parts: SignInParts, visit: Visit): Promise<Reply> {
  const asked = await askForPasskey(parts, visit.signedIn)
  return optionsReply(visit, asked.options, asked.cookie)
}

async function byPasskey(parts: SignInParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Passkey)
  if (!form.ok) return stepUp(parts, visit, form.faults, form.given)
  const answer = { cookie: pendingOf(visit), credential: form.value.credential }
  try {
    await proveByPasskey(parts, answer, attemptOf(visit), signedIn(visit))
    return visit.redirect(localPath(form.value.to), [pendingCookie(visit, null)])
  } catch (error) {
    return stepUp(parts, visit, faultsOf(error), form.given)
  }
}

async function byCode(parts: SignInParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Code)
  if (!form.ok) return stepUp(parts, visit, form.faults, form.given)
  try {
    await proveByCode(parts, form.value.code, attemptOf(visit), signedIn(visit))
    return visit.redirect(localPath(form.value.to))
  } catch (error) {
    return stepUp(parts, visit, faultsOf(error, "code"), form.given)
  }
}

async function goElsewhere(parts: SignInParts, visit: Visit): Promise<Reply> {
  const to = localPath(visit.ask.query.get("to"))
  if (parts.provider === null) return visit.redirect(`/step-up?to=${encodeURIComponent(to)}`)
  const why = { purpose: "prove", to, signedIn: visit.signedIn } as const
  const { address, cookie } = await beginElsewhere(parts, parts.provider, parts.site.origin + CALLBACK, why)
  return away(visit, address, cookie)
}

/** The table of routes lets nobody else come here. */
export function signedIn({ signedIn }: Visit): SignedIn {
  if (signedIn === null) throw new Error("the table of routes lets visitors call this")
  return signedIn
}
