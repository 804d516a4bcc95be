import { cpSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Translate } from "../src/http/index.ts"
import { plainNames, type ReleaseReason, reasonText } from "../src/policy/index.ts"
import { indicators, type Made } from "./objects.ts"
import { stage } from "./processes.ts"
import type { Team } from "./teams.ts"

/** What a scene works with: the teams, and the voice that tells what happens; `list` joins words as the language does. */
export type Play = {
  teams: { de: Team; jp: Team; br: Team }
  t: Translate
  say(line: string): void
  list(words: readonly string[]): string
}

const OBJECTS = 4000
const HELD = "select count(1) as n from entry e join collection c on c.key = e.collection where c.party is not null"
const SHARED =
  "select count(1) as n from entry e join collection c on c.key = e.collection where c.kind = 'shared' and c.party is null"
export const heldAtLeast = (wanted: number) => (rows: Record<string, unknown>[]) => Number(rows[0]?.n) >= wanted

/** The persons of both teams read their words to each other: here one script hears what the other says. */
export async function acquaint(
  pairs: readonly (readonly [Team, Team])[],
  { t, say }: Pick<Play, "t" | "say">,
): Promise<void> {
  const words = await Promise.all(pairs.map(([one, other]) => compare(one, other)))
  for (const [i, [one, other]] of pairs.entries()) {
    say(t("exercise.joined", { one: one.name, other: other.name, words: words[i] ?? "" }))
  }
}

/** The first words of the one who invited. */
async function compare(one: Team, other: Team): Promise<string> {
  const { given } = (await one.run("peer", "invite", other.name)) as { given: string }
  const { ours, theirs } = (await other.run("peer", "accept", given)) as Fingerprints
  await one.until(`select state from peer where party = '${other.party}'`, ([row]) => row?.state === "invited")
  await Promise.all([
    one.run("peer", "compare", other.party, "--words", ours.words),
    other.run("peer", "compare", one.party, "--digits", theirs.digits),
  ])
  for (const [team, partner] of [
    [one, other],
    [other, one],
  ] as const) {
    const active = ([row]: Record<string, unknown>[]) => row?.state === "active" && row.theirs === "active"
    await team.until(`select state, theirs from peer where party = '${partner.party}'`, active)
  }
  return theirs.words.split(" ").slice(0, 3).join(" ")
}

type Fingerprints = { ours: Said; theirs: Said }
type Said = { words: string; digits: string }

/** Germany lets out what it may; Japan and Brazil hold it a moment later. Returns what was shared. */
export async function share({ teams: { de, jp, br }, t, say }: Play): Promise<{ collection: string; objects: Made[] }> {
  const objects = indicators("leuchtturm", de.party, OBJECTS, Date.now())
  await fill(de, objects)
  const parties = ["--party", jp.party, "--party", br.party]
  const { id } = (await de.run("collection", "share", "--title", "EXERCISE Lantern", ...parties)) as { id: string }
  const begun = performance.now()
  const out = (await de.run("release", id, "--from", "own").catch(asTold)) as {
    released: number
    refused: number
    reasons: Reason[]
  }
  say(t("exercise.released", { name: de.name, released: out.released, refused: out.refused }))
  sayReasons(out.reasons, { t, say })
  for (const team of [jp, br]) {
    await team.until(HELD, heldAtLeast(out.released))
    say(t("exercise.arrived", { name: team.name, number: out.released, seconds: since(begun) }))
  }
  return { collection: id, objects }
}

export type Reason = ReleaseReason & { count: number }

/** Why objects stay, in the language of the viewer: programs are told by every node in English. */
export function sayReasons(reasons: readonly Reason[], { t, say }: Pick<Play, "t" | "say">): void {
  for (const one of reasons) say(t("exercise.stays", { count: one.count, reason: reasonText(t, one, plainNames) }))
}

/** A release that refused something ends with status 1, and says the same. */
export function asTold(error: unknown): unknown {
  if (error instanceof Error && "stdout" in error && typeof error.stdout === "string") return JSON.parse(error.stdout)
  throw error
}

