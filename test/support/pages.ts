import type { Page } from "playwright-core"
import type { Furnished } from "./workplace.ts"
import { known } from "./world.ts"

/** The roles of the people of a workplace in tests: one person each. */
export type Role = "reader" | "analyst" | "officer" | "administrator"

/** A page as somebody sees it, in the small world of `world.ts`. */
export type ShownPage = {
  /** Part of the name of its pictures. */
  name: string
  /** Where it is; a page of something furnished is found by its id. */
  path: string | ((furnished: Furnished["collections"] & Furnished["ids"]) => string)
  who: Role | "visitor"
  /** 200 if nothing is said. */
  status?: number
  /** Settles when there is to be seen what the page is for, where that comes after its markup. */
  ready?(page: Page): Promise<unknown>
}

const PRESERVE = "from=FI&to=BR&measure=preserve&category=traffic&urgency=urgent&offence=fraud&penalty=4"

/**
 * Every page of the workplace: the tests check each (axe, phone, weight, without JavaScript), `npm run look` takes
 * pictures of each. A test fails on a GET row of the table of pages that is not here.
 */
export const pages: readonly ShownPage[] = [
  { name: "no-such-page", path: "/nothing", who: "visitor", status: 404 },
  { name: "sign-in", path: "/sign-in", who: "visitor" },
  { name: "overview", path: "/", who: "officer" },
  { name: "overview-administrator", path: "/", who: "administrator" },
  { name: "finder", path: "/find/paths", who: "analyst" },
  { name: "finder-answer", path: `/find/paths?${PRESERVE}`, who: "analyst" },
  {
    ...{ name: "finder-produce", who: "reader" },
    path: "/find/paths?from=DE&to=BR&measure=produce&category=subscriber&urgency=urgent&answer=dual-criminality%3Dyes",
  },
  { name: "finder-faults", path: "/find/paths?from=XX&to=&measure=seize&date=soon", who: "reader", status: 400 },
  { name: "finder-refused", path: "/find/paths?from=FI&to=AQ&measure=technical", who: "analyst" },
  { name: "choose", path: `/find/paths/choose?${PRESERVE}&channel=bud-29`, who: "analyst" },
  { name: "choices", path: "/find/choices", who: "analyst" },
  { name: "choice", path: ({ choice }) => `/find/choices/${choice}`, who: "analyst" },
  { name: "reach", path: "/find/reach", who: "reader" },
  { name: "reach-narrowed", path: "/find/reach?from=KE&measure=takedown&region=142&sort=place", who: "reader" },
  { name: "matrix", path: "/find/matrix", who: "reader" },
  { name: "matrix-large", path: "/find/matrix?rows=world&columns=world", who: "reader" },
  { name: "gains", path: "/find/ratifications", who: "reader" },
  { name: "places", path: "/find/places?region=019", who: "reader" },
  { name: "place", path: "/find/places/BR", who: "reader" },
  { name: "instruments", path: "/find/instruments", who: "reader" },
  { name: "instrument", path: "/find/instruments/budapest", who: "reader" },
  { name: "instrument-waiting", path: "/find/instruments/uncc?status=ratified", who: "reader" },
  { name: "rules", path: "/find/rules", who: "reader" },
  { name: "rules-question", path: "/find/rules/incident-deadline", who: "reader" },
  { name: "facts", path: "/find/facts", who: "reader" },
  { name: "facts-officer", path: "/find/facts", who: "officer" },
  { name: "facts-compare", path: "/find/facts/compare", who: "reader" },
  { name: "facts-row", path: "/find/facts/row?ref=participation/budapest/CA/Canada/in%20force", who: "officer" },
  { name: "facts-row-corrected", path: ({ correction }) => `/find/facts/row?ref=own/${correction}`, who: "reader" },
  { name: "facts-row-new", path: "/find/facts/row?table=participation", who: "officer" },
  { name: "facts-import", path: "/find/facts/import", who: "officer" },
  {
    ...{ name: "facts-withdraw", who: "officer" },
    path: ({ correction }) => `/find/facts/corrections/${correction}/withdraw`,
  },
  { name: "match", path: "/find/match", who: "officer" },
  { name: "match-reader", path: "/find/match?before=3", who: "reader" },
  { name: "match-lists", path: "/find/match/lists", who: "analyst" },
  { name: "match-list", path: ({ matchList }) => `/find/match/lists/${matchList}`, who: "officer" },
  { name: "match-list-new", path: "/find/match/lists/new?found=type%3Dindicator", who: "analyst" },
  { name: "match-propose", path: ({ matchList }) => `/find/match/new?list=${matchList}`, who: "officer" },
  {
    ...{ name: "match-propose-faults", who: "analyst", status: 400 },
    path: "/find/match/new?look=yes&type%5B%5D=ipv4&most-ipv4=many",
  },
  {
    ...{ name: "match-propose-decision", who: "officer" },
    path: ({ matchList, partner }) =>
      `/find/match/new?look=yes&list=${matchList}&party=${partner}&type%5B%5D=ipv4&type%5B%5D=domain&purpose=defence&basis=Art.%2012&learners=both`,
  },
  { name: "match-asked", path: ({ matchAsked }) => `/find/match/runs/${matchAsked}`, who: "officer" },
  { name: "match-accept", path: ({ matchAsked }) => `/find/match/runs/${matchAsked}/accept`, who: "officer" },
  {
    ...{ name: "match-accept-list", who: "officer" },
    path: ({ matchAsked, matchList }) => `/find/match/runs/${matchAsked}/accept?list=${matchList}`,
  },
  { name: "match-proposed", path: ({ matchProposed }) => `/find/match/runs/${matchProposed}`, who: "officer" },
  { name: "match-paused", path: ({ matchPaused }) => `/find/match/runs/${matchPaused}`, who: "officer" },
  { name: "match-dense", path: ({ matchDense }) => `/find/match/runs/${matchDense}`, who: "officer" },
  { name: "match-counted", path: ({ matchCounted }) => `/find/match/runs/${matchCounted}`, who: "officer" },
  { name: "match-consent", path: ({ matchCounted }) => `/find/match/runs/${matchCounted}/consent`, who: "officer" },
  { name: "match-done", path: ({ matchDone }) => `/find/match/runs/${matchDone}`, who: "officer" },
  { name: "match-record", path: ({ matchDone }) => `/find/match/runs/${matchDone}/record`, who: "reader" },
  { name: "match-broken", path: ({ matchBroken }) => `/find/match/runs/${matchBroken}`, who: "reader" },
  { name: "answers", path: "/find/match/answers", who: "officer" },
  { name: "answers-list", path: ({ answers }) => `/find/match/answers/${answers}`, who: "officer" },
  { name: "answers-new", path: ({ matchList }) => `/find/match/answers/new?list=${matchList}`, who: "officer" },
  {
    ...{ name: "answers-decision", who: "officer" },
    path: ({ matchList, partner }) =>
      `/find/match/answers/new?look=yes&list=${matchList}&party%5B%5D=${partner}&type%5B%5D=ipv4&type%5B%5D=domain`,
  },
  { name: "ask", path: ({ matchList }) => `/find/match/ask?list=${matchList}`, who: "analyst" },
  {
    ...{ name: "ask-decision", who: "analyst", ready: lookAtQuestion },
    path: ({ partner }) => `/find/match/ask?value=198.51.100%5B.%5D7&value=10.1.1&party=${partner}`,
  },
  { name: "question", path: ({ question }) => `/find/match/ask/${question}`, who: "officer" },
  {
    ...{ name: "question-know", who: "officer" },
    path: ({ question, partner }) => `/find/match/ask/${question}/know?party=${partner}`,
  },
  { name: "knowings", path: "/find/match/knowing", who: "officer" },
  { name: "knowing", path: ({ knowingTheirs }) => `/find/match/knowing/${knowingTheirs}`, who: "officer" },
  { name: "desks", path: "/find/match/desks", who: "analyst" },
  { name: "desks-ask", path: ({ partner }) => `/find/match/desks/ask?party%5B%5D=${partner}`, who: "analyst" },
  { name: "contact", path: ({ contact }) => `/find/match/desks/contacts/${contact}`, who: "officer" },
  { name: "library", path: "/share/library", who: "analyst" },
  { name: "library-chinese", path: "/share/library?q=釣魚", who: "reader" },
  { name: "library-narrowed", path: "/share/library?type=indicator&marking=green&sort=name", who: "analyst" },
  { name: "library-none", path: "/share/library?q=nothingofthekind", who: "reader" },
  { name: "searches", path: "/share/library/searches", who: "reader" },
  { name: "search-saved", path: ({ search }) => `/share/library/searches/${search}`, who: "analyst" },
  { name: "found", path: "/search?q=lantern", who: "reader" },
  { name: "object-malware", path: objectPath(known.loader), who: "analyst" },
  { name: "object-indicator", path: objectPath(known.relay), who: "analyst" },
  { name: "object-expired", path: objectPath(known.expired), who: "reader" },
  { name: "object-revoked", path: objectPath(known.revoked), who: "reader" },
  { name: "object-report", path: objectPath(known.report), who: "reader" },
  { name: "object-arabic", path: objectPath(known.reportArabic), who: "reader" },
  { name: "object-incident", path: objectPath(known.incident), who: "officer" },
  { name: "object-party", path: objectPath(known.party), who: "reader" },
  { name: "object-source", path: `${objectPath(known.loader)}/source`, who: "reader" },
  { name: "object-versions", path: `${objectPath(known.loader)}/versions`, who: "reader" },
  {
    ...{ name: "object-difference", path: `${objectPath(known.loader)}/versions`, who: "reader" },
    ready: follow(`a[href*="/versions/"]`),
  },
  { name: "graph", path: `${objectPath(known.loader)}/graph`, who: "reader", ready: isDrawn },
  { name: "import", path: "/share/import", who: "analyst" },
  { name: "import-unknown", path: "/share/imports/import--0", who: "analyst", status: 404 },
  { name: "collections", path: "/share/collections", who: "reader" },
  { name: "collection", path: ({ own }) => `/share/collections/${own}`, who: "reader" },
  { name: "collection-empty", path: ({ empty }) => `/share/collections/${empty}`, who: "reader" },
  { name: "conflicts", path: ({ partners }) => `/share/collections/${partners}/conflicts`, who: "reader" },
  {
    ...{
      name: "conflict",
      path: ({ partners }) => `/share/collections/${partners}/conflicts`,
      who: "reader",
    },
    ready: follow(`a[href*="/conflicts/"]`),
  },
  {
    ...{ name: "proof", who: "reader" },
    path: ({ partners }) => `/share/collections/${partners}/objects/${known.incident}/proof`,
  },
  { name: "verify", path: ({ own }) => `/share/collections/${own}/verify`, who: "reader" },
  { name: "collection-shared", path: ({ shared }) => `/share/collections/${shared}`, who: "officer" },
  { name: "collection-received", path: ({ received }) => `/share/collections/${received}`, who: "reader" },
  { name: "shared-new", path: "/share/new-shared", who: "officer", ready: unfold },
  { name: "audience-add", path: ({ shared }) => `/share/collections/${shared}/audience/add`, who: "officer" },
  {
    ...{ name: "audience-remove", who: "officer" },
    path: ({ shared, partner }) => `/share/collections/${shared}/audience/remove?party=${partner}`,
  },
  { name: "release-start", path: ({ outgone }) => `/share/release?object=${outgone}&again=yes`, who: "officer" },
  { name: "release-nothing", path: "/share/release", who: "officer" },
  { name: "release-decision", path: ({ release }) => `/share/releases/${release}`, who: "officer" },
  { name: "releases", path: "/share/releases", who: "officer" },
  { name: "release-done", path: "/share/releases", who: "officer", ready: follow(`td a[href^="/share/releases/"]`) },
  { name: "unshared", path: "/share/unshared", who: "officer" },
  { name: "receipts", path: "/share/receipts", who: "analyst" },
  { name: "receipts-overdue", path: "/share/receipts?state=overdue&kind=recall", who: "officer" },
  { name: "object-outgone", path: ({ outgone }) => objectPath(outgone), who: "officer" },
  { name: "object-recalled-here", path: ({ recalledHere }) => objectPath(recalledHere), who: "officer" },
  { name: "object-recalled-there", path: ({ recalledThere }) => objectPath(recalledThere), who: "reader" },
  { name: "object-tabled", path: ({ negotiation }) => objectPath(negotiation), who: "officer" },
  { name: "object-readers", path: ({ outgone }) => `${objectPath(outgone)}/readers`, who: "reader" },
  { name: "release-held", path: ({ releaseHeld }) => `/share/releases/${releaseHeld}`, who: "officer" },
  { name: "approvals", path: "/share/approvals", who: "officer" },
  { name: "approval", path: ({ approval }) => `/share/approvals/${approval}`, who: "officer" },
  { name: "approval-urgent", path: ({ approvalUrgent }) => `/share/approvals/${approvalUrgent}`, who: "officer" },
  { name: "rules-release", path: "/share/rules", who: "officer" },
  { name: "rule-new", path: "/share/rules/new", who: "officer" },
  { name: "rule", path: ({ rule }) => `/share/rules/${rule}`, who: "officer" },
  { name: "lately", path: "/share/lately?days=366", who: "officer" },
  { name: "recall", path: ({ outgone }) => `${objectPath(outgone)}/recall`, who: "officer" },
  { name: "mark", path: ({ outgone }) => `${objectPath(outgone)}/mark`, who: "officer" },
  { name: "erase", path: ({ outgone }) => `${objectPath(outgone)}/erase`, who: "officer" },
  { name: "agreements", path: "/agree", who: "reader" },
  { name: "agreement-new", path: "/agree/new", who: "analyst" },
  { name: "agreement-draft", path: ({ agreementDraft }) => `/agree/${agreementDraft}`, who: "analyst" },
  { name: "agreement-document", path: ({ agreementDraft }) => `/agree/${agreementDraft}/document`, who: "reader" },
  { name: "agreement-frame", path: ({ agreementDraft }) => `/agree/${agreementDraft}/frame`, who: "analyst" },
  {
    ...{ name: "agreement-article", who: "analyst" },
    path: ({ agreementDraft }) => `/agree/${agreementDraft}/articles/0000000b`,
  },
  {
    ...{ name: "agreement-terms", who: "analyst" },
    path: ({ agreementDraft }) => `/agree/${agreementDraft}/terms/000000b1?term=personal`,
  },
  {
    ...{ name: "agreement-bound", who: "analyst" },
    path: ({ agreementDraft }) => `/agree/${agreementDraft}/terms/000000b1?term=bound`,
  },
  { name: "agreement-from-rules", path: "/agree/from-rules/incident-deadline", who: "analyst" },
  { name: "agreement-trial", path: ({ agreementDraft }) => `/agree/${agreementDraft}/trial`, who: "analyst" },
  { name: "agreement-delete", path: ({ agreementDraft }) => `/agree/${agreementDraft}/delete`, who: "analyst" },
  { name: "agreement-table", path: ({ agreementDraft }) => `/agree/${agreementDraft}/table`, who: "officer" },
  { name: "negotiation", path: ({ negotiation }) => `/agree/negotiations/${negotiation}`, who: "officer" },
  {
    ...{ name: "negotiation-older", who: "analyst" },
    path: ({ negotiation, agreementFirst }) =>
      `/agree/negotiations/${negotiation}?version=${encodeURIComponent(agreementFirst)}`,
  },
  {
    ...{ name: "negotiation-document", who: "reader" },
    path: ({ negotiation }) => `/agree/negotiations/${negotiation}/document`,
  },
  {
    ...{ name: "negotiation-positions", who: "reader" },
    path: ({ negotiation }) => `/agree/negotiations/${negotiation}/positions`,
  },
  {
    ...{ name: "negotiation-compare", who: "reader" },
    path: ({ negotiation, agreementFirst, agreementNext }) =>
      `/agree/negotiations/${negotiation}/compare?${new URLSearchParams({ from: agreementFirst, to: agreementNext })}`,
  },
  {
    ...{ name: "negotiation-sign", who: "officer" },
    path: ({ negotiation }) => `/agree/negotiations/${negotiation}/act?is=sign`,
  },
  {
    ...{ name: "negotiation-signed", who: "officer" },
    path: ({ negotiation, agreementFirst }) =>
      `/agree/negotiations/${negotiation}/document?version=${encodeURIComponent(agreementFirst)}`,
  },
  {
    ...{ name: "negotiation-say", who: "analyst" },
    path: ({ negotiation }) => `/agree/negotiations/${negotiation}/say?part=000000b1`,
  },
  {
    ...{ name: "negotiation-edit", who: "analyst" },
    path: ({ negotiation, saying }) => `/agree/negotiations/${negotiation}/say?saying=${saying}`,
  },
  { name: "negotiation-trial", path: ({ negotiation }) => `/agree/negotiations/${negotiation}/trial`, who: "analyst" },
  { name: "negotiation-table", path: ({ negotiation }) => `/agree/negotiations/${negotiation}/table`, who: "officer" },
  {
    ...{ name: "negotiation-take-back", who: "officer" },
    path: ({ negotiation, comment }) => `/agree/negotiations/${negotiation}/take-back?item=${comment}`,
  },
  { name: "warning-lists", path: "/share/warning-lists", who: "reader" },
  { name: "warning-lists-administrator", path: "/share/warning-lists", who: "administrator" },
  { name: "sealed", path: "/share/sealed", who: "officer" },
  { name: "sealed-reader", path: "/share/sealed", who: "reader" },
  { name: "sealed-keys", path: "/share/sealed/keys", who: "officer" },
  { name: "sealed-keys-reader", path: "/share/sealed/keys", who: "reader" },
  { name: "sealed-key-publish", path: ({ sealingKey }) => `/share/sealed/keys/${sealingKey}/publish`, who: "officer" },
  { name: "sealed-key-retire", path: ({ sealingKey }) => `/share/sealed/keys/${sealingKey}/retire`, who: "analyst" },
  { name: "sealed-new", path: "/share/sealed/new", who: "officer" },
  { name: "sealed-draft", path: ({ sealedDraft }) => `/share/sealed/${sealedDraft}`, who: "officer" },
  { name: "sealed-sent", path: ({ sealedSent }) => `/share/sealed/${sealedSent}`, who: "officer" },
  { name: "sealed-received", path: ({ sealed }) => `/share/sealed/${sealed}`, who: "analyst" },
  { name: "sealed-not-mine", path: ({ sealed }) => `/share/sealed/${sealed}`, who: "reader", status: 404 },
  { name: "sealed-remove", path: ({ sealed }) => `/share/sealed/${sealed}/remove`, who: "officer" },
  { name: "partners", path: "/share/partners", who: "officer" },
  { name: "partners-reader", path: "/share/partners", who: "reader" },
  { name: "partner", path: ({ partner }) => `/share/partners/${partner}`, who: "officer" },
  { name: "partner-new", path: ({ newcomer }) => `/share/partners/${newcomer}`, who: "officer" },
  { name: "partner-compare", path: ({ newcomer }) => `/share/partners/${newcomer}/compare`, who: "officer" },
  { name: "partner-move", path: ({ partner }) => `/share/partners/${partner}/move`, who: "officer" },
  { name: "partner-leave", path: ({ partner }) => `/share/partners/${partner}/leave`, who: "officer" },
  { name: "reciprocity", path: "/share/reciprocity", who: "reader" },
  { name: "reciprocity-partner", path: ({ partner }) => `/share/reciprocity/${partner}?days=all`, who: "officer" },
  { name: "reciprocity-new", path: ({ newcomer }) => `/share/reciprocity/${newcomer}`, who: "reader" },
  {
    name: "reciprocity-on",
    path: ({ partnerUntold }) => `/share/reciprocity/${partnerUntold}/exchange`,
    who: "officer",
  },
  { name: "reciprocity-off", path: ({ partner }) => `/share/reciprocity/${partner}/exchange`, who: "officer" },
  { name: "partner-invite", path: "/share/partners/invite", who: "officer" },
  { name: "partner-accept", path: "/share/partners/accept", who: "officer" },
  { name: "peer-join", path: "/peer/join", who: "visitor" },
  { name: "feeds", path: "/share/feeds", who: "officer" },
  { name: "evidence", path: "/share/evidence", who: "officer" },
  { name: "evidence-one", path: ({ conflict }) => `/share/evidence/${conflict}`, who: "officer" },
  { name: "evidence-settle", path: ({ conflict }) => `/share/evidence/${conflict}/settle`, who: "officer" },
  { name: "guard", path: "/share/guard", who: "officer" },
  { name: "guard-confirm", path: ({ guarded }) => `/share/guard/${guarded}/confirm`, who: "officer" },
  { name: "collection-guarded", path: ({ guarded }) => `/share/collections/${guarded}`, who: "officer" },
  { name: "own-card", path: "/node/party", who: "officer" },
  { name: "refusals", path: "/node/refusals", who: "analyst" },
  { name: "refusals-officer", path: "/node/refusals?add=party", who: "officer" },
  { name: "refusal", path: ({ refusal }) => `/node/refusals/${refusal}`, who: "officer" },
  { name: "refusal-remove", path: ({ refusal }) => `/node/refusals/${refusal}/remove`, who: "officer" },
  { name: "programs", path: "/share/programs", who: "administrator" },
  { name: "program", path: ({ program }) => `/share/programs/${program}`, who: "administrator" },
  { name: "program-remove", path: ({ program }) => `/share/programs/${program}/remove`, who: "administrator" },
  { name: "diary", path: "/respond/diary", who: "officer" },
  { name: "diary-overdue", path: "/respond/diary?state=overdue", who: "analyst" },
  { name: "diary-note", path: "/respond/diary/new", who: "analyst" },
  { name: "diary-entry", path: ({ overdue }) => `/respond/diary/${overdue}`, who: "officer" },
  { name: "diary-close", path: ({ overdue }) => `/respond/diary/${overdue}/close`, who: "officer" },
  { name: "forms", path: "/respond/forms", who: "analyst" },
  { name: "form", path: "/respond/forms/budapest-29", who: "analyst" },
  { name: "form-epoc", path: "/respond/forms/epoc", who: "analyst" },
  { name: "draft", path: ({ draft }) => `/respond/drafts/${draft}`, who: "analyst" },
  { name: "draft-document", path: ({ draft }) => `/respond/drafts/${draft}/document?language=zh-Hant`, who: "analyst" },
  { name: "draft-delete", path: ({ draft }) => `/respond/drafts/${draft}/delete`, who: "analyst" },
  { name: "people", path: "/people", who: "administrator" },
  { name: "people-invite", path: "/people/invite", who: "administrator" },
  { name: "person", path: ({ person }) => `/people/${person}`, who: "administrator" },
  { name: "people-review", path: "/people/review", who: "administrator" },
  { name: "ledger", path: "/node/ledger", who: "administrator" },
  { name: "ledger-entries", path: "/node/ledger/ledger", who: "administrator" },
  { name: "ledger-keys", path: "/node/ledger/keys", who: "administrator" },
  { name: "ledger-verify", path: "/node/ledger/ledger/verify", who: "administrator" },
  { name: "ledger-keys-verify", path: "/node/ledger/keys/verify", who: "administrator" },
  { name: "keys", path: "/node/keys", who: "administrator" },
  { name: "setup-keys", path: "/setup/keys", who: "administrator" },
  { name: "account", path: "/account", who: "analyst" },
  { name: "enrol", path: "/account/enrol", who: "analyst" },
  { name: "step-up", path: "/step-up", who: "analyst" },
]

/** Goes on by the first such link, to a page whose address is not known before. */
export function follow(selector: string): (page: Page) => Promise<unknown> {
  return async (page) => {
    await page.goto(new URL((await page.locator(selector).first().getAttribute("href")) ?? "", page.url()).href)
  }
}

/** What stands folded is seen too. */
async function unfold(page: Page): Promise<void> {
  for (const one of await page.locator("main details > summary").all()) await one.click()
}

/** What a question would mean comes by a form: items may be more than an address holds. */
async function lookAtQuestion(page: Page): Promise<void> {
  await page.locator('form[action$="/ask/look"] button.primary').click()
  await page.locator("#costs").waitFor()
}

/** The picture of a graph comes after the lists that say the same. */
function isDrawn(page: Page): Promise<unknown> {
  return page.locator("#graph[data-drawn]").waitFor()
}

/** The page of the object with that STIX id. */
export function objectPath(id: string): string {
  return `/share/objects/${id}`
}

/** The address of a page on that node. */
export function pathOf({ path }: ShownPage, { collections, ids }: Furnished): string {
  return typeof path === "string" ? path : path({ ...collections, ...ids })
}
