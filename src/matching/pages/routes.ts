import type { PageRoute, Visit } from "../../accounts/index.ts"
import type { Reply } from "../../http/index.ts"
import { acceptIt, acceptPage } from "./accept-page.ts"
import { act } from "./acting.ts"
import { askingPages } from "./asking/routes.ts"
import { consentIt, consentPage } from "./consent-page.ts"
import { homePage } from "./home-page.ts"
import { listPage, listsPage, makeList, newListPage, previewEvents, remove, rename } from "./list-pages.ts"
import { HOME, LISTS, type MatchPageParts, NEW } from "./parts.ts"
import { newPage, proposeIt } from "./propose-page.ts"
import { runEvents, runPage } from "./run-page.ts"
import { recordPage } from "./run-record.ts"
import { answerAsking } from "./second-person.ts"

/** Finding what two parties have in common: lists, proposals, and what became of them. */
export function matchPages(parts: MatchPageParts): PageRoute[] {
  const reader = { who: "role:reader" } as const
  const analyst = { who: "role:analyst" } as const
  const officer = { who: "role:officer" } as const
  const sure = { ...officer, stepUp: true } as const
  const [list, run] = [`${LISTS}/:id`, `${HOME}/runs/:id`]
  const on = (handle: (parts: MatchPageParts, visit: Visit) => Promise<Reply>) => (visit: Visit) => handle(parts, visit)
  const doing = (name: Parameters<typeof act>[2]) => (visit: Visit) => act(parts, visit, name)
  const answering = (name: Parameters<typeof answerAsking>[2]) => (visit: Visit) => answerAsking(parts, visit, name)
  return [
    { ...reader, method: "GET", path: HOME, handle: on(homePage) },
    { ...reader, method: "GET", path: LISTS, handle: on(listsPage) },
    { ...analyst, method: "GET", path: `${LISTS}/new`, handle: on(newListPage) },
    { ...analyst, method: "POST", path: `${LISTS}/new`, handle: on(makeList) },
    { ...reader, method: "GET", path: list, handle: on(listPage) },
    { ...analyst, method: "POST", path: list, handle: on(rename) },
    { ...analyst, method: "POST", path: `${list}/remove`, handle: on(remove) },
    { ...reader, method: "GET", path: `${LISTS}/previews/:id/events`, handle: on(previewEvents) },
    { ...analyst, method: "GET", path: NEW, handle: on(newPage) },
    { ...sure, method: "POST", path: NEW, handle: on(proposeIt) },
    { ...reader, method: "GET", path: run, handle: on(runPage) },
    { ...reader, method: "GET", path: `${run}/events`, handle: on(runEvents) },
    { ...reader, method: "GET", path: `${run}/record`, handle: on(recordPage) },
    { ...sure, method: "GET", path: `${run}/accept`, handle: on(acceptPage) },
    { ...sure, method: "POST", path: `${run}/accept`, handle: on(acceptIt) },
    { ...officer, method: "POST", path: `${run}/refuse`, handle: doing("refuse") },
    { ...sure, method: "POST", path: `${run}/approvals/:approval/agree`, handle: answering("agree") },
    { ...officer, method: "POST", path: `${run}/approvals/:approval/object`, handle: answering("object") },
    { ...officer, method: "POST", path: `${run}/approvals/:approval/withdraw`, handle: answering("withdraw") },
    { ...sure, method: "GET", path: `${run}/consent`, handle: on(consentPage) },
    { ...sure, method: "POST", path: `${run}/consent`, handle: on(consentIt) },
    { ...officer, method: "POST", path: `${run}/decline`, handle: doing("decline") },
    { ...officer, method: "POST", path: `${run}/pause`, handle: doing("pause") },
    { ...officer, method: "POST", path: `${run}/resume`, handle: doing("resume") },
    { ...officer, method: "POST", path: `${run}/cancel`, handle: doing("cancel") },
    ...askingPages(parts),
  ]
}
