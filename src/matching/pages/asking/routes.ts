import type { PageRoute, Visit } from "../../../accounts/index.ts"
import type { Reply } from "../../../http/index.ts"
import type { MatchPageParts } from "../parts.ts"
import { answersPage, changeAnswers, oneAnswersPage } from "./answers-page.ts"
import { askIt, askPage, lookAtQuestion } from "./ask-page.ts"
import { addIt, askDesksIt, contactPage, decideContact, deskAskPage, desksPage, endIt } from "./desks-page.ts"
import { askToKnow, decideKnowing, knowingPage, knowingsPage, knowPage } from "./know-page.ts"
import { openIt, openPage } from "./open-page.ts"
import { ANSWERS, ASK, DESKS, KNOWING } from "./places.ts"
import { callOffQuestion, questionPage } from "./question-page.ts"

/** Questions about single items, from both sides: analysts ask, officers open, tell and consent. */
export function askingPages(parts: MatchPageParts): PageRoute[] {
  const reader = { who: "role:reader" } as const
  const analyst = { who: "role:analyst" } as const
  const officer = { who: "role:officer" } as const
  const sure = { ...officer, stepUp: true } as const
  const on = (handle: (parts: MatchPageParts, visit: Visit) => Promise<Reply>) => (visit: Visit) => handle(parts, visit)
  const changing = (name: Parameters<typeof changeAnswers>[2]) => (visit: Visit) => changeAnswers(parts, visit, name)
  const deciding = (name: Parameters<typeof decideKnowing>[2]) => (visit: Visit) => decideKnowing(parts, visit, name)
  const meeting = (name: Parameters<typeof decideContact>[2]) => (visit: Visit) => decideContact(parts, visit, name)
  const [answers, question, knowing] = [`${ANSWERS}/:id`, `${ASK}/:id`, `${KNOWING}/:id`]
  const contact = `${DESKS}/contacts/:id`
  return [
    { ...reader, method: "GET", path: ANSWERS, handle: on(answersPage) },
    { ...analyst, method: "GET", path: `${ANSWERS}/new`, handle: on(openPage) },
    { ...sure, method: "POST", path: `${ANSWERS}/new`, handle: on(openIt) },
    { ...reader, method: "GET", path: answers, handle: on(oneAnswersPage) },
    { ...officer, method: "POST", path: `${answers}/close`, handle: changing("close") },
    { ...officer, method: "POST", path: `${answers}/renew`, handle: changing("renew") },
    { ...reader, method: "GET", path: ASK, handle: on(askPage) },
    { ...analyst, method: "POST", path: `${ASK}/look`, handle: on(lookAtQuestion) },
    { ...analyst, method: "POST", path: ASK, handle: on(askIt) },
    { ...reader, method: "GET", path: question, handle: on(questionPage) },
    { ...analyst, method: "POST", path: `${question}/call-off`, handle: on(callOffQuestion) },
    { ...sure, method: "GET", path: `${question}/know`, handle: on(knowPage) },
    { ...sure, method: "POST", path: `${question}/know`, handle: on(askToKnow) },
    { ...reader, method: "GET", path: KNOWING, handle: on(knowingsPage) },
    { ...reader, method: "GET", path: knowing, handle: on(knowingPage) },
    { ...sure, method: "POST", path: `${knowing}/tell`, handle: deciding("tell") },
    { ...officer, method: "POST", path: `${knowing}/withhold`, handle: deciding("withhold") },
    { ...reader, method: "GET", path: DESKS, handle: on(desksPage) },
    { ...analyst, method: "POST", path: DESKS, handle: on(addIt) },
    { ...analyst, method: "POST", path: `${DESKS}/subjects/:id/end`, handle: on(endIt) },
    { ...analyst, method: "GET", path: `${DESKS}/ask`, handle: on(deskAskPage) },
    { ...analyst, method: "POST", path: `${DESKS}/ask`, handle: on(askDesksIt) },
    { ...reader, method: "GET", path: contact, handle: on(contactPage) },
    { ...sure, method: "POST", path: `${contact}/consent`, handle: meeting("consent") },
    { ...officer, method: "POST", path: `${contact}/decline`, handle: meeting("decline") },
  ]
}
