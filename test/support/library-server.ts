import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { commitmentOf, type PageRoute, pageRows, Refusals, Sessions } from "../../src/accounts/index.ts"
import { addNewcomer } from "../../src/accounts/people.ts"
import { assetReply, listener, ReplyCache, type Row, reply, siteOf } from "../../src/http/index.ts"
import { silent } from "../../src/kernel/diagnostics.ts"
import type { Instant } from "../../src/kernel/time.ts"
import { factsNow, instrumentNames } from "../../src/law/index.ts"
import { addObjects, type Collection, Search } from "../../src/library/index.ts"
import { libraryPages } from "../../src/sharing/pages/library/routes.ts"
import { type InProcess, openInProcess, prepared, START } from "./node-in-process.ts"
import type { Role } from "./pages.ts"
import type { Stix } from "./stix.ts"
import { PEOPLE } from "./workplace.ts"

/** The pages of the library on a store and an index of their own, with a person of each role who is signed in. */
export type LibraryServer = {
  node: InProcess
  search: Search
  origin: string
  collection: Collection
  /** Cookie header of each. */
  cookies: Readonly<Record<Role, string>>
  /** Puts objects in and waits until they can be found. */
  add(...objects: (Stix | string)[]): Promise<void>
  get(path: string, who?: Role | null): Promise<Response>
  post(path: string, form: readonly (readonly [string, string])[], who?: Role | null): Promise<Response>
  close(): Promise<void>
}

/** Further pages on the same store and index. */
export type MorePages = (node: InProcess, search: Search) => readonly PageRoute[]

/** `given`: a node that is open already, and that `close` closes too. */
export async function startLibrary(
  at: Instant = START,
  more: MorePages = () => [],
  given?: InProcess,
): Promise<LibraryServer> {
  const node = given ?? (await openInProcess())
  node.clock.set(at)
  const { store, clock, folder } = node
  const { database, index } = folder
  const search = new Search({ database, index, commits: () => node.store.commits, diagnostics: silent })
  const collection = await node.collection()
  const site = siteOf({ publicUrl: null, host: "127.0.0.1", tls: false }, "0123456789")
  const sessions = new Sessions(store, clock)
  const navigation = [
    { key: "share", icon: "share", pages: [{ key: "library", href: "/share/library", who: "role:reader" }] },
  ] as const
  const visiting = {
    ...{ site, sessions, clock, navigation },
    refusals: new Refusals(store),
    party: async () => "Harbour CERT",
    instruments: async () => {
      const facts = await factsNow(store)
      return (language: string) => instrumentNames(facts, language)
    },
  }
  const pages = pageRows([...libraryPages({ store, search, database }), ...more(node, search)], visiting)
  const missing = async () => reply("text/plain", "", 404)
  const assets: Row = {
    ...{ method: "GET", path: "/assets/:name", who: "visitor", stepUp: false, refuse: missing },
    answer: async (ask) => assetReply(ask) ?? missing(),
  }
  const edge = { elsewhere: missing, diagnostics: silent, behindProxy: false, replies: new ReplyCache(() => "") }
  const server = createServer(listener({ rows: [...pages, assets], ...edge, fingerprint: () => "" }))
  server.keepAliveTimeout = 0 // a busy test must not find its connections closed
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  site.listensAt(port)
  const cookies = await signedIn(node, sessions, site.cookies.session)
  const { origin } = site
  const headers = (who: Role | null) => ({
    host: `localhost:${port}`,
    ...(who === null ? {} : { cookie: cookies[who] }),
  })
  return {
    ...{ node, search, origin, collection, cookies },
    async add(...objects) {
      await addObjects(store, await node.reload(collection), prepared(...objects))
      await search.settled()
    },
    get: (path, who = "reader") => fetch(origin + path, { headers: headers(who), redirect: "manual" }),
    post: (path, form, who = "reader") =>
      fetch(origin + path, {
        ...{ method: "POST", redirect: "manual" },
        headers: { ...headers(who), origin },
        body: new URLSearchParams(form.map(([name, value]) => [name, value])),
      }),
    async close() {
      server.closeAllConnections()
      server.close()
      await search.close()
      await node.close()
    },
  }
}

/** The officer counts as one, who has something to sign in with. */
async function signedIn(
  { store, meddle }: InProcess,
  sessions: Sessions,
  cookie: string,
): Promise<Record<Role, string>> {
  const enter = (who: Role) =>
    store.write(async (tx) => {
      const { name, role } = PEOPLE[who]
      const { key, salt } = await addNewcomer(tx, { name, role, administrator: who === "administrator" }, null)
      const entry = { account: key, commitment: commitmentOf(salt, name), agent: "test", replaces: null }
      return `${cookie}=${await sessions.start(tx, { ...entry, method: "passkey" })}`
    })
  const cookies = {
    reader: await enter("reader"),
    analyst: await enter("analyst"),
    officer: await enter("officer"),
    administrator: await enter("administrator"),
  }
  meddle("update account set secret = 'x' where name = ?", PEOPLE.officer.name)
  return cookies
}
