import sql from "sql-template-tag"
import { find } from "../../src/library/search/finding.ts"
import { fits, readOn } from "../../src/library/search/indexer.ts"
import type { SearchQuery } from "../../src/library/search/model.ts"
import { searchFile } from "../../src/library/search/schema.ts"
import { openDerived } from "../../src/store/index.ts"
import type { Machine } from "./machine.ts"
import { Violation } from "./violation.ts"

const EVERYTHING: SearchQuery = {
  ...{ text: "taint", types: [], markings: [], origins: [], collections: [], from: null, to: null },
  ...{ revoked: "any", sort: "newest", after: null, limit: 1000 },
}

/**
 * The index reads on from where it was and is asked for everything: I7, what was taken back is not found any more, and
 * what is there is, by the words of its newest version.
 */
export async function search(machine: Machine): Promise<void> {
  const { index: path, database } = machine.folder
  const index = openDerived(searchFile(path, database))
  try {
    if (!fits(index)) return // a backup was brought back: the thread makes it anew
    while (readOn(index, 1000));
    index.commit()
    const found = find(index, EVERYTHING).hits.map(({ id }) => id)
    const rows = await machine.running().store.all<{ id: string }>(
      sql`select distinct id from object o where aside = 0 and withdrawn = 0
            and (instr(bytes, '"name":"TAINT') > 0 or instr(bytes, '"description":"Ask TAINT') > 0)
            and not exists (select 1 from object n where n.id = o.id and n.aside = 0 and n.withdrawn = 0
              and n.version > o.version)`,
    )
    const [wanted, got] = [rows.map(({ id }) => id).sort(), found.sort()]
    if (wanted.join() !== got.join()) {
      throw new Violation("I7", `${machine.name} finds ${got.length} things by searching, and shows ${wanted.length}`)
    }
  } finally {
    index.close()
  }
}
