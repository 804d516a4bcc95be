import { statfsSync, statSync } from "node:fs"
import type { Instant } from "../kernel/time.ts"
import {
  type Collection,
  countConflicts,
  type Hit,
  listCollections,
  listUnshared,
  type Search,
  type SearchState,
  type Tallies,
} from "../library/index.ts"
import type { OwnParty } from "../parties/index.ts"
import { countBroken, countOverdue, countUncompared, listGuards } from "../peering/index.ts"
import { overdueRequests } from "../requests/index.ts"
import { type Import, listImports, unfinishedImports } from "../sharing/index.ts"
import type { Folder, Store } from "../store/index.ts"
import { decisionsWaiting } from "./decisions-waiting.ts"
import { type Located, locations } from "./locations.ts"
import { type WentOut, wentOut } from "./went-out.ts"

/** One thing that waits for the person who looks; `key` names its sentence, `overview.waits.<key>`. */
export type Waiting = {
  key:
    | "unsealed"
    | "not-moved"
    | "no-collection"
    | "conflicts"
    | "previewed"
    | "disk"
    | "overdue"
    | "receipts"
    | "compare"
    | "feeds"
    | "guarded"
    | "revoked"
    | "approvals"
    | "urgent"
    | "urgent-late"
    | "rules"
    | "sign"
    | "position"
    | "ending"
    | "match"
    | "knowing"
    | "contact"
  count: number
  href: string | null
}

/** What the start page shows; null where the viewer's roles do not open it. */
export type Overview = {
  waiting: Waiting[]
  content: { tallies: Tallies; recent: Hit[]; imports: Import[]; places: Located[]; out: WentOut } | null
  own: OwnParty | null
  state: { collections: Collection[]; disk: Disk; index: SearchState; unsealed: boolean; notMoved: boolean }
}

/** In bytes. `store` is what the node itself takes. */
export type Disk = { store: number; free: number; size: number }

export type OverviewParts = {
  store: Store
  search: Search
  folder: Folder
  /** True if next and recovery key still lie open in the data folder. */
  unsealed(): boolean
  /** True while the sealed keys still lie on this machine. */
  notMoved(): boolean
  ownParty(): Promise<OwnParty | null>
}

const RECENT = 8
const REVOKED_MOST = 1000
const IMPORTS = 5
const LOOKED_AT = 12
const UNDECIDED: ReadonlySet<Import["state"]> = new Set(["mapping", "previewed"])
/** Less free than this part of the disk is something to act on. */
const SCARCE = 0.05

export type Sees = { content: boolean; work: boolean; decide: boolean; node: boolean }

/** `by` is the commitment of who looks: what it began waits for it. */
export async function overviewFor(parts: OverviewParts, sees: Sees, by: string, now: Instant): Promise<Overview> {
  const { store, search } = parts
  const [collections, own] = await Promise.all([listCollections(store), parts.ownParty()])
  const state = {
    collections,
    disk: diskOf(parts.folder),
    index: search.state(),
    unsealed: parts.unsealed(),
    notMoved: parts.notMoved(),
  }
  const imports = sees.content ? await listImports(store, LOOKED_AT) : []
  const content = sees.content ? await contentOf(parts, imports) : null
  const unfinished = sees.work ? await unfinishedImports(store) : []
  const mine = unfinished.filter(({ account, state }) => account === by && UNDECIDED.has(state))
  const conflicts = sees.work ? await countConflicts(store) : 0
  const overdue = sees.work ? (await overdueRequests(store, now)).count : 0
  const receipts = sees.work ? await countOverdue(store, now) : 0
  const compare = sees.work ? await countUncompared(store) : 0
  const feeds = sees.work ? await countBroken(store) : 0
  const guarded = sees.work ? (await listGuards(store)).length : 0
  const revoked = sees.work ? (await listUnshared(store, { revoked: true, most: REVOKED_MOST })).length : 0
  const decisions = await decisionsWaiting(store, sees, by, now)
  const counts = { mine, conflicts, overdue, receipts, compare, feeds, guarded, revoked }
  return { waiting: [...decisions, ...waitingFor(sees, state, counts)], content, own, state }
}

async function contentOf(
  { search, store }: OverviewParts,
  imports: readonly Import[],
): Promise<NonNullable<Overview["content"]>> {
  const [tallies, recent, places, out] = await Promise.all([
    search.tallies(),
    search.recent(RECENT),
    locations(search, store),
    wentOut(store),
  ])
  const begun = imports.filter(({ state }) => !UNDECIDED.has(state) && state !== "previewing").slice(0, IMPORTS)
  return { tallies, recent, imports: begun, places, out }
}

type Counted = "conflicts" | "overdue" | "receipts" | "compare" | "feeds" | "guarded" | "revoked"

function waitingFor(
  sees: Sees,
  { unsealed, notMoved, collections, disk }: Overview["state"],
  { mine, ...counts }: { mine: readonly Import[] } & Record<Counted, number>,
): Waiting[] {
  const found: Waiting[] = []
  const { conflicts, overdue, receipts, compare, feeds, guarded, revoked } = counts
  if (overdue > 0) found.push({ key: "overdue", count: overdue, href: "/respond/diary?state=overdue" })
  if (receipts > 0) found.push({ key: "receipts", count: receipts, href: "/share/receipts?state=overdue" })
  if (compare > 0) found.push({ key: "compare", count: compare, href: "/share/partners" })
  if (feeds > 0) found.push({ key: "feeds", count: feeds, href: "/share/feeds" })
  if (guarded > 0) found.push({ key: "guarded", count: guarded, href: "/share/guard" })
  if (revoked > 0) found.push({ key: "revoked", count: revoked, href: "/share/unshared" })
  if (sees.node && unsealed) found.push({ key: "unsealed", count: 1, href: "/node/keys" })
  if (sees.node && notMoved) found.push({ key: "not-moved", count: 1, href: "/node/keys" })
  if (sees.node && disk.free < disk.size * SCARCE) found.push({ key: "disk", count: 1, href: null })
  if (sees.node && collections.length === 0) found.push({ key: "no-collection", count: 1, href: "/share/collections" })
  for (const { id } of mine) found.push({ key: "previewed", count: 1, href: `/share/imports/${id}` })
  if (conflicts > 0) found.push({ key: "conflicts", count: conflicts, href: "/share/collections" })
  return found
}

function diskOf({ root, database, index }: Folder): Disk {
  const { bsize, bavail, blocks } = statfsSync(root)
  const files = [database, `${database}-wal`, index, `${index}-wal`]
  const store = files.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0)
  return { store, free: bavail * bsize, size: blocks * bsize }
}

/** The newest of several instants, null for none. */
export function newest(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : (Math.max(...instants) as Instant)
}
