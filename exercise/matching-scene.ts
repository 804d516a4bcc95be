import { readdirSync } from "node:fs"
import { join } from "node:path"
import { countText, type Excluded, exclusionText, type ItemType, itemTypeText } from "../src/matching/index.ts"
import { plainNames } from "../src/policy/index.ts"
import type { Side } from "./agreement-scene.ts"
import { COMMON, COMMON_NAMED, findings, first, WITHHELD } from "./findings.ts"
import { fill, type Play, since } from "./scenes.ts"
import type { Team } from "./teams.ts"

export const LIST = "EXERCISE campaign Lantern"
const BASIS = "EXERCISE: joint inquiry Lantern, both heads of team, 12 November"
/** The smallest number that is told: one wallet alone may be a lead, so they agree on 1. */
const SMALLEST = { ipv4: 5, domain: 5, url: 5, hash: 5, wallet: 1 } as const
type Compared = keyof typeof SMALLEST
const TYPES = Object.keys(SMALLEST) as Compared[]
const MOST = 250

type Sides = { jp: Side; br: Side }
type Pair = { proposer: Team; acceptor: Team }
type Told = { fewer_than: number } | { number: number }
type Known = { first_seen: string; confidence: number; names: string[]; labels: string[] }
type Shown = {
  state: string
  erased: string | null
  types: { type: Compared; count: Told | null }[]
  items_found: { type: ItemType; item: string; ours: Known | null; theirs: Known | null }[]
}

/**
 * Two teams that share nothing find out how many of their findings the other has as well, and once people of both
 * consent, which, and what each knows about them. What is not common, and what policy holds back, stays where it is.
 */
export async function match({ jp, br }: Sides, lists: readonly string[], voice: Voice): Promise<void> {
  const { t, say } = voice
  const pair = { proposer: jp.team, acceptor: br.team }
  const names = { one: jp.team.name, other: br.team.name }
  for (const line of lists) say(line)
  const id = await propose(pair, voice)
  const [chosen] = br.team.read(`select id from match_list where name = '${LIST}'`)
  await decide(br, id, "accept", [["list", String(chosen?.id)]])
  const counting = await bothAre(pair, id, "counted")
  const counted = await bothShow(pair, id)
  say(t("exercise.match-counted", { ...names, seconds: counting }))
  sayCounts(counted, voice)

  const told = counted.ours.types.filter(({ count }) => count !== null && "number" in count)
  const types = told.map(({ type }) => ["type[]", type] as const)
  for (const side of [jp, br]) await decide(side, id, "consent", types)
  const opening = await bothAre(pair, id, "done")
  const done = await bothShow(pair, id)
  say(t("exercise.match-opened", { number: itemsOf(done).length, seconds: opening }))
  sayKnown(pair, done, voice)
  say(t("exercise.match-withheld", { name: br.team.name, item: WITHHELD }))
  await requireErased(pair, id)
  say(t("exercise.match-over", names))
}

type Voice = Pick<Play, "t" | "say" | "list">

/** Both put down what they found, and what of it would be used; told later, for it happens while others negotiate. */
export async function prepare({ jp, br }: Sides, { t }: Pick<Voice, "t">): Promise<string[]> {
  return Promise.all([list(jp.team, br.team, t), list(br.team, jp.team, t)])
}

/** What of its findings a team would use with this partner, and why not the rest. */
async function list(team: Team, partner: Team, t: Play["t"]): Promise<string> {
  await fill(team, findings({ key: team.key === "jp" ? "jp" : "br", author: team.party, from: Date.now() }))
  await team.run("match", "selection", "add", LIST, "--collection", "own")
  const seen = (await team.run("match", "selection", "preview", LIST, partner.party)) as {
    types: { used: number; excluded: Excluded[] }[]
  }
  const used = seen.types.reduce((sum, row) => sum + row.used, 0)
  const left = seen.types.flatMap(({ excluded }) => excluded)
  const excluded = left.map((one) =>
    t("exercise.stays", { count: one.count, reason: exclusionText(t, one, plainNames) }),
  )
  return [t("exercise.match-list", { name: team.name, partner: partner.name, used }), ...excluded].join("\n")
}

async function propose({ proposer, acceptor }: Pair, { t, say, list: joined }: Voice): Promise<string> {
  const wished = TYPES.flatMap((type) => ["--items", `${type}=${MOST},${SMALLEST[type]}`])
  const terms = ["--use", "investigation", "--basis", BASIS]
  const { id } = (await proposer.run("match", "propose", acceptor.party, LIST, ...wished, ...terms)) as { id: string }
  const types = joined(TYPES.map((type) => itemTypeText(t, type)))
  say(
    t("exercise.match-proposed", {
      ...{ name: proposer.name, partner: acceptor.name, types, basis: BASIS },
      ...{ smallest: SMALLEST.domain, wallets: SMALLEST.wallet },
    }),
  )
  await acceptor.until(`select state from match_run where id = '${id}'`, ([row]) => row?.state === "proposed")
  return id
}

/** What an officer decides on the pages of the node, as a person would who clicks there. */
async function decide(
  { officer }: Side,
  id: string,
  what: string,
  fields: readonly (readonly [string, string])[],
): Promise<void> {
  const { status, body } = await officer.visit(`/find/match/runs/${id}/${what}`, fields)
  if (status !== 303) throw new Error(`${officer.name} cannot ${what}: ${status} ${body.slice(0, 500)}`)
}

type Both = { ours: Shown; theirs: Shown }

