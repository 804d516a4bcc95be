import type { Visit } from "../../../accounts/index.ts"
import {
  emptyState,
  type Html,
  html,
  type Piece,
  type Translate,
  table,
  tlpLabel,
  visible,
} from "../../../http/index.ts"
import type { EntryKind } from "../../../ledger/index.ts"
import type { Collection, Hit, LoggedEntry } from "../../../library/index.ts"
import { typeOfId } from "../../../stix/index.ts"
import { objectPath, reference, typeWord } from "../named.ts"
import { notTaken } from "../release/not-taken.ts"
import { collectionPath } from "./parts.ts"

export const KINDS: readonly EntryKind[] = ["put", "mark", "revoke", "recall", "erase", "closed"]

/** What an entry of this kind says of its object. */
export function entryKindWord(t: Translate, kind: EntryKind): string {
  const words: Readonly<Record<EntryKind, () => string>> = {
    put: () => t("entry.put"),
    mark: () => t("entry.mark"),
    revoke: () => t("entry.revoke"),
    recall: () => t("entry.recall"),
    erase: () => t("entry.erase"),
    closed: () => t("entry.closed"),
  }
  return words[kind]()
}

/** The log as it was appended, the newest entry first. */
export function entryTable(
  visit: Visit,
  collection: Collection,
  entries: readonly LoggedEntry[],
  names: ReadonlyMap<string, Hit>,
  empty: Html = emptyState(visit.t("entry.none")),
): Html {
  const { t, format } = visit
  return table<LoggedEntry>({
    caption: t("collections.log"),
    rows: entries,
    empty,
    columns: [
      { label: t("entry.number"), kind: "number", cell: ({ seq }) => html`<span id="entry-${seq}">${seq}</span>` },
      { label: t("entry.object"), kind: "name", cell: (entry) => aboutCell(visit, collection, entry, names) },
      { label: t("entry.kind"), cell: ({ kind }) => entryKindWord(t, kind) },
      { label: t("entry.marking"), cell: ({ marking }) => (marking === null ? null : tlpLabel(marking)) },
      { label: t("entry.time"), kind: "quiet", cell: ({ dateAdded }) => format.time(dateAdded) },
      {
        label: t("entry.size"),
        kind: "number",
        wide: true,
        cell: ({ size }) => (size === 0 ? null : format.bytes(size)),
      },
      { label: t("entry.proof"), wide: true, cell: (entry) => proofCell(visit, collection, entry) },
    ],
  })
}

function aboutCell(
  visit: Visit,
  collection: Collection,
  { kind, object, erases, erasedBy, withdrawnBy, about, reason, refused }: LoggedEntry,
  names: ReadonlyMap<string, Hit>,
): Piece {
  const { t } = visit
  if (object !== null) return reference(t, object.id, names.get(object.id) ?? { ...object, name: null })
  if (erasedBy !== null) return entryLink(collection, erasedBy, t("entry.erased-by", { seq: erasedBy }))
  if (refused !== null) return html`${t("entry.refused")}: ${notTaken(t, refused)}`
  if (withdrawnBy !== null) return entryLink(collection, withdrawnBy, t("entry.withdrawn-by", { seq: withdrawnBy }))
  if (about !== null) {
    const of = about.seq === null ? null : entryLink(collection, about.seq, t("entry.of-entry", { seq: about.seq }))
    const why = reason === null || reason === "" ? null : html` <q>${visible(reason.slice(0, REASON_SHOWN))}</q>`
    const hit = names.get(about.id)
    return html`${hit === undefined ? goneLink(t, about.id) : reference(t, about.id, hit)} ${of}${why}`
  }
  if (kind === "closed") return successorOf(visit, collection)
  return erases === null ? null : entryLink(collection, erases, t("entry.erases", { seq: erases }))
}

/** What was recalled has no name any more, but a page that says so. */
function goneLink(t: Translate, id: string): Html {
  const type = typeOfId(id)
  return html`<a href="${objectPath(id)}">${type === null ? visible(id) : typeWord(t, type)}</a>`
}

/** A line of the list; the whole of it stands on the object's page. */
const REASON_SHOWN = 120

function successorOf({ t }: Visit, { successor, party }: Collection): Piece {
  if (successor === null) return null
  // A partner's collection names its successor by the id that it has there.
  return party === null
    ? html`<a href="/share/collections/${successor}">${t("shared.goes-on")}</a>`
    : t("shared.goes-on")
}

function entryLink(collection: Collection, seq: number, text: string): Html {
  return html`<a href="${collectionPath(collection)}?from=${seq}">${text}</a>`
}

function proofCell({ t }: Visit, collection: Collection, { object }: LoggedEntry): Piece {
  if (object === null) return null
  return html`<a href="${collectionPath(collection)}/objects/${encodeURIComponent(object.id)}/proof">${t("entry.prove")}</a>`
}
