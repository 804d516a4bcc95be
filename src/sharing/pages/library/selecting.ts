import type { Visit } from "../../../accounts/index.ts"
import type { Html } from "../../../http/index.ts"
import { html } from "../../../http/index.ts"
import { DAY, formatInstant, type Instant, plusMicroseconds } from "../../../kernel/time.ts"
import { listCollections, type SearchQuery } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import { partnersOf } from "../partners.ts"
import { chips } from "./filters.ts"
import { everything, hrefOf, parseView, queryOf, type View } from "./view.ts"

/** What is looked for, without order and pages. */
export type Selection = Omit<SearchQuery, "sort" | "after" | "limit">

/** Views of the library for features that keep what they choose and lead back to them. */
export function selecting(store: Store) {
  return {
    queryOf(address: string): Selection {
      const { view } = parseView(new URLSearchParams(address))
      const { sort: _, after: __, limit: ___, ...query } = queryOf({ ...view, after: null }, 1)
      return query
    },
    pathOf: (query: Selection): string => hrefOf(viewOf(query)),
    async wordsOf(visit: Visit, query: Selection): Promise<Html[]> {
      const called = { collections: await listCollections(store), partners: await partnersOf(store) }
      return chips(visit, viewOf(query), called).map(
        ({ name, value }) => html`<span class="chip"><span class="quiet">${name}</span> ${value}</span>`,
      )
    },
  }
}

/** Days of a view are whole ones; the last one is in it. */
function viewOf({ from, to, ...query }: Selection): View {
  const last = to === null ? null : plusMicroseconds(to, -DAY)
  return { ...everything, ...query, from: from === null ? null : dayOf(from), to: last === null ? null : dayOf(last) }
}

function dayOf(instant: Instant): string {
  return formatInstant(instant).slice(0, 10)
}
