import { readFileSync } from "node:fs"
import { brotliCompressSync, gzipSync, constants as zip } from "node:zlib"
import { sha256 } from "../kernel/hash.ts"
import { type ModuleGraph, moduleGraph } from "./modules.ts"
import { type Ask, type Reply, reply } from "./reply.ts"

const web = (file: string) => new URL(`../../web/${file}`, import.meta.url)
const library = (file: string) => new URL(import.meta.resolve(file))
const JS = "text/javascript; charset=utf-8"
const CSS = "text/css; charset=utf-8"
const SVG = "image/svg+xml"

/** Every file that browsers get, by its name in the address; nothing else of the folders is served. */
const files = {
  "style.css": { at: () => web("style.css"), type: CSS },
  "land.svg": { at: () => web("land.svg"), type: SVG },
  "icon.svg": { at: () => web("icon.svg"), type: SVG },
  "frame.js": { at: () => web("scripts/frame.js"), type: JS },
  "palette.js": { at: () => web("scripts/palette.js"), type: JS },
  "passkey.js": { at: () => web("scripts/passkey.js"), type: JS },
  "import.js": { at: () => web("scripts/import.js"), type: JS },
  "progress.js": { at: () => web("scripts/progress.js"), type: JS },
  "list.js": { at: () => web("scripts/list.js"), type: JS },
  "graph.js": { at: () => web("scripts/graph.js"), type: JS },
  "graph-layout.js": { at: () => web("scripts/graph-layout.js"), type: JS },
  "graph-style.js": { at: () => web("scripts/graph-style.js"), type: JS },
  "graph-export.js": { at: () => web("scripts/graph-export.js"), type: JS },
  "graph.css": { at: () => web("graph.css"), type: CSS },
  "sealed-key.js": { at: () => web("scripts/sealed-key.js"), type: JS },
  "sealed-open.js": { at: () => web("scripts/sealed-open.js"), type: JS },
  "sealed-format.js": { at: () => web("scripts/sealed-format.js"), type: JS },
  "cytoscape.js": { at: () => library("cytoscape/dist/cytoscape.esm.min.mjs"), type: JS },
} as const

/** Libraries of several modules: the entry by this name, the others beside it. */
const libraries = { "age.js": "age-encryption" } as const

export type Asset = keyof typeof files | keyof typeof libraries
export const ASSETS = [...Object.keys(files), ...Object.keys(libraries)]

type Encoding = "br" | "gzip"
type Ready = { tag: string; type: string; plain: Buffer; packed: Map<Encoding, Buffer> }
const ready = new Map<string, Ready>()

/** The largest file, 430 kB, is packed in some 20 ms the first time that a browser asks for it. */
const packers: Readonly<Record<Encoding, (plain: Buffer) => Buffer>> = {
  br: (plain) => brotliCompressSync(plain, { params: { [zip.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (plain) => gzipSync(plain, { level: 6 }),
}

/** The address of a file: it carries the hash of the content, so that a browser keeps it for ever. */
export function asset(name: Asset): string {
  return `/assets/${name}?v=${load(name)?.tag ?? ""}`
}

function load(name: string): Ready | null {
  const already = ready.get(name)
  if (already !== undefined) return already
  if (Object.hasOwn(files, name)) {
    const { at, type } = files[name as keyof typeof files]
    const plain = readFileSync(at())
    return keep(name, sha256(plain).toString("hex").slice(0, 12), type, plain)
  }
  const entry = (Object.keys(libraries) as (keyof typeof libraries)[]).find((one) => belongs(name, one))
  if (entry === undefined) return null
  const { tag, files: modules } = graphOf(entry)
  const plain = modules.get(name)
  return plain === undefined ? null : keep(name, tag, JS, plain)
}

function keep(name: string, tag: string, type: string, plain: Buffer): Ready {
  const one = { tag, type, plain, packed: new Map() }
  ready.set(name, one)
  return one
}

const graphs = new Map<string, ModuleGraph>()

function graphOf(entry: keyof typeof libraries): ModuleGraph {
  const graph = graphs.get(entry) ?? moduleGraph(entry, libraries[entry])
  graphs.set(entry, graph)
  return graph
}

function belongs(name: string, entry: string): boolean {
  return name === entry || name.startsWith(`${entry.replace(/\.js$/, "")}-`)
}

/** Null for a name that is no asset. An address without the present hash is answered too, but not kept for long. */
export function assetReply(ask: Ask<unknown>): Reply | null {
  const found = load(ask.params.name ?? "")
  if (found === null) return null
  const current = ask.query.get("v") === found.tag
  const headers = {
    etag: `"${found.tag}"`,
    "cache-control": current ? "public, max-age=31536000, immutable" : "no-cache",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'",
    vary: "accept-encoding",
  }
  if (ask.header("if-none-match") === headers.etag) return reply(found.type, "", 304, headers)
  const encodings = ask.header("accept-encoding") ?? ""
  const encoding = (["br", "gzip"] as const).find((one) => new RegExp(`\\b${one}\\b`).test(encodings))
  if (encoding === undefined) return reply(found.type, found.plain, 200, headers)
  return reply(found.type, packedAs(found, encoding), 200, { ...headers, "content-encoding": encoding })
}

function packedAs({ plain, packed }: Ready, encoding: Encoding): Buffer {
  const body = packed.get(encoding) ?? packers[encoding](plain)
  packed.set(encoding, body)
  return body
}
