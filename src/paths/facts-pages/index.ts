import type { PageRoute } from "../../accounts/index.ts"
import type { Reply } from "../../http/index.ts"
import { comparePage } from "./comparing.ts"
import { correctRow } from "./correcting.ts"
import { factsPage, WRITER } from "./facts-page.ts"
import { importPage, importSet } from "./importing.ts"
import { instrumentPage } from "./instrument.ts"
import { instrumentsPage } from "./instruments.ts"
import { type FactPageParts, type Look, lookOf } from "./look.ts"
import { placePage, placesPage } from "./places.ts"
import { rowPage } from "./row-page.ts"
import { questionPage, rulesPage } from "./rules.ts"
import { withdraw, withdrawPage } from "./withdrawing.ts"
import { FACTS } from "./words.ts"

/** Places, instruments, rules and the facts themselves: everybody reads, officers correct at this node and import. */
export function factPages(parts: FactPageParts): PageRoute[] {
  const read = (path: string, show: (look: Look) => Promise<Reply>): PageRoute => ({
    ...{ method: "GET", who: "role:reader", path },
    handle: async (visit) => show(await lookOf(parts, visit)),
  })
  const change = (path: string, work: (look: Look) => Promise<Reply>): PageRoute => ({
    ...{ method: "POST", who: WRITER, path },
    handle: async (visit) => work(await lookOf(parts, visit)),
  })
  const decided = (
    path: string,
    show: (look: Look) => Promise<Reply>,
    work: (look: Look) => Promise<Reply>,
  ): PageRoute[] => [
    { ...read(path, show), who: WRITER, stepUp: true },
    { ...change(path, work), stepUp: true },
  ]
  return [
    read("/find/places", placesPage),
    read("/find/places/:place", placePage),
    read("/find/instruments", instrumentsPage),
    read("/find/instruments/:id", instrumentPage),
    read("/find/rules", rulesPage),
    read("/find/rules/:question", questionPage),
    read(FACTS, (look) => factsPage(parts, look)),
    read(`${FACTS}/compare`, (look) => comparePage(parts, look)),
    read(`${FACTS}/row`, (look) => rowPage(parts, look)),
    change(`${FACTS}/row`, (look) => correctRow(parts, look)),
    ...decided(`${FACTS}/import`, importPage, (look) => importSet(parts, look)),
    ...decided(
      `${FACTS}/corrections/:id/withdraw`,
      (look) => withdrawPage(parts, look),
      (look) => withdraw(parts, look),
    ),
  ]
}
