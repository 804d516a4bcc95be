import { type Html, html, type Translate } from "../../http/index.ts"
import type { Means } from "../enrolling.ts"
import type { Method, Role } from "../model.ts"

export function roleName(t: Translate, role: Role | null): string {
  if (role === null) return t("people.no-role")
  return { reader: t("role.reader"), analyst: t("role.analyst"), officer: t("role.officer") }[role]
}

/** Work role and administration, as one reads them. */
export function roleNames(
  t: Translate,
  { role, administrator }: { role: Role | null; administrator: boolean },
): string[] {
  if (role === null && administrator) return [t("role.administrator")]
  return [roleName(t, role), ...(administrator ? [t("role.administrator")] : [])]
}

export function methodName(t: Translate, method: Method): string {
  const names = {
    passkey: t("account.by-passkey"),
    code: t("account.by-code"),
    openid: t("account.by-openid"),
    password: t("account.by-password"),
    link: t("account.by-link"),
  }
  return names[method]
}

/** What somebody can sign in with. */
export function meansNames(t: Translate, { passkeys, code, password, openId }: Means): string[] {
  return [
    ...(passkeys.length > 0 ? [t("account.means-passkeys", { number: passkeys.length })] : []),
    ...(code !== null ? [t("account.by-code")] : []),
    ...(openId ? [t("account.by-openid")] : []),
    ...(password && code === null ? [t("account.means-password")] : []),
  ]
}

/**
 * A button that asks the device for a passkey. The script fills the form in and says what went wrong; without a script
 * it is not there.
 */
export function passkeyForm(
  t: Translate,
  form: { action: string; options: string; to: string; make: boolean; label: string; fields?: Html },
): Html {
  return html`<form method="post" action="${form.action}" class="needs-script" data-passkey="${form.make ? "create" : "get"}" data-options="${form.options}">
<input type="hidden" name="credential"><input type="hidden" name="to" value="${form.to}">${form.fields ?? ""}
<p class="fault" role="alert" hidden data-when="failed">${t("passkey.failed")}</p>
<p class="fault" role="alert" hidden data-when="unsupported">${t("passkey.unsupported")}</p>
<p class="actions"><button class="primary">${form.label}</button></p></form>`
}