/** What a team found itself, in a collection of its own. */
export async function fill(team: Team, objects: readonly Made[]): Promise<void> {
  const file = join(stage(), `${team.key}.json`)
  writeFileSync(file, JSON.stringify({ objects }))
  await team.run("collection", "add", "EXERCISE own findings", "--alias", "own")
  await team.run("import", file, "--collection", "own")
}

/** One more object, and how long it takes from the order to the partner's disk. */
export async function news({ teams: { de, jp }, t, say }: Play, collection: string, held: number): Promise<void> {
  const [one] = indicators("leuchtturm-news", de.party, 1, Date.now())
  const file = join(stage(), "news.json")
  writeFileSync(file, JSON.stringify({ objects: [one] }))
  await de.run("import", file, "--collection", "own")
  const before = Number(de.read(SHARED)[0]?.n)
  const order = de.run("release", collection, String(one?.id))
  await de.until(SHARED, heldAtLeast(before + 1))
  const milliseconds = Math.round(await jp.until(HELD, heldAtLeast(held + 1)))
  await order
  say(t("exercise.news", { name: jp.name, milliseconds }))
}

/** Germany was wrong about one of them. */
export async function recall({ teams: { de, jp, br }, t, say }: Play, wrong: Made): Promise<void> {
  const reason = "EXERCISE: the address belongs to a hospital's monitoring"
  const begun = performance.now()
  await de.run("recall", wrong.id, "--reason", reason)
  say(t("exercise.recall", { name: de.name, object: String(wrong.name), reason }))
  for (const team of [jp, br]) {
    const due = `select state from receipt_due where party = '${team.party}' and kind = 'recall'`
    await de.until(due, (rows) => rows.length > 0 && rows.every(({ state }) => state === "applied"))
    const left = team.read(
      `select count(1) as n from entry e join object o on o.key = e.object where o.id = '${wrong.id}'`,
    )
    if (left[0]?.n !== 0) throw new Error(`${team.name} still serves what was recalled`)
    say(t("exercise.receipt", { name: team.name, seconds: since(begun) }))
  }
}

/**
 * A node that shows each of two partners another history of one collection, made with nothing but copies of its folder:
 * while one partner is away it signs one thing for the other, and the reverse.
 */
export async function twoFaces(play: Play, aq: Team): Promise<void> {
  const { teams, t, say } = play
  const { de, jp } = teams
  await aq.start()
  await acquaint(
    [
      [aq, de],
      [aq, jp],
    ],
    play,
  )
  await aq.stop()
  const parties = ["--party", de.party, "--party", jp.party]
  const { id } = (await aq.run("collection", "share", "--title", "EXERCISE Flotsam", ...parties)) as { id: string }
  await fill(aq, indicators("driftwood", aq.party, 4, Date.now()))
  const [first, second] = aq.read("select id from object where marking <> 'amber' order by key") as [
    { id: string },
    { id: string },
  ]
  cpSync(aq.data, `${aq.data}-copy`, { recursive: true })
  await show(aq, jp, de, id, first.id)
  swap(aq)
  await show(aq, de, jp, id, second.id)
  say(t("exercise.two-faces", { name: aq.name, one: jp.name, other: de.name }))
  const seen = ([row]: Record<string, unknown>[]) => Number(row?.n) > 0
  await Promise.race([de, jp].map((team) => team.until("select count(1) as n from conflicting_checkpoints", seen)))
  say(t("exercise.evidence", { name: aq.name, one: de.name, other: jp.name }))
}

/** One partner is there, the other is away. */
async function show(aq: Team, there: Team, away: Team, collection: string, object: string): Promise<void> {
  await away.stop()
  await aq.start()
  await aq.run("release", collection, object)
  const held = `select l.size as n from collection c join log l on l.key = c.log where c.party = '${aq.party}'`
  await there.until(held, (rows) => rows.some(({ n }) => Number(n) > 0))
  await aq.stop()
  await away.start()
}

/** The other copy of the folder takes the place of the first. */
function swap(aq: Team): void {
  cpSync(aq.data, `${aq.data}-first`, { recursive: true })
  cpSync(`${aq.data}-copy`, aq.data, { recursive: true, force: true })
}

export function since(begun: number): string {
  return ((performance.now() - begun) / 1000).toFixed(1)
}
