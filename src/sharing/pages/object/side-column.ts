import { facts, type Html, html, type Piece, section, shortId, tlpLabel, visible } from "../../../http/index.ts"
import type { Holding, Version } from "../../../library/index.ts"
import { isTabled } from "../../release/tabled.ts"
import { readersSection } from "../../visibility/pages.ts"
import { objectPath, reference } from "../named.ts"
import { partnerShown } from "../partners.ts"
import type { Gathered } from "./gathering.ts"
import { holdingKind, officerActions } from "./shared.ts"
import { ITEMS_MOST, type Showing, textAt } from "./showing.ts"
import { underTermsShown } from "./under-terms.ts"
import { stampShown, timeShown } from "./values.ts"

/** What is known about the object: whose it is, where it came from, who holds it, and what one may do with it. */
export function sideColumn(showing: Showing, gathered: Gathered, officer: boolean): Html {
  return html`<aside>${actionsShown(showing, gathered, officer)}${factsShown(showing, gathered)}${readersSection(showing, gathered.shown.id, gathered.seen, gathered.partners)}${versionsShown(showing, gathered)}${holdingsShown(showing, gathered)}${underTermsShown(showing, gathered)}</aside>`
}

function actionsShown(showing: Showing, gathered: Gathered, officer: boolean): Html {
  const { t } = showing
  const { shown, versions } = gathered
  const path = objectPath(shown.id)
  const version = shown.key === versions[0]?.key ? "" : `?version=${shown.key}`
  return html`<p class="actions no-print"><a class="button" href="${path}/graph">${t("object.graph")}</a><a class="button" href="${path}/source${version}">${t("object.source")}</a><a class="button" href="${path}/raw${version}">${t("object.download")}</a></p>${officer && !isTabled(shown) ? officerActions(showing, gathered) : null}`
}

function factsShown(showing: Showing, { shown, partners, copy }: Gathered): Html {
  const { t, format, names } = showing
  const { object, added, marking } = shown
  const by = textAt(object, "created_by_ref")
  const time = (name: string) => {
    const text = textAt(object, name)
    return text === null ? null : timeShown(showing, text)
  }
  const rows: (readonly [Piece, Piece])[] = [
    [t("property.created_by_ref"), by === null ? t("object.nobody") : reference(t, by, names.get(by))],
    [t("object.origin"), shown.origin === "own" ? t("object.origin.own") : partnerShown(partners, shown.origin)],
    [t("object.copy-of"), copy.of === null ? null : reference(t, copy.of, names.get(copy.of))],
    [t("object.copies"), copiesShown(showing, copy.copies)],
    [t("object.handling"), marking === null ? t("object.no-tlp") : tlpLabel(marking)],
    [t("property.created"), time("created")],
    [t("property.modified"), time("modified")],
    [
      t("object.added"),
      added === null
        ? null
        : html`${format.time(added)} <span class="quiet small">${format.ago(added, showing.now)}</span>`,
    ],
    [t("property.spec_version"), specOf(showing, shown)],
    [t("object.id"), shortId(t, shown.id)],
    [t("object.size"), format.bytes(shown.size)],
  ]
  return section(t("object.about"), facts(rows))
}

function copiesShown({ t, names }: Showing, copies: readonly string[]): Html | null {
  if (copies.length === 0) return null
  const items = copies.slice(0, ITEMS_MOST).map((id) => html`<li>${reference(t, id, names.get(id))}</li>`)
  return html`<ul class="plain-list">${items}</ul>`
}

function specOf({ t }: Showing, { spec, liftedFrom }: Gathered["shown"]): Html {
  const lifted = liftedFrom === null ? null : html` <span class="quiet small">${t("object.lifted")}</span>`
  return html`STIX ${spec}${lifted}`
}

/** The newest versions; each is a link, and two neighbours can be compared. */
function versionsShown(showing: Showing, { shown, versions, versionCount }: Gathered): Html {
  const { t, format } = showing
  const path = objectPath(shown.id)
  const rows = versions.map(
    (version, i) =>
      html`<li>${versionRow(showing, shown.id, version, versions[i + 1], version.key === shown.key)}</li>`,
  )
  const all =
    versionCount > versions.length
      ? html`<p><a href="${path}/versions">${t("object.all", { count: format.number(versionCount) })}</a></p>`
      : null
  return section(
    t("object.versions", { count: format.number(versionCount) }),
    html`<ol class="plain-list">${rows}</ol>${all}`,
    "versions",
  )
}

/** One version in a list; `older` is the one that it followed. */
export function versionRow(
  showing: Showing,
  id: string,
  version: Version,
  older: Version | undefined,
  here: boolean,
): Html {
  const { t } = showing
  const path = objectPath(id)
  const label =
    version.stamp === null
      ? version.added === null
        ? t("object.version")
        : showing.format.time(version.added)
      : stampShown(showing, version.stamp)
  const name = here
    ? html`<strong aria-current="true">${label}</strong>`
    : html`<a href="${path}?version=${version.key}">${label}</a>`
  const revoked = version.revoked ? html` <span class="quiet small">${t("object.state.revoked")}</span>` : null
  const spec = version.spec === "2.1" ? null : html` <span class="quiet small">STIX ${version.spec}</span>`
  const compare =
    older === undefined
      ? null
      : html` <a class="small" href="${path}/versions/${older.key}/${version.key}">${t("object.compare")}</a>`
  return html`${name}${revoked}${spec}${compare}`
}

function holdingsShown(showing: Showing, gathered: Gathered): Html {
  const { t } = showing
  const { holdings, shown } = gathered
  const rows = holdings.map(
    (holding) => html`<li>${holdingRow(showing, shown.id, holding, holdingKind(showing, gathered, holding))}</li>`,
  )
  const list =
    rows.length === 0
      ? html`<p class="quiet">${t("object.in-no-collection")}</p>`
      : html`<ul class="plain-list">${rows}</ul>`
  return section(t("object.collections"), list, "collections")
}

/** Since when it is in the collection, under which entry, and the proof that it is. */
function holdingRow({ t, format }: Showing, id: string, holding: Holding, kind: Piece): Html {
  const path = `/share/collections/${holding.id}`
  const entry =
    holding.seq === null ? t("object.not-this-version") : t("object.entry", { number: format.number(holding.seq) })
  const proof =
    holding.seq === null ? null : html` · <a href="${path}/proof/${encodeURIComponent(id)}">${t("object.proof")}</a>`
  return html`<a href="${path}">${visible(holding.title)}</a> <span class="quiet small">${kind}</span><div class="quiet small">${t("object.since")} ${format.date(holding.since)} · ${entry}${proof}</div>`
}
