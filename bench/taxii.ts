import type { Inbox } from "./comity.ts"
import type { Target } from "./load/jobs.ts"

/** One line of the manifest. */
export type Entry = { id: string; date_added: string }

type Page = { more?: boolean; next?: string; objects?: Entry[] }

/** The whole manifest, oldest first: the last version of each object. */
export async function entriesOf(inbox: Inbox): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const page of pagesOf(inbox.target, `${inbox.manifest}?limit=1000`)) entries.push(...(page.objects ?? []))
  return entries
}

/** The cursors that a walk in steps of `limit` meets. */
export async function cursorsOf(inbox: Inbox, limit: number): Promise<string[]> {
  const cursors: string[] = []
  for await (const page of pagesOf(inbox.target, `${inbox.objects}?limit=${limit}`)) cursors.push(page.next ?? "")
  return cursors.filter((cursor) => cursor !== "")
}

async function* pagesOf(target: Target, path: string): AsyncGenerator<Page> {
  let next: string | undefined
  do {
    const page = await pageAt(target, next === undefined ? path : `${path}&next=${encodeURIComponent(next)}`)
    yield page
    next = page.next
  } while (next !== undefined)
}

async function pageAt({ port, authorization }: Target, path: string): Promise<Page> {
  const headers = { accept: "application/taxii+json;version=2.1", authorization }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${(await response.text()).slice(0, 300)}`)
  return (await response.json()) as Page
}
