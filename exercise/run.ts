import { createInterface } from "node:readline"
import { formatOf, pickLanguage, type Translate, translator } from "../src/http/index.ts"
import { agree } from "./agreement-scene.ts"
import { ask, contact } from "./asking-scene.ts"
import { match, prepare } from "./matching-scene.ts"
import { codeNow, type Ready } from "./person.ts"
import { acquaint, news, type Play, recall, share, twoFaces } from "./scenes.ts"
import { PROFILES, person, type Team, team } from "./teams.ts"

const check = process.argv.includes("--check")
const { COMITY_LANGUAGE, LC_ALL, LANG } = process.env
const language = check ? "en" : pickLanguage(COMITY_LANGUAGE || LC_ALL || LANG || "")

/** Plays the exercise; with `--check` in English, and ends with 0 if everything happened as it must. */
async function play(t: Translate): Promise<void> {
  const begun = performance.now()
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(0)
  say(t("exercise.title"))
  const [de, jp, br] = await Promise.all([team(PROFILES.de), team(PROFILES.jp), team(PROFILES.br)])
  const all = [de, jp, br]
  await Promise.all(all.map((one) => one.start()))
  const ready = await Promise.all(all.map((one) => person(one)))
  const [frieda, haruka, joana] = ready as [Ready, Ready, Ready]
  for (const one of all) say(t("exercise.started", { name: one.name, url: one.url }))
  const stage: Play = { teams: { de, jp, br }, t, say, list: formatOf(language, "UTC").list }
  await acquaint(
    [
      [de, jp],
      [de, br],
      [jp, br],
    ],
    stage,
  )
  const { collection, objects } = await share(stage)
  const held = Number(
    jp.read("select count(1) as n from entry e join collection c on c.key = e.collection where c.party is not null")[0]
      ?.n,
  )
  await news(stage, collection, held)
  await recall(stage, objects[7] as (typeof objects)[number])
  const sides = {
    ...{ de: { team: de, officer: frieda }, jp: { team: jp, officer: haruka } },
    br: { team: br, officer: joana },
  }
  const [lists] = await Promise.all([prepare(sides, stage), agree(sides, stage)])
  await match(sides, lists, stage)
  const later: string[] = []
  await Promise.all([ask(stage), contact({ ...stage, say: (line) => void later.push(line) })])
  for (const line of later) say(line)
  const aq = await team(PROFILES.aq)
  await twoFaces(stage, aq)
  for (const line of await Promise.all(all.map((one) => verify(one, t)))) say(line)
  say(t("exercise.done", { seconds: seconds() }))
  if (check) for (const one of all) await one.stop()
  else await stayOpen(all, ready, stage)
}

/** Every hash of every log derived again from what is stored: what came of it, as a line. */
async function verify(one: Team, t: Translate): Promise<string> {
  const reports = (await one.run("log", "verify")) as { size: number; problems: unknown[] }[]
  if (reports.some(({ problems }) => problems.length > 0)) throw new Error(`${one.name}: a log does not verify`)
  const entries = reports.reduce((sum, { size }) => sum + size, 0)
  return t("exercise.verified", { name: one.name, logs: reports.length, entries })
}

/** The nodes go on; Return shows the codes of this half minute. */
async function stayOpen(all: readonly Team[], ready: readonly Ready[], { t, say }: Play): Promise<void> {
  const show = () => {
    for (const [i, one] of all.entries()) {
      const { name, password, secret } = ready[i] as Ready
      say(t("exercise.sign-in", { team: one.name, url: one.url, name, password, code: codeNow(secret) }))
    }
    say(t("exercise.stay"))
  }
  show()
  const lines = createInterface({ input: process.stdin })
  lines.on("line", show)
  await new Promise((resolve) => process.once("SIGINT", resolve))
  lines.close()
}

play(translator(language)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${translator(language)("exercise.failed")}\n${error instanceof Error ? error.stack : error}\n`,
    )
    process.exit(1)
  },
)
