import type { PageRoute } from "../../accounts/index.ts"
import { cardPage, cardSaved } from "./card-page.ts"
import { comparedHere, comparePage } from "./compare-page.ts"
import { conflictFilePage, conflictPage, evidencePage, settled, settlePage } from "./evidence-pages.ts"
import { feedChanged, feedsPage } from "./feeds-page.ts"
import { confirmed, confirmPage, guardPage } from "./guard-pages.ts"
import { accepted, acceptPage, invited, invitePage, joinPage, uninvite } from "./joining-pages.ts"
import { partnersPage } from "./list-page.ts"
import { partnerPage } from "./partner-page.ts"
import { OFFICER, type PartnerParts } from "./parts.ts"
import { changed, leavePage, left, moved, movePage, renamed } from "./relation-pages.ts"

/** Partners, joining, feed health, the own card. What changes whom we trust asks officers to prove again who they are. */
export function partnerPages(parts: PartnerParts): PageRoute[] {
  const read = { method: "GET", who: "role:reader" } as const
  const ask = { method: "GET", who: OFFICER, stepUp: true } as const
  const act = { method: "POST", who: OFFICER, stepUp: true } as const
  const one = "/share/partners/:party"
  const conflict = "/share/evidence/:id{[0-9a-f]+}"
  return [
    { ...read, path: "/share/partners", handle: (visit) => partnersPage(parts, visit) },
    { ...ask, path: "/share/partners/invite", handle: async (visit) => invitePage(visit) },
    { ...act, path: "/share/partners/invite", handle: (visit) => invited(parts, visit) },
    { ...act, path: "/share/partners/invitations/:id/remove", handle: (visit) => uninvite(parts, visit) },
    { ...ask, path: "/share/partners/accept", handle: async (visit) => acceptPage(visit) },
    { ...act, path: "/share/partners/accept", handle: (visit) => accepted(parts, visit) },
    { ...read, path: one, handle: (visit) => partnerPage(parts, visit) },
    { ...ask, path: `${one}/compare`, handle: (visit) => comparePage(parts, visit) },
    { ...act, path: `${one}/compare`, handle: (visit) => comparedHere(parts, visit) },
    { ...act, path: `${one}/state`, handle: (visit) => changed(parts, visit) },
    { ...ask, path: `${one}/leave`, handle: (visit) => leavePage(parts, visit) },
    { ...act, path: `${one}/leave`, handle: (visit) => left(parts, visit) },
    { ...ask, path: `${one}/move`, handle: (visit) => movePage(parts, visit) },
    { ...act, path: `${one}/move`, handle: (visit) => moved(parts, visit) },
    { ...act, path: `${one}/rename`, handle: (visit) => renamed(parts, visit) },
    { ...read, path: "/share/feeds", handle: (visit) => feedsPage(parts, visit) },
    { ...act, path: "/share/feeds/:feed{[0-9]+}", handle: (visit) => feedChanged(parts, visit) },
    { ...read, path: "/share/evidence", handle: (visit) => evidencePage(parts, visit) },
    { ...read, path: conflict, handle: (visit) => conflictPage(parts, visit) },
    { ...read, path: `${conflict}/file`, handle: (visit) => conflictFilePage(parts, visit) },
    { ...ask, path: `${conflict}/settle`, handle: (visit) => settlePage(parts, visit) },
    { ...act, path: `${conflict}/settle`, handle: (visit) => settled(parts, visit) },
    { ...read, path: "/share/guard", handle: (visit) => guardPage(parts, visit) },
    { ...ask, path: "/share/guard/:collection/confirm", handle: (visit) => confirmPage(parts, visit) },
    { ...act, path: "/share/guard/:collection/confirm", handle: (visit) => confirmed(parts, visit) },
    { ...ask, path: "/node/party", handle: (visit) => cardPage(parts, visit) },
    { ...act, path: "/node/party", handle: (visit) => cardSaved(parts, visit) },
    { method: "GET", path: "/peer/join", who: "visitor", handle: async (visit) => joinPage(visit) },
  ]
}
