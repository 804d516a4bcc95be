import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import {
  assetReply,
  formatOf,
  listener,
  type PageContent,
  pageReply,
  type Reply,
  ReplyCache,
  type Row,
  reply,
  type Translate,
  translator,
  type Viewer,
} from "../../src/http/index.ts"
import { silent } from "../../src/kernel/diagnostics.ts"

/** The kit of the edge alone: pages that a test writes itself, in the frame, with its headers, files and scripts. */
export type KitServer = {
  origin: string
  show(path: string, content: PageContent, change?: Partial<Viewer>): void
  close(): void
}

/** Somebody with every page of the navigation. */
export function viewer(change: Partial<Viewer> & { t?: Translate } = {}): Viewer {
  const place = (key: string) => ({ key, href: `/${key}` })
  return {
    ...{ language: "en", theme: null, t: translator("en"), format: formatOf("en", "UTC"), path: "/" },
    person: { name: "A. Analyst", roles: ["Analyst"] },
    sections: [
      { key: "overview", icon: "home", pages: [place("overview")] },
      { key: "find", icon: "find", pages: [place("library")] },
      { key: "share", icon: "share", pages: [place("import"), place("collections"), place("warning-lists")] },
      { key: "respond", icon: "respond", pages: [place("respond")] },
      { key: "agree", icon: "agree", pages: [place("agree")] },
      { key: "build", icon: "build", pages: [place("build")] },
    ],
    ...{ party: "Harbour CERT", preferencesCookie: "preferences" },
    ...change,
  }
}

export async function startKit(): Promise<KitServer> {
  const pages = new Map<string, Reply>()
  const missing = reply("text/plain", "", 404)
  const row = (path: string, answer: Row["answer"]): Row => ({
    ...{ method: "GET", path, who: "visitor", stepUp: false, answer },
    refuse: async () => missing,
  })
  const server = createServer(
    listener({
      rows: [
        row("/assets/:name", async (ask) => assetReply(ask) ?? missing),
        row("*", async (ask) => pages.get(ask.path) ?? missing),
      ],
      ...{ elsewhere: async () => missing, diagnostics: silent, behindProxy: false, replies: new ReplyCache(() => "") },
      fingerprint: () => "",
    }),
  )
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    show: (path, content, change) => void pages.set(path, pageReply(viewer({ path, ...change }), content)),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
