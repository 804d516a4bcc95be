import type { PageRoute, Visit } from "../../../accounts/index.ts"
import { type Reply, reply } from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { ciphertextOf } from "../reading.ts"
import { addKey, keysPage, publish, publishPage, retire, retirePage } from "./keys-page.ts"
import { listPage } from "./list-page.ts"
import { newPage, sealNew } from "./new-page.ts"
import { discard, onePage, removalPage, remove, sealedOf, send } from "./one-page.ts"
import { HOME, KEYS, type SealedPageParts } from "./words.ts"

/** Sealed delivery: anybody sees what is for them, officers send and answer for all of it. */
export function sealedPages(parts: SealedPageParts): PageRoute[] {
  const read = { who: "role:reader" } as const
  const own = { who: "role:reader", stepUp: true } as const
  const decide = { who: "role:officer", stepUp: true } as const
  return [
    { ...read, method: "GET", path: HOME, handle: (visit) => listPage(parts, visit) },
    { ...read, method: "GET", path: KEYS, handle: (visit) => keysPage(parts, visit) },
    { ...own, method: "POST", path: KEYS, handle: (visit) => addKey(parts, visit) },
    { ...decide, method: "GET", path: `${KEYS}/:id/publish`, handle: (visit) => publishPage(parts, visit) },
    { ...decide, method: "POST", path: `${KEYS}/:id/publish`, handle: (visit) => publish(parts, visit) },
    { ...own, method: "GET", path: `${KEYS}/:id/retire`, handle: (visit) => retirePage(parts, visit) },
    { ...own, method: "POST", path: `${KEYS}/:id/retire`, handle: (visit) => retire(parts, visit) },
    { ...decide, method: "GET", path: `${HOME}/new`, handle: (visit) => newPage(parts, visit) },
    { ...decide, method: "POST", path: `${HOME}/new`, handle: (visit) => sealNew(parts, visit) },
    { ...read, method: "GET", path: `${HOME}/:id`, handle: (visit) => onePage(parts, visit) },
    { ...read, method: "GET", path: `${HOME}/:id/file`, handle: (visit) => file(parts, visit) },
    { ...read, method: "GET", path: `${HOME}/:id/message`, handle: (visit) => statement(parts, visit, "note") },
    { ...read, method: "GET", path: `${HOME}/:id/receipt`, handle: (visit) => statement(parts, visit, "receipt") },
    { ...decide, method: "POST", path: `${HOME}/:id/send`, handle: (visit) => send(parts, visit) },
    { ...decide, method: "POST", path: `${HOME}/:id/discard`, handle: (visit) => discard(parts, visit) },
    { ...decide, method: "GET", path: `${HOME}/:id/remove`, handle: (visit) => removalPage(parts, visit) },
    { ...decide, method: "POST", path: `${HOME}/:id/remove`, handle: (visit) => remove(parts, visit) },
  ]
}

/** The ciphertext, part by part; its name says nothing of what is inside. */
async function file(parts: SealedPageParts, visit: Visit): Promise<Reply> {
  const sealed = await sealedOf(parts, visit)
  const pieces = ciphertextOf(parts.store, sealed)
  return { ...download("application/octet-stream", `${sealed.remote}.age`, ""), stream: () => pieces }
}

/** A signed statement, as it was signed. */
async function statement(parts: SealedPageParts, visit: Visit, which: "note" | "receipt"): Promise<Reply> {
  const sealed = await sealedOf(parts, visit)
  const text = sealed[which]
  if (text === null) throw new ComityError("not-found", "sealed.unknown")
  const name = `${sealed.remote}.${which === "note" ? "message" : "receipt"}.txt`
  return download("text/plain; charset=utf-8", name, text)
}

function download(type: string, name: string, body: string): Reply {
  return reply(type, body, 200, {
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
  })
}
