import assert from "node:assert/strict"
import { parseInstant } from "../../src/kernel/time.ts"
import { FactBook } from "../../src/law/index.ts"
import type { FactFiles } from "../../src/law/reading.ts"
import { factPages } from "../../src/paths/facts-pages/index.ts"
import { type LibraryServer, startLibrary } from "./library-server.ts"
import { START } from "./node-in-process.ts"
import type { Role } from "./pages.ts"

/** The pages of facts of law, with a book of their own. */
export type FactServer = LibraryServer & {
  book: FactBook
  /** The page's text; throws unless it is answered with that status. */
  page(path: string, who?: Role, status?: number, language?: string): Promise<string>
  /** Sends files as the form of the import does. */
  upload(files: readonly (readonly [name: string, content: string | Uint8Array])[], who?: Role): Promise<Response>
  imported(files: FactFiles): Promise<void>
}

export async function startFacts(): Promise<FactServer> {
  const made: { book?: FactBook } = {}
  const server = await startLibrary(parseInstant("2026-11-28T12:00:00Z") ?? START, ({ store, clock }) => {
    made.book = new FactBook(store)
    return factPages({ store, book: made.book, clock })
  })
  const { book } = made
  if (book === undefined) throw new Error("no pages were asked for")
  const { origin, cookies } = server
  const upload: FactServer["upload"] = (files, who = "officer") => {
    const form = new FormData()
    for (const [name, content] of files) form.append("files", new Blob([Buffer.from(content)]), name)
    const headers = { cookie: cookies[who], origin }
    return fetch(`${origin}/find/facts/import`, { method: "POST", redirect: "manual", headers, body: form })
  }
  return {
    ...{ ...server, book, upload },
    async page(path, who = "reader", status = 200, language = "en") {
      const answer = await fetch(origin + path, {
        ...{ redirect: "manual", headers: { cookie: cookies[who], "accept-language": language } },
      })
      const text = await answer.text()
      assert.equal(answer.status, status, text.slice(0, 2000))
      return text
    },
    async imported(files) {
      const answer = await upload(Object.entries(files))
      assert.equal(answer.status, 303, await answer.text())
    },
  }
}
