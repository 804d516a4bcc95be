import { actions, html, nothing, type Reply, visible } from "../../http/index.ts"
import { acceptInvitation, findInvited } from "../links.ts"
import type { PageRoute, Visit } from "../visiting.ts"
import { attemptOf, sessionCookie } from "./browser.ts"
import type { SignInParts } from "./sign-in.ts"
import { roleNames } from "./words.ts"

/** Where somebody comes in who was invited. Looking at the page uses nothing up: mail programs look at links too. */
export function invitationPages(parts: SignInParts): PageRoute[] {
  return [
    { method: "GET", path: "/invitation/:token", who: "visitor", handle: (visit) => invitation(parts, visit) },
    { method: "POST", path: "/invitation/:token", who: "visitor", handle: (visit) => accept(parts, visit) },
  ]
}

async function invitation({ store, clock, provider }: SignInParts, visit: Visit): Promise<Reply> {
  const { t, ask, viewer } = visit
  const person = await findInvited(store, clock, ask.params.token ?? "")
  const roles = roleNames(t, { role: person.role, administrator: person.admin === 1 }).join(" · ")
  const body = html`${viewer.party === "" ? nothing : html`<p>${visible(viewer.party)}</p>`}
<p>${t("invitation.for")} <strong>${visible(person.name)}</strong> (${roles})</p><p>${t("invitation.next")}</p>
<form method="post" action="${ask.path}">${actions(t("invitation.accept"))}</form>
${provider === null ? nothing : html`<p>${t("invitation.or")}</p><p class="actions"><a class="button" href="/sign-in/openid">${t("sign-in.by-openid")}</a></p>`}`
  return visit.page({ title: t("invitation.title"), body, bare: true })
}

async function accept({ store, sessions, authenticator }: SignInParts, visit: Visit): Promise<Reply> {
  const token = await acceptInvitation(store, sessions, visit.ask.params.token ?? "", attemptOf(visit))
  authenticator.forget()
  return visit.redirect("/account/enrol", [sessionCookie(visit, token)])
}
