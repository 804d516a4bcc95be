import { first, NEVER_SEEN, only } from "./findings.ts"
import { LIST, ledgerOf } from "./matching-scene.ts"
import { type Play, since } from "./scenes.ts"
import type { Team } from "./teams.ts"

type Question = { answers: { item: string; found: string[] }[] }
type Contact = { id: string; named: { party: string; name: string; desk: string } | null }

/** A third team asks two others at once who else sees what it found; none learns what it asked, nor what the other has. */
export async function ask({ teams: { de, jp, br }, t, say, list }: Play): Promise<void> {
  await Promise.all([jp, br].map((one) => open(one, ["open", LIST, de.party], ["domain", "wallet"])))
  const items = [first.wallet, first.domain, only.jp, only.br, NEVER_SEEN]
  const asked = items.flatMap((item) => ["--value", item])
  const { id } = (await de.run("match", "ask", jp.party, br.party, ...asked)) as { id: string }
  const begun = performance.now()
  await de.until(`select ended_at as at from match_question where id = '${id}'`, ([row]) => row?.at != null)
  const seconds = since(begun)
  const { answers } = (await de.run("match", "question", id)) as Question
  say(t("exercise.asked", { name: de.name, one: jp.name, other: br.name, number: items.length, seconds }))
  const expected = [[jp, br], [jp, br], [jp], [br], []]
  for (const [i, teams] of expected.entries()) {
    const item = String(items[i])
    const found = answers.find((one) => plain(one.item) === item)?.found
    const parties = teams.map(({ party }) => party)
    if (JSON.stringify(found?.toSorted()) !== JSON.stringify(parties.toSorted())) {
      throw new Error(`${item} is said to be seen by ${JSON.stringify(found)}`)
    }
    const who = list(teams.map(({ name }) => name))
    say(who === "" ? t("exercise.seen-by-nobody", { item }) : t("exercise.seen-by", { item, who }))
  }
  const ledgers = [jp, br].flatMap((team) => ledgerOf(team))
  if (ledgers.some((body) => items.some((item) => body.includes(item))))
    throw new Error("a ledger names what was asked")
}

/** Lets partners ask, and waits until there are answers of each type. */
async function open(team: Team, what: readonly string[], types: readonly string[]): Promise<void> {
  const { id } = (await team.run("match", ...what, ...types.flatMap((type) => ["--item", type]))) as { id: string }
  const ready = `select 1 from match_epoch e join match_answers a on a.key = e.answers where a.id = '${id}' and e.state = 'open'`
  await team.until(ready, (rows) => rows.length === types.length)
}

const plain = (shown: string) => shown.replaceAll(/[[\]]/g, "")

const DESKS = { jp: "EXERCISE desk for ransomware", br: "EXERCISE desk for money laundering" } as const

/** Two desks work on one wallet without knowing; the nodes say so to both, and who the other is once both want it. */
export async function contact({ teams: { jp, br }, t, say }: Play): Promise<void> {
  const desks = [
    [jp, DESKS.jp],
    [br, DESKS.br],
  ] as const
  const worksOn = ([team, desk]: readonly [Team, string]) => team.run("match", "desk", "add", desk, first.wallet)
  await Promise.all([...desks.map(worksOn), open(br, ["desk", "open", jp.party], ["wallet"])])
  await jp.run("match", "desk", "ask", br.party)
  const begun = performance.now()
  const one = "select id from match_contact"
  await Promise.all([jp, br].map((team) => team.until(one, (rows) => rows.length === 1)))
  say(t("exercise.contact", { one: jp.name, other: br.name, item: first.wallet, seconds: since(begun) }))
  await Promise.all([jp, br].map((team) => consent(team)))
  const named = "select desk from match_contact where desk is not null"
  await Promise.all([jp, br].map((team) => team.until(named, (rows) => rows.length === 1)))
  for (const [team, partner, desk] of [
    [jp, br, DESKS.br],
    [br, jp, DESKS.jp],
  ] as const) {
    const [told] = (await team.run("match", "desk", "contacts")) as Contact[]
    if (told?.named?.party !== partner.party || told.named.desk !== desk) throw new Error(`${team.name}: who is it?`)
    say(t("exercise.contact-named", { name: team.name, partner: partner.name, desk }))
  }
}

/** Before that nobody is named. */
async function consent(team: Team): Promise<void> {
  const [found] = team.read("select id, desk from match_contact")
  if (found?.desk !== null) throw new Error(`${team.name}: the other desk is named too early`)
  await team.run("match", "desk", "consent", String(found.id))
}
