import { encode } from "uqr"
import { z } from "zod"
import { codeAddress, isCodeSecret, newCodeSecret } from "../../crypto/index.ts"
import {
  copyable,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  nothing,
  type Reply,
  section,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { addPasskey, meansOf, offerPasskey, PASSWORD_LEAST, setCode } from "../enrolling.ts"
import { loadPerson } from "../people.ts"
import type { Entrance } from "../signing-in.ts"
import { localPath, type PageRoute, type Visit } from "../visiting.ts"
import {
  attemptOf,
  Credential,
  faultsOf,
  optionsReply,
  pendingCookie,
  pendingOf,
  sessionCookie,
  To,
} from "./browser.ts"
import { signedIn } from "./step-up.ts"
import { passkeyForm } from "./words.ts"

export type EnrolParts = Entrance & {
  /** Passwords that were remembered must be forgotten when one changes. */
  authenticator: { forget(): void }
}

const Asked = z.object({ ask: z.literal("enrol"), challenge: z.string(), session: z.string() })
const Passkey = z.object({ credential: Credential, name: z.string().trim().max(100).default(""), to: To })
const Code = z.object({
  secret: z.string().max(64),
  code: z.string().min(1).max(20),
  password: z.string().max(2000).default(""),
  to: To,
})

/** Adding what one signs in with: the only pages that a session opens which began with a link or a password alone. */
export function enrolPages(parts: EnrolParts): PageRoute[] {
  const own = { who: "person", enrolling: true, stepUp: true } as const
  return [
    { ...own, method: "GET", path: "/account/enrol", handle: (visit) => enrol(parts, visit) },
    { ...own, method: "POST", path: "/account/enrol/options", handle: (visit) => options(parts, visit) },
    { ...own, method: "POST", path: "/account/enrol/passkey", handle: (visit) => byPasskey(parts, visit) },
    { ...own, method: "POST", path: "/account/enrol/code", handle: (visit) => byCode(parts, visit) },
  ]
}

async function enrol(parts: EnrolParts, visit: Visit, faults: Faults = {}, given: Given = {}): Promise<Reply> {
  const { t, ask } = visit
  const begins = signedIn(visit).state === "enrolling"
  const to = localPath(given.to?.[0] ?? ask.query.get("to") ?? (begins ? "/" : "/account"))
  const means = await meansOf(parts.store, await loadPerson(parts.store, visit.person().account))
  const name = { name: "name", label: t("passkey.name"), hint: t("passkey.name-hint"), most: 100 }
  const passkey = {
    ...{ action: "/account/enrol/passkey", options: "/account/enrol/options", to, make: true },
    ...{ label: t("passkey.make"), fields: inputField({ t, given, faults }, name) },
  }
  const code = await codeForm(visit, { to, asksPassword: !means.password, given, faults })
  const body = html`${errorSummary(t, faults)}${begins ? html`<p>${t("enrol.why")}</p>` : nothing}
${section(t("passkey.title"), html`<p>${t("passkey.what")}</p>${passkeyForm(t, passkey)}<noscript><p>${t("passkey.no-script")}</p></noscript>`)}
${section(means.password ? t("code.title") : t("code.title-password"), code)}`
  const status = Object.keys(faults).length === 0 ? 200 : 400
  return visit.page({
    title: begins ? t("enrol.title") : t("enrol.title-more"),
    body,
    bare: true,
    scripts: ["passkey.js"],
    status,
  })
}

async function codeForm(
  visit: Visit,
  { to, asksPassword, given, faults }: { to: string; asksPassword: boolean; given: Given; faults: Faults },
): Promise<Html> {
  const { t, viewer } = visit
  const before = given.secret?.[0] ?? ""
  const secret = isCodeSecret(before) ? before : await newCodeSecret()
  const address = await codeAddress(secret, viewer.party || t("frame.name"), visit.person().name)
  const shown = { t, given: {}, faults }
  const password = inputField(shown, {
    ...{ name: "password", label: t("code.password"), hint: t("code.password-hint", { least: PASSWORD_LEAST }) },
    ...{ type: "password", autocomplete: "new-password", most: 1024 },
  })
  const field = inputField(shown, {
    ...{ name: "code", label: t("sign-in.code"), hint: t("code.confirm") },
    ...{ autocomplete: "one-time-code", inputmode: "numeric", most: 20, size: "short" },
  })
  return html`<form method="post" action="/account/enrol/code"><input type="hidden" name="to" value="${to}"><input type="hidden" name="secret" value="${secret}">
${asksPassword ? password : nothing}<p>${t("code.scan")}</p>${qrCode(address, t("code.picture"))}
<p class="small">${t("code.by-hand")} ${copyable(t, secret.replaceAll(/(.{4})(?=.)/g, "$1 "), secret)}</p>
${field}<p class="actions"><button>${t("code.set")}</button></p></form>`
}

/** Black on white whatever the theme: cameras want it so. One path, a module a unit. */
function qrCode(text: string, title: string): Html {
  const { size, data } = encode(text, { ecc: "M", border: 4 })
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("")
  return html`<svg class="qr" role="img" aria-label="${title}" viewBox="0 0 ${size} ${size}" width="220" height="220" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path d="${path}" fill="#000"/></svg>`
}

async function options({ store, site, pending }: EnrolParts, visit: Visit): Promise<Reply> {
  const { session } = signedIn(visit)
  const node = visit.viewer.party || visit.t("frame.name")
  const { options, challenge } = await offerPasskey(store, site, signedIn(visit), node)
  const asked: z.infer<typeof Asked> = { ask: "enrol", challenge, session }
  return optionsReply(visit, options, pending.open(asked))
}

async function byPasskey(parts: EnrolParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Passkey)
  if (!form.ok) return enrol(parts, visit, form.faults, form.given)
  const { t } = visit
  const { credential, name, to } = form.value
  try {
    const asked = parts.pending.take(pendingOf(visit), Asked)
    if (asked?.session !== signedIn(visit).session) throw new ComityError("unauthenticated", "sign-in.expired")
    const called = name === "" ? t("passkey.unnamed") : name
    const made = {
      site: parts.site,
      challenge: asked.challenge,
      credential,
      name: called,
      agent: attemptOf(visit).agent,
    }
    return done(visit, to, (await addPasskey(parts, signedIn(visit), made)).token)
  } catch (error) {
    return enrol(parts, visit, faultsOf(error), form.given)
  }
}

async function byCode(parts: EnrolParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Code)
  if (!form.ok) return enrol(parts, visit, form.faults, form.given)
  const { secret, code, password, to } = form.value
  const given = { secret, code, password: password === "" ? null : password, agent: attemptOf(visit).agent }
  try {
    const { token } = await setCode(parts, signedIn(visit), given)
    parts.authenticator.forget()
    return done(visit, to, token)
  } catch (error) {
    const field = error instanceof ComityError && error.code.startsWith("password.") ? "password" : "code"
    return enrol(parts, visit, faultsOf(error, field), form.given)
  }
}

function done(visit: Visit, to: string | undefined, token: string | null): Reply {
  const cookies = token === null ? [] : [sessionCookie(visit, token)]
  return visit.redirect(localPath(to), [...cookies, pendingCookie(visit, null)])
}
