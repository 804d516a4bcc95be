import type { Instant } from "../../kernel/time.ts"
import type { PartyId } from "../../parties/index.ts"
import { clausesOf, type PartRole, type TextParty, textHash } from "../model.ts"
import type { Item, ItemId, Says } from "./item.ts"

type Said<Is extends Says["is"]> = Extract<Says, { is: Is }>

/** A text that an author tabled. `bases`: from which texts it goes on, by anybody's word. */
export type Version = { hash: string; item: ItemId; party: PartyId; at: Instant; bases: readonly string[] } & Omit<
  Said<"text">,
  "is"
>
export type Comment = Item & { says: Said<"comment"> }
export type Alternative = Item & { says: Said<"alternative"> }
export type Acted = Item & { says: Said<"act"> }
export type Stand = Item & { says: Said<"position"> }

/** All that was tabled in one negotiation, as far as it is here. */
export type Negotiation = {
  id: ItemId
  /** Of the first text: who takes part does not change, since who reads what was tabled does not. */
  parties: readonly TextParty[]
  /** In the order in which they were tabled; the same text twice counts once. At least one. */
  versions: readonly Version[]
  comments: readonly Comment[]
  alternatives: readonly Alternative[]
  /** The last word of each party on each clause of each version. */
  stands: readonly Stand[]
  /** Signatures, instruments, suspensions and the like, in their order. */
  acts: readonly Acted[]
}

/**
 * What the items come to. It is a function of them alone, so that every member who holds the same items sees the same;
 * what a stranger says counts for nothing, and observers only comment.
 */
export function negotiationsIn(items: readonly Item[]): Negotiation[] {
  const ordered = items.toSorted(inOrder)
  const roots = ordered.filter((item) => item.id === item.negotiation && isFirstText(item))
  const grouped = Map.groupBy(ordered, ({ negotiation }) => negotiation)
  return roots.flatMap((root) => {
    const one = negotiationOf(root, grouped.get(root.negotiation) ?? [])
    return one === null ? [] : [one]
  })
}

function negotiationOf(root: Item, items: readonly Item[]): Negotiation | null {
  const parties = root.says.is === "text" ? root.says.text.parties : []
  const roles = new Map<string, PartRole>(parties.map(({ party, role }) => [party, role]))
  if (roles.get(root.party) !== "negotiator") return null
  const counting = items.filter(({ party, says }) => mayTable(roles.get(party), says))
  const takenBack = new Set(
    counting.flatMap(({ party, says }) => (says.is === "taken-back" ? [party + says.item] : [])),
  )
  const standing = counting.filter(({ id, party }) => !takenBack.has(party + id))
  return {
    ...{ id: root.id, parties, versions: versionsIn(root, counting) },
    comments: standing.filter(isComment),
    alternatives: standing.filter(isAlternative),
    stands: lastOnes(standing.filter(isStand)),
    acts: counting.filter(isActed),
  }
}

/** What a party may table by its role. */
export function mayTable(role: PartRole | undefined, { is }: Pick<Says, "is">): boolean {
  if (role === undefined) return false
  return role === "negotiator" || is === "comment" || is === "taken-back"
}

function versionsIn(root: Item, items: readonly Item[]): Version[] {
  const names = namesIn(root)
  const all = items.flatMap(({ id, party, at, says }): Version[] => {
    if (says.is !== "text" || (id !== root.id && (says.base === null || namesOf(says.text) !== names))) return []
    const { text, base, note } = says
    return [{ hash: textHash(text), item: id, party, at, text, base, note, bases: [] }]
  })
  // Whoever tables a text again, perhaps dated back, takes nothing from what it went on from.
  const first = all.find(({ item }) => item === root.id)
  const kept = new Map(all.toReversed().map((one) => [one.hash, one]))
  if (first !== undefined) kept.set(first.hash, first)
  return [...kept.values()]
    .toReversed()
    .map((one) => ({ ...one, bases: one.item === root.id ? [] : basesOf(one, all) }))
}

function basesOf({ hash }: Version, all: readonly Version[]): string[] {
  return [...new Set(all.flatMap((one) => (one.hash === hash && one.base !== null ? [one.base] : [])))]
}

function namesIn({ says }: Item): string {
  return says.is === "text" ? namesOf(says.text) : ""
}

/** Who takes part and in which role, as one text. */
export function namesOf({ parties }: { parties: readonly TextParty[] }): string {
  return parties
    .map(({ party, role }) => `${party} ${role}`)
    .sort()
    .join("\n")
}

/** The newer of two words of one party on one clause of one text. */
function lastOnes(stands: readonly Stand[]): Stand[] {
  return [...new Map(stands.map((one) => [`${one.party} ${one.says.on} ${one.says.clause}`, one])).values()]
}

export function standOf({ stands }: Negotiation, hash: string, clause: string, party: string): Stand | null {
  return stands.find((one) => one.party === party && one.says.on === hash && one.says.clause === clause) ?? null
}

/** The last version that was tabled, which every page shows unless another one is asked for. */
export function newestOf({ versions }: Negotiation): Version {
  return versions.at(-1) as Version
}

/** By the beginning of its hash. */
export function versionBy(negotiation: Negotiation, hash: string | null): Version | null {
  if (hash === null || hash === "") return newestOf(negotiation)
  return negotiation.versions.find((one) => one.hash === hash) ?? null
}

/** How many clauses of a version the party accepts as they are, and how many there are. */
export function acceptedBy(negotiation: Negotiation, { hash, text }: Version, party: string) {
  const all = clausesOf(text).map(({ id }) => standOf(negotiation, hash, id, party)?.says.position ?? null)
  return { accepted: all.filter((one) => one === "accept").length, clauses: all.length }
}

function inOrder(a: Item, b: Item): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1)
}

const isFirstText = ({ says }: Item) => says.is === "text" && says.base === null
const isComment = (item: Item): item is Comment => item.says.is === "comment"
const isAlternative = (item: Item): item is Alternative => item.says.is === "alternative"
const isActed = (item: Item): item is Acted => item.says.is === "act"
const isStand = (item: Item): item is Stand => item.says.is === "position"
