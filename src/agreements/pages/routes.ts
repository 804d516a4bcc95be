import type { PageRoute, Visit } from "../../accounts/index.ts"
import type { Reply } from "../../http/index.ts"
import { loadDraft } from "../drafts.ts"
import { shelfOf } from "../tabled/shelf.ts"
import { actNow, actPage, signedFile } from "./act-pages.ts"
import { articlePage, saveArticle } from "./article-page.ts"
import { comparePage } from "./compare-page.ts"
import { draftDocument, versionDocument } from "./document-page.ts"
import { deletionPage, draftPage, removal } from "./draft-page.ts"
import { begin, framePage, newPage, saveFrame } from "./frame-page.ts"
import { drop, say, sayPage } from "./home-pages.ts"
import { listPage } from "./list-page.ts"
import { negotiationPage } from "./negotiation-page.ts"
import type { AgreementParts } from "./parts.ts"
import { positionsPage } from "./positions-page.ts"
import { rulesPage, startFromRules } from "./rules-page.ts"
import {
  draftFrom,
  tableDraftNow,
  tableDraftPage,
  tableSayingsNow,
  tableSayingsPage,
  takeBackNow,
  takeBackPage,
} from "./tabling-pages.ts"
import { saveTerms, termsPage } from "./terms-page.ts"
import { draftTrial, versionTrial } from "./trial-page.ts"

const ONE = "/agree/:id"

const FROM_RULES = "/agree/from-rules/:question"
const TABLED = "/agree/negotiations/:id"

/** Everybody here reads, analysts draft and write at home, officers table. */
export function agreementPages(given: Omit<AgreementParts, "shelf">): PageRoute[] {
  const parts: AgreementParts = { ...given, shelf: shelfOf(given.store) }
  return [...draftPages(parts), ...negotiationPages(parts)]
}

function draftPages(parts: AgreementParts): PageRoute[] {
  const { store } = parts
  const reader = "role:reader"
  const analyst = "role:analyst"
  const draft = (visit: Visit) => loadDraft(store, visit.ask.params.id ?? "")
  return [
    { method: "GET", path: "/agree", who: reader, handle: (visit) => listPage(parts, visit) },
    { method: "GET", path: "/agree/new", who: analyst, handle: (visit) => newPage(store, visit) },
    { method: "POST", path: "/agree/new", who: analyst, handle: (visit) => begin(store, visit) },
    { method: "GET", path: ONE, who: reader, handle: async (visit) => draftPage(store, visit, await draft(visit)) },
    {
      ...{ method: "GET", path: `${ONE}/document`, who: reader },
      handle: async (visit) => draftDocument(store, visit, await draft(visit)),
    },
    {
      ...{ method: "GET", path: `${ONE}/frame`, who: analyst },
      handle: async (visit) => framePage(store, visit, await draft(visit)),
    },
    { method: "POST", path: `${ONE}/frame`, who: analyst, handle: (visit) => saveFrame(store, visit) },
    {
      ...{ method: "GET", path: `${ONE}/articles/:article`, who: analyst },
      handle: async (visit) => articlePage(visit, await draft(visit)),
    },
    { method: "POST", path: `${ONE}/articles/:article`, who: analyst, handle: (visit) => saveArticle(store, visit) },
    {
      ...{ method: "GET", path: `${ONE}/terms/:clause`, who: analyst },
      handle: async (visit) => termsPage(visit, await draft(visit)),
    },
    { method: "POST", path: `${ONE}/terms/:clause`, who: analyst, handle: (visit) => saveTerms(store, visit) },
    { method: "GET", path: FROM_RULES, who: analyst, handle: (visit) => rulesPage(parts, visit) },
    { method: "POST", path: FROM_RULES, who: analyst, handle: (visit) => startFromRules(parts, visit) },
    { method: "GET", path: `${ONE}/trial`, who: analyst, handle: (visit) => draftTrial(parts, visit) },
    { method: "POST", path: `${ONE}/trial`, who: analyst, handle: (visit) => draftTrial(parts, visit) },
    { method: "GET", path: `${ONE}/delete`, who: analyst, handle: (visit) => deletionPage(store, visit) },
    { method: "POST", path: `${ONE}/delete`, who: analyst, handle: (visit) => removal(store, visit) },
    {
      ...{ method: "GET", path: `${ONE}/table`, who: "role:officer" },
      handle: (visit) => tableDraftPage(parts, visit),
    },
    {
      ...{ method: "POST", path: `${ONE}/table`, who: "role:officer" },
      handle: (visit) => tableDraftNow(parts, visit),
    },
  ]
}

function negotiationPages(parts: AgreementParts): PageRoute[] {
  const page = (
    method: PageRoute["method"],
    path: string,
    who: PageRoute["who"],
    handle: (parts: AgreementParts, visit: Visit) => Promise<Reply>,
  ): PageRoute => ({ method, path: `${TABLED}${path}`, who, handle: (visit) => handle(parts, visit) })
  const [reader, analyst, officer] = ["role:reader", "role:analyst", "role:officer"] as const
  return [
    page("GET", "", reader, negotiationPage),
    page("GET", "/document", reader, versionDocument),
    page("GET", "/positions", reader, positionsPage),
    page("GET", "/compare", reader, comparePage),
    page("GET", "/file", reader, signedFile),
    { ...page("GET", "/act", officer, (all, visit) => actPage(all, visit)), stepUp: true },
    { ...page("POST", "/act", officer, actNow), stepUp: true },
    page("GET", "/trial", analyst, versionTrial),
    page("POST", "/trial", analyst, versionTrial),
    page("GET", "/say", analyst, (given, visit) => sayPage(given, visit)),
    page("POST", "/say", analyst, say),
    page("POST", "/drop", analyst, drop),
    page("POST", "/draft", analyst, draftFrom),
    page("GET", "/table", officer, tableSayingsPage),
    page("POST", "/table", officer, tableSayingsNow),
    page("GET", "/take-back", officer, takeBackPage),
    page("POST", "/take-back", officer, takeBackNow),
  ]
}