/** Seconds until the run has come so far at both. */
async function bothAre({ proposer, acceptor }: Pair, id: string, state: string): Promise<string> {
  const begun = performance.now()
  const at = `select state from match_run where id = '${id}'`
  await Promise.all([proposer, acceptor].map((team) => team.until(at, ([row]) => row?.state === state)))
  return since(begun)
}

/** What both nodes show of a run. Throws where their numbers differ. */
async function bothShow({ proposer, acceptor }: Pair, id: string): Promise<Both> {
  const [ours, theirs] = (await Promise.all([proposer, acceptor].map((team) => team.run("match", "show", id)))) as [
    Shown,
    Shown,
  ]
  const counts = [ours, theirs].map(({ types }) => JSON.stringify(types.map(({ type, count }) => [type, count])))
  if (counts[0] !== counts[1]) throw new Error("the two sides of a match show other numbers")
  return { ours, theirs }
}

/** The numbers, and nothing but numbers. */
function sayCounts({ ours, theirs }: Both, { t, say }: Voice): void {
  if (ours.items_found.length + theirs.items_found.length > 0) throw new Error("items are told before anybody consents")
  for (const type of TYPES) {
    const count = ours.types.find((row) => row.type === type)?.count ?? null
    const expected = COMMON[type] < SMALLEST[type] ? { fewer_than: SMALLEST[type] } : { number: COMMON[type] }
    if (JSON.stringify(count) !== JSON.stringify(expected)) throw new Error(`${type}: counted ${JSON.stringify(count)}`)
    say(t("exercise.match-count", { type: itemTypeText(t, type), count: countShown(t, expected) }))
  }
  const named = ["ipv4", "domain", "url"] as const
  const sum = named.reduce((all, type) => all + numberOf(ours, type), 0)
  if (sum !== COMMON_NAMED) throw new Error(`in common are ${sum}, not ${COMMON_NAMED}`)
  say(t("exercise.match-sum", { number: sum, wallets: numberOf(ours, "wallet") }))
}

function numberOf({ types }: Shown, type: Compared): number {
  const count = types.find((row) => row.type === type)?.count
  return count && "number" in count ? count.number : 0
}

function countShown(t: Play["t"], count: Told): string {
  return countText(t, "number" in count ? { is: "number", ...count } : { is: "fewer", than: count.fewer_than })
}

/** Both hold the same items; of those that were too few to be told, and of what may not be told, none. */
function itemsOf({ ours, theirs }: Both): Shown["items_found"] {
  const [here, there] = [ours, theirs].map(({ items_found }) => items_found.map(({ item }) => item).toSorted())
  if (JSON.stringify(here) !== JSON.stringify(there)) throw new Error("the two sides were told other items")
  const found = ours.items_found
  if (found.length !== COMMON_NAMED + COMMON.wallet) throw new Error(`opened are ${found.length}`)
  const wrong = found.some(({ type, item }) => type === "hash" || item.replaceAll(/[[\]]/g, "") === WITHHELD)
  if (wrong) throw new Error("something was opened that must not be")
  return found
}

/** Who knows what of the wallet: each side shows its own words and those of the other. */
function sayKnown({ proposer, acceptor }: Pair, { ours, theirs }: Both, { t, say, list: joined }: Voice): void {
  const wallet = ours.items_found.find(({ type }) => type === "wallet")
  const mirrored = theirs.items_found.find(({ type }) => type === "wallet")
  if (wallet?.item !== first.wallet) throw new Error("the wallet is another one")
  if (JSON.stringify([wallet.ours, wallet.theirs]) !== JSON.stringify([mirrored?.theirs, mirrored?.ours])) {
    throw new Error("what one side told is not what the other shows")
  }
  say(t("exercise.match-item", { item: wallet.item }))
  for (const [team, known] of [
    [proposer, wallet.ours],
    [acceptor, wallet.theirs],
  ] as const) {
    if (known === null) throw new Error(`${team.name} told nothing about the wallet`)
    const { names, labels, first_seen: seen, confidence } = known
    const words = { names: joined(names), labels: joined(labels), seen: seen.slice(0, 10), confidence }
    say(t("exercise.match-knows", { name: team.name, ...words }))
  }
}

const STEPS = ["proposed", "accepted", "counted", "consented", "opened", "ended"]

/** Both ledgers tell each step and no item; of keys and lists nothing is left. */
async function requireErased({ proposer, acceptor }: Pair, id: string): Promise<void> {
  for (const team of [proposer, acceptor]) {
    await team.until(`select erased_at as at from match_run where id = '${id}'`, ([row]) => row?.at != null)
    const left = readdirSync(join(team.data, "matching")).filter((name) => name.includes(id.replace("match--", "")))
    if (left.length > 0) throw new Error(`${team.name} still holds ${left.join(", ")}`)
    const bodies = ledgerOf(team)
    const missing = STEPS.filter(
      (step) => !bodies.some((body) => body.includes(`"match.${step}"`) && body.includes(id)),
    )
    if (missing.length > 0) throw new Error(`the ledger of ${team.name} lacks ${missing.join(", ")}`)
    if (bodies.some((body) => body.includes(first.wallet))) throw new Error(`the ledger of ${team.name} names an item`)
  }
}

/** All that a node's ledger says. */
export function ledgerOf(team: Team): string[] {
  const all = "select header || cast(body as text) as body from journal_entry e join log l on l.key = e.log"
  return team.read(`${all} where l.kind = 'ledger'`).map(({ body }) => String(body))
}
