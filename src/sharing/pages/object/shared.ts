import type { Visit } from "../../../accounts/index.ts"
import {
  facts,
  type Html,
  html,
  nothing,
  notice,
  type PageContent,
  type Piece,
  prose,
  section,
  shortId,
  stateMark,
  visible,
} from "../../../http/index.ts"
import type { Holding, Recall } from "../../../library/index.ts"
import { isOverdue } from "../../../peering/index.ts"
import { typeOfId } from "../../../stix/index.ts"
import { objectPath, typeWord } from "../named.ts"
import { type Partners, partnerShown } from "../partners.ts"
import type { Gathered } from "./gathering.ts"
import type { Showing } from "./showing.ts"

/** What a reader must know before using the object: that versions of it were recalled, or are newer than what is shared. */
export function sharedNotices(showing: Showing, gathered: Gathered, officer: boolean): Html {
  const { recalls, shown } = gathered
  const own = recalls.find(({ party }) => party === null)
  // Whose the object is not has no word about it.
  const theirs = recalls.find(({ party }) => party !== null && party === shown.origin)
  return html`${own === undefined ? nothing : ownRecall(showing, gathered, own)}${
    theirs === undefined ? nothing : partnersRecall(showing, gathered, theirs)
  }${unsharedNotice(showing, gathered, officer)}`
}

function ownRecall({ t, format, now }: Showing, { shown: { id }, recalls, answers }: Gathered, recall: Recall): Html {
  const collections = new Set(recalls.filter(({ party }) => party === null).map(({ collection }) => collection)).size
  const late = answers.filter((due) => isOverdue(due, now)).length
  const open = answers.filter(({ state }) => state === "due" || state === "pending").length
  const state =
    late > 0
      ? stateMark("closed", t("recall.late", { count: format.number(late) }))
      : open > 0
        ? stateMark("conditional", t("recall.open", { count: format.number(open) }))
        : stateMark("open", t("recall.all-answered"))
  const link = html`<a href="/share/receipts?object=${encodeURIComponent(id)}">${t("recall.to-receipts")}</a>`
  return notice(
    html`<strong>${t("recall.by-us", { collections: format.number(collections) })}</strong> ${format.time(recall.at)}<div>${prose(recall.reason)}</div><div>${state} ${link}</div>`,
    "warning",
  )
}

/** An older version was recalled and this one came after. */
function partnersRecall({ t, format }: Showing, { partners }: Gathered, recall: Recall): Html {
  const who = recall.party === null ? nothing : partnerShown(partners, recall.party)
  return notice(
    html`<strong>${t("recall.older-version")}</strong> ${who} · ${format.time(recall.at)}<div>${prose(recall.reason)}</div>`,
    "warning",
  )
}

function unsharedNotice({ t }: Showing, { unshared, shown: { id } }: Gathered, officer: boolean): Html {
  const [first] = unshared
  if (first === undefined) return nothing
  const items = unshared.map(({ collection, title }) => {
    const query = new URLSearchParams([
      ["object", id],
      ["to", collection],
    ])
    const share = officer ? html` <a href="/share/release?${String(query)}">${t("release.share-newer")}</a>` : nothing
    return html`<li>${visible(title)}${share}</li>`
  })
  const why = first.revoked ? t("release.revoked-unshared") : t("release.newer-unshared")
  return notice(html`<strong>${why}</strong><ul class="plain-list">${items}</ul>`, "warning")
}

/** What an officer may do with it; the pages say what follows. */
export function officerActions(
  { t }: Showing,
  { shown: { id, origin }, recallable, holdings, recalls }: Gathered,
): Piece {
  const path = objectPath(id)
  const own = origin === "own"
  const erasable = [...holdings, ...recalls].some(({ party }) => party === null)
  return html`<p class="actions no-print">${own ? html`<a class="button" href="/share/release?${String(new URLSearchParams({ object: id }))}">${t("release.share")}</a><a class="button" href="${path}/mark">${t("mark.action")}</a>` : nothing}${
    recallable ? html`<a class="button" href="${path}/recall">${t("recall.action")}</a>` : nothing
  }${erasable ? html`<a class="button" href="${path}/erase">${t("erase.action")}</a>` : nothing}</p>`
}

/** Whose collection it is, and who reads it. */
export function holdingKind({ t, format }: Showing, { partners, audiences }: Gathered, holding: Holding): Piece {
  if (holding.party !== null) return html`${t("object.from-partner")} ${partnerShown(partners, holding.party)}`
  if (holding.kind === "inbox") return t("collections.kind-inbox")
  const count = audiences.get(holding.id) ?? 0
  return count === 1 ? t("object.read-by-one") : t("object.read-by", { count: format.number(count) })
}

/** In place of an object whose owner recalled all of it: who did, when and why, and nothing of what it said. */
export function recalledPage(visit: Visit, id: string, recalls: readonly Recall[], partners: Partners): PageContent {
  const { t, format } = visit
  const type = typeOfId(id)
  const items = latest(recalls).map(
    ({ party, at, reason, collection, title, seq }) =>
      html`<li>${facts([
        [t("recall.who"), party === null ? t("recall.this-node") : partnerShown(partners, party)],
        [t("recall.when"), html`${format.time(at)} <span class="quiet small">${format.ago(at, visit.now)}</span>`],
        [t("recall.why"), reason === "" ? t("recall.no-reason") : prose(reason)],
        [
          t("recall.where"),
          html`<a href="/share/collections/${collection}?from=${seq}#entry-${seq}">${visible(title)}</a> <span class="quiet small">${t("object.entry", { number: format.number(seq) })}</span>`,
        ],
      ])}</li>`,
  )
  const title = t("recall.page-title")
  return {
    ...{ title, place: "library" },
    state: html`<span class="quiet">${type === null ? nothing : typeWord(t, type)}</span>${stateMark("closed", t("recall.state"))}`,
    body: html`<div class="decision">${notice(t("recall.stop"), "warning")}<ul class="plain-list">${items}</ul>
${section(t("recall.what-now"), html`<p>${t("recall.what-now-text")}</p><p>${t("object.id")} ${shortId(t, id)}</p>`)}<p><a href="/share/library">${t("library.back")}</a></p></div>`,
  }
}

/** The newest of each collection: a recall has one entry for each version. */
function latest(recalls: readonly Recall[]): Recall[] {
  return [...new Map(recalls.toReversed().map((one) => [one.collection, one])).values()].toReversed()
}
