import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { findOwnLog, type JournalRow, journalEntries } from "../../src/ledger/index.ts"
import { ITEM_TYPES, type ItemType, Pool, typed } from "../../src/matching/index.ts"
import { PackedWriter } from "../../src/matching/lists/packed.ts"
import type { Limits } from "../../src/matching/runs/limits.ts"
import type { Matches } from "../../src/matching/runs/matches.ts"
import { keptStatement, type Statement } from "../../src/matching/runs/message.ts"
import type { Knowledge, Run, RunId } from "../../src/matching/runs/model.ts"
import { accept, noGate, type ProposeWish, propose, type RunParts } from "../../src/matching/runs/operations.ts"
import { openRuns, type RunningParts } from "../../src/matching/runs/running.ts"
import { loadRun } from "../../src/matching/runs/standing.ts"
import { matchCouriers, matchVerbs } from "../../src/matching/runs/verbs.ts"
import type { PartyId } from "../../src/parties/index.ts"
import {
  bodyOf,
  deliver,
  type Outgoing,
  type PeeringParts,
  type PeerMessage,
  type PeerVerbs,
} from "../../src/peering/index.ts"
import { type Federation, type Member, testFederation } from "./federation.ts"
import { tempFolder } from "./temp.ts"

/** What anybody could want to find out: the tests of limits have their own. */
export const WIDE: Limits = {
  places: Object.fromEntries(ITEM_TYPES.map((type) => [type, 1_000_000])) as Limits["places"],
  counts: 10_000,
  hours: 24,
}

/** A value of a list as a person would type it. */
export type Value = readonly [type: ItemType, value: string]

export type Matcher = Member & {
  matches: Matches
  runs: RunParts
  folder: string
  /** By the names by which runs call them. */
  lists: Record<string, readonly Value[]>
  /** Closes the store and what works on it, and opens both again. */
  restart(): Promise<void>
}

export type MatchFederation = Federation & {
  matchers: [Matcher, Matcher]
  /** What an answer of a member to a request for a part becomes before it is signed. */
  tamper: { by: PartyId; part(stream: string, seq: number, bytes: Buffer): Buffer } | null
  /** Carries words until nothing works any more. */
  settle(): Promise<void>
  /** A proposal of the first to the second that has arrived. */
  propose(wish?: Partial<ProposeWish>): Promise<RunId>
  /** A run between the two that is accepted. */
  begin(wish?: Partial<ProposeWish>): Promise<RunId>
  /** As each of the two has it. */
  both(id: string): Promise<[Run, Run]>
}

export const known = (name: string): Knowledge => ({
  ...{ firstSeen: "2026-01-01T00:00:00Z", lastSeen: null, confidence: 70, labels: ["c2"], names: [name] },
  ...{ marking: "green", objects: 1 },
})

type Live = { matches: Matches; runs: RunParts; verbs: PeerVerbs }

export async function matchFederation(options: Partial<RunningParts> = {}): Promise<MatchFederation> {
  const lives = new Map<PeeringParts, Live>()
  const folders = new Map<PeeringParts, string>()
  const lists = new Map<PeeringParts, Matcher["lists"]>()
  const open = (parts: PeeringParts): Live => {
    const folder = folders.get(parts) ?? join(tempFolder(), "matching")
    const own = lists.get(parts) ?? {}
    folders.set(parts, folder)
    lists.set(parts, own)
    const { matches, runs } = openRuns({
      ...{ peering: parts, pool: new Pool({ workers: 0 }), folder, secret: Buffer.alloc(32, 7), limits: WIDE },
      ...{ gate: noGate, requireList: async () => {} },
      gather: async ({ list, types }, { path }) => gathered(path, own[list ?? ""] ?? [], types),
      know: async (_, __, places) => new Map(places.map((place) => [place, known(`no ${place}`)])),
      ...options,
    })
    const live = { matches, runs, verbs: matchVerbs(runs) }
    lives.set(parts, live)
    return live
  }
  const federation = (await testFederation(["alfa", "bravo"], (parts) => {
    open(parts)
    return { verbs: current(parts, lives, () => federation.tamper), couriers: matchCouriers }
  })) as MatchFederation
  federation.tamper = null
  federation.matchers = federation.members.map((member) => matcherOf(member, { lives, folders, lists, open })) as [
    Matcher,
    Matcher,
  ]
  return Object.assign(federation, worksOf(federation))
}

type Opened = {
  lives: Map<PeeringParts, Live>
  folders: Map<PeeringParts, string>
  lists: Map<PeeringParts, Matcher["lists"]>
  open(parts: PeeringParts): Live
}

