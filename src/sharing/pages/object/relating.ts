import { emptyState, type Html, html, type Piece, section, type Translate, visible } from "../../../http/index.ts"
import { parseInstant } from "../../../kernel/time.ts"
import type { Related, RelationGroup, RelationPage } from "../../../library/index.ts"
import { objectLink, objectPath, reference, typeWord } from "../named.ts"
import { confidenceShown } from "./confidence.ts"
import type { Gathered } from "./gathering.ts"
import type { Showing } from "./showing.ts"

/** Words of relationships in both directions: `relation.<word>` and, seen from the target, `relation-to.<word>`. */
export const RELATIONS_IN_WORDS: ReadonlySet<string> = new Set(
  (
    "analysis-of attributed-to authored-by based-on beacons-to belongs-to characterizes communicates-with " +
    "compromises consists-of controls delivers derived-from detects downloads drops duplicate-of " +
    "dynamic-analysis-of exfiltrates-to exploits has hosts impersonates indicates investigates located-at " +
    "mitigates originates-from owns related-to remediates resolves-to revoked-by static-analysis-of " +
    "subtechnique-of targets uses variant-of"
  ).split(" "),
)

/** The word of a relationship as one end says it; one that nobody knows is shown as it is, with its direction. */
export function relationWord(t: Translate, word: string, outward: boolean): Html {
  if (RELATIONS_IN_WORDS.has(word)) return html`${outward ? t(`relation.${word}`) : t(`relation-to.${word}`)}`
  const arrow = outward ? "→" : "←"
  return outward ? html`${visible(word)} ${arrow}` : html`${arrow} ${visible(word)}`
}

/** All relationships by word and direction, with at most twenty of each. */
export function relationsShown(showing: Showing, gathered: Gathered): Html {
  const { t, format } = showing
  const { relations, behind } = gathered
  const id = gathered.shown.id
  const trailing =
    behind > 0 ? html`<p class="quiet">${t("object.trailing", { count: format.number(behind) })}</p>` : null
  if (relations.length === 0) {
    return section(
      t("object.relations"),
      html`${trailing}<p class="quiet">${t("object.no-relations")}</p>`,
      "relations",
    )
  }
  const groups = relations.map((group) => groupShown(showing, id, group))
  return section(t("object.relations"), html`${trailing}${groups}`, "relations")
}

function groupShown(showing: Showing, id: string, group: RelationGroup): Html {
  const { t, format } = showing
  const { word, outward, objects, newest } = group
  const more =
    objects > newest.length
      ? html`<p><a href="${groupPath(id, word, outward)}">${t("object.all", { count: format.number(objects) })}</a></p>`
      : null
  return html`<h3>${relationWord(t, word, outward)} <span class="quiet">(${format.number(objects)})</span></h3>${relatedList(showing, newest)}${more}`
}

function groupPath(id: string, word: string, outward: boolean): string {
  const query = new URLSearchParams({ relations: word, direction: outward ? "out" : "in" })
  return `${objectPath(id)}?${query}`
}

function relatedList(showing: Showing, related: readonly Related[]): Html {
  return html`<ul class="related">${related.map((one) => html`<li>${relatedRow(showing, one)}</li>`)}</ul>`
}

/** The other end; what the relationship itself says beside it, with a link to it. */
function relatedRow(showing: Showing, one: Related): Html {
  const { t } = showing
  const name = one.hit === null ? reference(t, one.other, null) : objectLink(t, one.hit)
  const type = one.hit === null ? null : typeWord(t, one.hit.type)
  const confidence = one.confidence === null ? null : confidenceShown(t, one.confidence)
  const revoked = one.revoked ? html` <span class="quiet small">· ${t("object.state.revoked")}</span>` : null
  return html`<span class="name">${name}${revoked}</span><span class="quiet">${type}</span><span class="quiet">${confidence}</span><a class="quiet" href="${objectPath(one.id)}">${timeOf(showing, one) ?? t("object.the-relationship")}</a>`
}

/** Since when it holds, else when it was last changed. */
function timeOf({ t, format }: Showing, { from, to, modified }: Related): Piece {
  const date = (text: string) => {
    const instant = parseInstant(text)
    return instant === null ? visible(text) : format.date(instant)
  }
  if (from !== null || to !== null) {
    return html`${from === null ? "" : date(from)}–${to === null ? "" : date(to)}`
  }
  return modified === null ? null : html`${date(modified)}<span class="unseen"> ${t("object.the-relationship")}</span>`
}

/** One page of the relationships of one word. */
export function relationPageShown(
  showing: Showing,
  gathered: { id: string; word: string; outward: boolean },
  page: RelationPage,
): Html {
  const { t } = showing
  const { id, word, outward } = gathered
  if (page.related.length === 0) {
    return emptyState(t("object.no-relations"), { href: objectPath(id), label: t("object.back") })
  }
  const next =
    page.next === null
      ? null
      : html`<a href="${groupPath(id, word, outward)}&after=${page.next}">${t("object.older")}</a>`
  return html`${relatedList(showing, page.related)}<p class="paging"><a href="${objectPath(id)}">${t("object.back")}</a>${next}</p>`
}
