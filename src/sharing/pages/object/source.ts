import type { Visit } from "../../../accounts/index.ts"
import { copyable, facts, html, type PageContent, type Reply, reply, visible } from "../../../http/index.ts"
import { sha256 } from "../../../kernel/hash.ts"
import type { ObjectVersion } from "../../../library/index.ts"
import { objectPath } from "../named.ts"
import { theRest } from "./showing.ts"
import { titleOf } from "./title.ts"

const SHOWN_MOST = 200_000

/** Exactly the bytes that came in, to be kept and not opened: no browser may take them for a page. */
export function rawReply({ id, bytes }: ObjectVersion): Reply {
  const name = id.replaceAll(/[^A-Za-z0-9-]/g, "_").slice(0, 150)
  const answer = reply("application/stix+json;version=2.1", bytes, 200, {
    "content-disposition": `attachment; filename="${name}.json"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
  })
  return { ...answer, passing: true }
}

/** The same as text on a page, with what cannot be seen marked, and the hashes that stand for it. */
export function sourcePage(visit: Visit, version: ObjectVersion): PageContent {
  const { t, format } = visit
  const { id, object, type, bytes, canonical, liftedFrom, key } = version
  const title = titleOf(t, type, object, new Map())
  const text = bytes.toString("utf8")
  const left = text.length - SHOWN_MOST
  const rest = left > 0 ? html`<p>${theRest({ t, format }, "characters", left)}</p>` : null
  const hash = sha256(bytes).toString("hex")
  const before =
    liftedFrom === null
      ? null
      : html`<h2>${t("object.before-lifting")}</h2><pre>${lines(liftedFrom.toString("utf8"))}</pre>`
  return {
    ...{ title: t("object.source-of", { name: title.text }), place: "library" },
    heading: html`${t("object.source")} · ${title.heading}`,
    body: html`<p class="actions no-print"><a class="button" href="${objectPath(id)}?version=${key}">${t("object.back")}</a><a class="button" href="${objectPath(id)}/raw?version=${key}">${t("object.download")}</a></p>
${facts([
  [t("object.id"), copyable(t, visible(id), id)],
  [t("object.canonical-hash"), copyable(t, canonical, canonical)],
  [t("object.bytes-hash"), copyable(t, hash, hash)],
  [t("object.size"), format.bytes(bytes.length)],
])}
<h2>${t("object.as-received")}</h2><pre class="source">${lines(text)}</pre>${rest}${before}`,
  }
}

/** Line by line, so that a line break stays one and everything else unseen gets its mark. */
function lines(text: string) {
  return text
    .slice(0, SHOWN_MOST)
    .split(/\r\n|\n/)
    .map((line, i) => [i > 0 ? "\n" : "", visible(line)])
}
