import assert from "node:assert/strict"
import { type Instant, parseInstant } from "../../src/kernel/time.ts"
import { type Day, FactBook, importFacts } from "../../src/law/index.ts"
import { ownRefusals, pathPages } from "../../src/paths/index.ts"
import { type FactRows, factFiles } from "./facts.ts"
import { type LibraryServer, startLibrary } from "./library-server.ts"
import type { Role } from "./pages.ts"

/** Counts, whatever is shipped. */
const VERSION = "2099-01-01" as Day
const TODAY = parseInstant("2026-11-27T09:00:00Z") as Instant

/** Two treaties with the few places that tests speak of; the first is open to those that take part. */
export const PATH_ROWS: FactRows = {
  instruments: [{}, { id: "pact", title: "A pact", short: "Pact" }],
  participation: [
    ...["DE", "FI", "BR"].map((place) => ({ place, date: "2010-01-01", status: "in force" })),
    { instrument: "pact", place: "DE", date: "2010-01-01" },
    { instrument: "pact", place: "BR", date: "2010-01-01" },
  ],
  lists: [{ complete_as_of: "2026-11-01" }, { instrument: "pact", complete_as_of: "2026-11-01" }],
  channels: [
    {
      name: "Quick way",
      measures: "preserve",
      steps: "use-24-7 form-29-30",
      requester: "A desk",
      addressee: "Its desk",
    },
    { channel_id: "court", name: "Court way", measures: "produce", kind: "judicial", needs: "dual-criminality" },
    {
      channel_id: "pact-way",
      instrument: "pact",
      name: "Pact way",
      measures: "preserve",
      pace: "weeks",
      limit: "P10D",
    },
  ],
  safeguards: [{ safeguard: "political-offence", article: "27(4)" }],
  offences: [{ offence: "fraud" }],
  regions: [
    { place: "DE", region: "150", subregion: "155" },
    { place: "FI", region: "150", subregion: "154" },
    { place: "BR", region: "019", subregion: "419" },
    { place: "KE", region: "002", subregion: "202" },
  ],
}

/** The pages of the path finder on facts of their own, for a party in Finland. */
export type PathServer = LibraryServer & {
  book: FactBook
  /** The page's text; fails unless it is answered with that status. */
  page(path: string, who?: Role, status?: number): Promise<string>
}

export async function startPaths(rows: FactRows = PATH_ROWS, place: string | null = "FI"): Promise<PathServer> {
  const made: { book?: FactBook } = {}
  const server = await startLibrary(TODAY, ({ store, clock }) => {
    const book = new FactBook(store)
    made.book = book
    const party =
      place === null ? null : { id: `identity--${"0".repeat(8)}`, name: "Harbour CERT", kind: "government", place }
    const own = async () => party as Awaited<ReturnType<Parameters<typeof pathPages>[0]["own"]>>
    return pathPages({ store, book, clock, refusals: () => ownRefusals(store), own })
  })
  const { book } = made
  assert.ok(book)
  await importFacts({ store: server.node.store, book }, factFiles(rows, VERSION), VERSION, null)
  return {
    ...{ ...server, book },
    async page(path, who = "reader", status = 200) {
      const answer = await server.get(path, who)
      const text = await answer.text()
      assert.equal(answer.status, status, `${path}: ${text.slice(0, 2000)}`)
      return text
    },
  }
}
