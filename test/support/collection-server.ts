import { Authenticator } from "../../src/accounts/index.ts"
import type { Instant } from "../../src/kernel/time.ts"
import { verifyLogs } from "../../src/library/index.ts"
import { collectionPages, programPages, Verifications } from "../../src/sharing/index.ts"
import { type LibraryServer, startLibrary } from "./library-server.ts"
import type { Role } from "./pages.ts"

/** The pages of collections and programs beside those of the library. */
export type CollectionServer = LibraryServer & {
  verifications: Verifications
  authenticator: Authenticator
  /** The page's text; throws unless it is answered with that status. */
  page(path: string, who?: Role | null, status?: number): Promise<string>
  /** Each verification waits for this before it begins, so that a test can look at one under way. */
  gate: { open: Promise<void> }
}

export async function startCollections(at?: Instant): Promise<CollectionServer> {
  const gate = { open: Promise.resolve() }
  const made: { verifications?: Verifications; authenticator?: Authenticator } = {}
  const server = await startLibrary(at, (node, search) => {
    const { store, clock, folder, signer } = node
    const verify = async function* (name: string) {
      await gate.open
      yield* verifyLogs(folder.database, name)
    }
    const failed = (error: unknown) => {
      throw error
    }
    made.verifications = new Verifications({ verify, clock, onFailure: failed })
    made.authenticator = new Authenticator(store)
    const { verifications, authenticator } = made
    return [...collectionPages({ store, search, verifications, signer }), ...programPages({ store, authenticator })]
  })
  const { verifications, authenticator } = made
  if (verifications === undefined || authenticator === undefined) throw new Error("no pages were asked for")
  return {
    ...{ ...server, verifications, authenticator, gate },
    async page(path, who = "reader", status = 200) {
      const answer = await server.get(path, who)
      const text = await answer.text()
      if (answer.status !== status) throw new Error(`${path}: ${answer.status} instead of ${status}: ${text}`)
      return text
    },
    async close() {
      await verifications.close()
      await server.close()
    },
  }
}

/** What a person reads of a page: without markup, blanks folded. */
export function readable(page: string): string {
  return page
    .replace(/^.*<main[^>]*>|<\/main>.*$/gs, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
}
