import { DAY, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { expire, listCollections, loadCollectionByKey, receivedPlaces } from "../../library/index.ts"
import type { PartyId } from "../../parties/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import type { TermArticles } from "../in-force/in-force.ts"
import { readTerms, type Terms } from "../terms/model.ts"
import { articlesUnder } from "./queries.ts"

const ENTRIES_AT_ONCE = 100

/** Under what a partner lets this node hold an object. */
export type HeldUnder = {
  party: PartyId
  collection: { id: string; title: string }
  /** Null: nobody here knows or understands them. */
  terms: Terms | null
  /** When it is erased here; null: nothing says so. */
  until: Instant | null
  /** Where an agreement of this node settles these terms. */
  articles: TermArticles
}

/** By each collection of a partner that holds the object; the one in which its time is over first comes first. */
export async function heldUnder(reader: Reader, id: string): Promise<HeldUnder[]> {
  const places = await receivedPlaces(reader, id)
  return Promise.all(
    places.map(async ({ collection, title, party, terms: text, saidAt }) => {
      const terms = text === null ? null : readTerms(text)
      const days = terms?.retention ?? null
      const until = days === null ? null : plusMicroseconds(saidAt, days * DAY)
      return {
        party,
        collection: { id: collection, title },
        terms,
        until,
        articles: await articlesUnder(reader, collection),
      }
    }),
  )
}

/**
 * Erases what partners let this node keep for so many days, when these are over since its owner put it into the
 * collection; nobody has to ask. In turns that let others write between them. Returns how many entries went.
 */
export async function eraseExpired(store: Store): Promise<number> {
  const all = await listCollections(store)
  const mirrors = all.filter(({ kind, terms }) => kind === "received" && retentionOf(terms) !== null)
  let number = 0
  for (const { key } of mirrors) {
    for (let gone = ENTRIES_AT_ONCE; gone === ENTRIES_AT_ONCE; number += gone) gone = await eraseSome(store, key)
  }
  return number
}

async function eraseSome(store: Store, key: number): Promise<number> {
  return store.write(async (tx) => {
    const mirror = await loadCollectionByKey(tx, key)
    const days = retentionOf(mirror.terms)
    if (days === null) return 0
    const entries = await expire(tx, mirror, plusMicroseconds(tx.now, -days * DAY), ENTRIES_AT_ONCE)
    if (entries.length === 0) return 0
    const facts = { collection: mirror.id, party: mirror.party, days, terms: mirror.terms?.hash ?? null }
    await record(tx, { what: "retention.erased", by: null, facts: { ...facts, entries, count: entries.length } })
    return entries.length
  })
}

/** Days; null where nothing limits them, or nobody here understands what does. */
function retentionOf(terms: { text: string } | null): number | null {
  return (terms === null ? null : readTerms(terms.text))?.retention ?? null
}
