import type { PageRoute, Visit } from "../../accounts/index.ts"
import type { Store } from "../../store/index.ts"
import { loadDraft } from "../drafts.ts"
import { articlePage, saveArticle } from "./article-page.ts"
import { draftDocument } from "./document-page.ts"
import { deletionPage, draftPage, removal } from "./draft-page.ts"
import { begin, framePage, newPage, saveFrame } from "./frame-page.ts"
import { listPage } from "./list-page.ts"

const ONE = "/agree/:id"

/** Everybody here reads, analysts draft. */
export function agreementPages({ store }: { store: Store }): PageRoute[] {
  const reader = "role:reader"
  const analyst = "role:analyst"
  const draft = (visit: Visit) => loadDraft(store, visit.ask.params.id ?? "")
  return [
    { method: "GET", path: "/agree", who: reader, handle: (visit) => listPage(store, visit) },
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
    { method: "GET", path: `${ONE}/delete`, who: analyst, handle: (visit) => deletionPage(store, visit) },
    { method: "POST", path: `${ONE}/delete`, who: analyst, handle: (visit) => removal(store, visit) },
  ]
}
