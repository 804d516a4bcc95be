import {
  type Authenticator,
  type Entrance,
  entrancePages,
  type PageRoute,
  pageRows,
  type SectionFor,
  type Visiting,
} from "./accounts/index.ts"
import { agreementPages, tabledShown } from "./agreements/index.ts"
import type { Provider, Signer } from "./crypto/index.ts"
import {
  framePages,
  type KeyParts,
  keyPages,
  overviewPages,
  palettePages,
  searchPages,
  setupPages,
} from "./desk/index.ts"
import type { Row } from "./http/index.ts"
import type { FactBook } from "./law/index.ts"
import { type Search, valuesOf, type WarningLists } from "./library/index.ts"
import { type MatchPageParts, matchedObjects, matchPages } from "./matching/index.ts"
import { ownParty } from "./parties/index.ts"
import { factPages, ownRefusals, pathPages } from "./paths/index.ts"
import { type Counting, type PartnerParts, partnerPages, reciprocityPages } from "./peering/index.ts"
import { refusalPages, type Trials } from "./policy/index.ts"
import { requestPages } from "./requests/index.ts"
import {
  approvalPages,
  collectionPages,
  graphPages,
  type Imports,
  importRoutes,
  libraryPages,
  objectPages,
  programPages,
  type Releases,
  releasePages,
  rulePages,
  type SealedParts,
  sealedPages,
  selecting,
  type Verifications,
  visibilityPages,
  warningListRoutes,
} from "./sharing/index.ts"
import type { JsonObject } from "./stix/index.ts"
import type { Folder, Store } from "./store/index.ts"

/** Where one can go, in the order of the rail. A place is shown to whom its page is open; a verb when it has a place. */
export const navigation: readonly SectionFor[] = [
  { key: "overview", icon: "home", pages: [{ key: "overview", href: "/", who: "person" }] },
  {
    key: "find",
    icon: "find",
    pages: [
      { key: "paths", href: "/find/paths", who: "role:reader" },
      { key: "reach", href: "/find/reach", who: "role:reader" },
      { key: "matrix", href: "/find/matrix", who: "role:reader" },
      { key: "gains", href: "/find/ratifications", who: "role:reader" },
      { key: "instruments", href: "/find/instruments", who: "role:reader" },
      { key: "rules", href: "/find/rules", who: "role:reader" },
      { key: "facts", href: "/find/facts", who: "role:reader" },
      { key: "match", href: "/find/match", who: "role:reader" },
    ],
  },
  {
    key: "share",
    icon: "share",
    pages: [
      { key: "library", href: "/share/library", who: "role:reader" },
      { key: "import", href: "/share/import", who: "role:analyst" },
      { key: "collections", href: "/share/collections", who: "person" },
      { key: "partners", href: "/share/partners", who: "role:reader" },
      { key: "feeds", href: "/share/feeds", who: "role:reader" },
      { key: "reciprocity", href: "/share/reciprocity", who: "role:reader" },
      { key: "sealed", href: "/share/sealed", who: "role:reader" },
      { key: "receipts", href: "/share/receipts", who: "role:analyst" },
      { key: "approvals", href: "/share/approvals", who: "role:officer" },
      { key: "rules-release", href: "/share/rules", who: "role:officer" },
      { key: "lately", href: "/share/lately", who: "role:officer" },
      { key: "warning-lists", href: "/share/warning-lists", who: "person" },
    ],
  },
  {
    key: "respond",
    icon: "respond",
    pages: [
      { key: "diary", href: "/respond/diary", who: "role:analyst" },
      { key: "forms", href: "/respond/forms", who: "role:analyst" },
    ],
  },
  { key: "agree", icon: "agree", pages: [{ key: "agreements", href: "/agree", who: "role:reader" }] },
  {
    key: "node",
    icon: "node",
    pages: [
      { key: "people", href: "/people", who: "role:administrator" },
      { key: "party", href: "/node/party", who: "role:officer" },
      { key: "programs", href: "/share/programs", who: "role:administrator" },
      { key: "ledger", href: "/node/ledger", who: "role:administrator" },
      { key: "keys", href: "/node/keys", who: "role:administrator" },
      { key: "refusals", href: "/node/refusals", who: "role:analyst" },
    ],
  },
]

/** What the pages are made from. */
export type PageParts = {
  store: Store
  folder: Folder
  search: Search
  counting: Counting
  visiting: Visiting
  entrance: Entrance
  authenticator: Authenticator
  provider: Provider | null
  imports: Imports
  releases: Releases
  warnings: WarningLists
  book: FactBook
  verifications: Verifications
  signer: Signer
  keys: KeyParts
  sealing: SealedParts
  partners: PartnerParts
  trials: Trials
  matching: Pick<MatchPageParts, "runs" | "matches" | "previews" | "lists" | "knownHere">
}

/** Every page, behind its guard. */
export function pagesOf(parts: PageParts): Row[] {
  return pageRows(
    [
      ...entrancePages({ ...parts.entrance, ...parts }),
      ...findPages(parts),
      ...sharingPages(parts),
      ...requestPages(parts),
      ...agreementPages(agreementParts(parts)),
      ...deskPages(parts),
    ],
    parts.visiting,
  )
}

function agreementParts({ store, entrance: { clock }, signer, partners, trials, book }: PageParts) {
  return { store, clock, signer, trials, book, prepare: partners.peering.prepare }
}

function findPages({ store, book, entrance, search, matching }: PageParts): PageRoute[] {
  const { clock } = entrance
  const finder = { store, book, clock, refusals: () => ownRefusals(store), own: () => ownParty(store) }
  const match = { ...matching, store, search, selecting: selecting(store) }
  return [...pathPages(finder), ...factPages({ store, book, clock }), ...matchPages(match)]
}

function sharingPages(parts: PageParts): PageRoute[] {
  const { store, search, imports, releases, warnings, verifications, signer, authenticator, folder } = parts
  const warningsOf = async (object: JsonObject) => warnings.warningsFor(valuesOf(object))
  return [
    ...libraryPages({ store, search, database: folder.database }),
    ...objectPages({ reader: store, search, warningsOf, tabled: tabledShown(store) }),
    ...graphPages({ search }),
    ...importRoutes({ store, imports }),
    ...warningListRoutes(warnings),
    ...refusalPages(store),
    ...releasePages({ store, search, releases, warningsOf, matched: (id, most) => matchedObjects(parts, id, most) }),
    ...rulePages({ store, search, releases }),
    ...approvalPages({ store, search, releases, warningsOf }),
    ...visibilityPages({ store, search }),
    ...collectionPages({ store, search, verifications, signer }),
    ...programPages({ store, authenticator }),
    ...sealedPages(parts.sealing),
    ...partnerPages(parts.partners),
    ...reciprocityPages({ store, counting: parts.counting }),
  ]
}

function deskPages({ store, visiting, entrance, keys, search, folder }: PageParts): PageRoute[] {
  const { sessions, clock } = entrance
  const overview = {
    store,
    search,
    folder,
    unsealed: keys.unsealed,
    notMoved: () => keys.sealedFile() !== null,
    ownParty: () => ownParty(store),
  }
  return [
    ...framePages(store, visiting),
    ...overviewPages(overview),
    ...palettePages({ search }),
    ...searchPages({ search }),
    ...keyPages(keys),
    ...setupPages({ store, sessions, clock, keys }),
  ]
}