function matcherOf(member: Member, { lives, folders, lists, open }: Opened): Matcher {
  const { parts } = member
  const start = () => lives.get(parts)?.matches.start()
  void start()
  return Object.defineProperties(member as Matcher, {
    matches: { get: () => lives.get(parts)?.matches },
    runs: { get: () => lives.get(parts)?.runs },
    folder: { get: () => folders.get(parts) },
    lists: { get: () => lists.get(parts) },
    restart: {
      value: async () => {
        await lives.get(parts)?.matches.close()
        await member.reopen()
        open(parts)
        await start()
      },
    },
  })
}

/** The verbs of whatever runs now, with what a hostile member makes of its answers. */
function current(
  parts: PeeringParts,
  lives: ReadonlyMap<PeeringParts, Live>,
  tampering: () => MatchFederation["tamper"],
): PeerVerbs {
  const verbs = lives.get(parts)?.verbs ?? {}
  return Object.fromEntries(
    Object.entries(verbs).map(([name, verb]) => {
      const handle = async (message: PeerMessage) => {
        const answer = await (lives.get(parts)?.verbs[name]?.handle(message) ?? verb.handle(message))
        const tamper = tampering()
        if (name !== "match-chunk" || tamper === null || tamper.by !== (await parts.self.party())) return answer
        const { stream, seq } = JSON.parse(message.body.toString("utf8")) as { stream: string; seq: number }
        return { ...answer, body: tamper.part(stream, seq, Buffer.from(answer.body)) }
      }
      return [name, { ...verb, handle }]
    }),
  )
}

function worksOf(federation: MatchFederation): Pick<MatchFederation, "settle" | "propose" | "begin" | "both"> {
  const [a, b] = federation.matchers
  const carry = async () =>
    (await deliver(a.parts, matchCouriers, a.peer(b))) + (await deliver(b.parts, matchCouriers, b.peer(a)))
  /** Runs that only wait to try again are let try, until that changes nothing. */
  const settle = async () => {
    for (let looks = 0, commits = -1; looks < 3; ) {
      const moved = await carry()
      const now = a.store.commits + b.store.commits
      if (moved > 0 || now !== commits) looks = 0
      else if (a.matches.busy + b.matches.busy === 0) {
        looks += 1
        for (const one of [a, b]) await one.matches.look()
      }
      commits = now
      await pause(1)
    }
  }
  const proposed = async (wish: Partial<ProposeWish> = {}) => {
    const types = [{ type: "ipv4", most: 200, smallest: 2 } as const]
    const usual = {
      list: "own",
      purpose: "investigation",
      basis: "Inquiry",
      agreement: null,
      learners: "both",
    } as const
    const id = await propose(a.runs, { ...usual, types, party: b.party, ...wish }, null)
    await carry()
    return id
  }
  return {
    settle,
    propose: proposed,
    async begin(wish = {}) {
      const id = await proposed(wish)
      await accept(b.runs, id, { list: "own" }, null)
      return id
    },
    both: async (id) => [await loadRun(a.store, id), await loadRun(b.store, id)],
  }
}

async function gathered(
  path: string,
  values: readonly Value[],
  types: Run["types"],
): Promise<{ type: ItemType; used: number }[]> {
  const items = values.flatMap(([type, value]) => {
    const item = typed(value, type)
    if ("refused" in item) throw new Error(`no item: ${value}`)
    return types.some((one) => one.type === item.type) ? [item] : []
  })
  const writer = new PackedWriter(path)
  for (const { bytes } of items.toSorted((one, other) => one.bytes.compare(other.bytes))) writer.add(bytes, [1])
  return writer.finish().map(({ type, count }) => ({ type, used: count }))
}

/** The word in a message of the outbox that goes over the wire; null for anything else. */
export function wordIn({ url, body }: Outgoing): Statement | null {
  if (!url.endsWith("/match")) return null
  return keptStatement((JSON.parse(body.toString("utf8")) as { note: string }).note)
}

export const messageOf = (note: string): Buffer => bodyOf({ v: 1, note })

/** What a member wrote into its ledger, the oldest first. */
export async function ledgerOf({
  store,
}: Pick<Member, "store">): Promise<{ what: string; facts: Record<string, unknown> }[]> {
  const key = await findOwnLog(store, "ledger")
  const rows = await store.all<JournalRow>(journalEntries(key ?? 0, 0, 100_000))
  return rows.map(({ header, body }) => ({
    what: (JSON.parse(header) as { what: string }).what,
    facts: JSON.parse(Buffer.from(body ?? []).toString("utf8")) as Record<string, unknown>,
  }))
}
