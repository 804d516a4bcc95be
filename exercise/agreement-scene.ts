import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { articleText, type RedactedKind, redactedWord } from "../src/policy/index.ts"
import { redraft, sign, table, take, type Version } from "./agreeing.ts"
import { arrangement, lures, OBJECTION, PERSONAL, reworded, VICTIM, WORDS } from "./arrangement.ts"
import { indicators, type Made } from "./objects.ts"
import type { Ready } from "./person.ts"
import { stage } from "./processes.ts"
import { asTold, heldAtLeast, type Play, type Reason, sayReasons, since } from "./scenes.ts"
import type { Team } from "./teams.ts"

/** A team with its officer, signed in at its node. */
export type Side = { team: Team; officer: Ready }
type Sides = { de: Side; jp: Side }
type Told = { released: number; refused: number; reasons: Reason[]; redactions: { what: RedactedKind }[] }
/** What governs at a node: the collection, and where the text settles personal data. */
type Governs = { collection: string; clause: string }

const TABLED = "select count(1) as n from object where type = 'comity-agreement'"

/**
 * Two parties whose arrangement forbids personal data: one needs reports that hold some, the other may not let them
 * leave. They find words for it, sign, and the same order to the same node has another answer.
 */
export async function agree(sides: Sides, { t, say }: Pick<Play, "t" | "say">): Promise<void> {
  const { de, jp } = sides
  const [one, other] = [de.team.name, jp.team.name]
  const objects = await reports(de.team)
  const first = await tableFirst(sides)
  const before = await signedByBoth(sides, first)
  const clause = articleText(t, before.governs.clause)
  say(t("exercise.agreed", { one, other, clause, words: WORDS.forbid, seconds: before.seconds }))
  const refused = await order(de.team, before.governs, objects)
  if (refused.released !== 0 || refused.refused !== 2) throw new Error("personal data left against the terms")
  say(t("exercise.decided-before", { name: one, object: String(objects[0].name), address: VICTIM }))
  sayReasons(refused.reasons, { t, say })

  const wish = await table(jp.officer, await redraft(jp.officer, first, reworded("allow")))
  await bothHold(sides, jp)
  say(t("exercise.tabled", { name: other, clause, words: WORDS.allow }))
  await take(de.officer, wish, { clause: PERSONAL, position: "object", text: OBJECTION })
  await bothHold(sides, de)
  say(t("exercise.objects", { name: one, clause, reason: OBJECTION }))
  const found = await table(de.officer, await redraft(de.officer, wish, reworded("redact")))
  await bothHold(sides, de)
  say(t("exercise.tabled", { name: one, clause, words: WORDS.redact }))
  for (const side of [jp, de]) {
    await take(side.officer, found, { clause: PERSONAL, position: "accept", text: "" })
    await bothHold(sides, side)
  }
  const after = await signedByBoth(sides, found)
  if (after.governs.collection === before.governs.collection) throw new Error("wider terms, and no successor")
  say(
    t("exercise.accepted", {
      one,
      other,
      clause: articleText(t, after.governs.clause),
      version: found.hash,
      seconds: after.seconds,
    }),
  )
  await releaseAgain(sides, after.governs, objects, { t, say })
}

/** The same order as before, decided by the new text. */
async function releaseAgain({ de, jp }: Sides, governs: Governs, objects: [Made, Made], { t, say }: Voice) {
  const begun = performance.now()
  const { released, refused, reasons, redactions } = await order(de.team, governs, objects)
  if (released !== 1 || refused !== 1) throw new Error("the new terms did not let out what they should")
  const what = redactions.map((one) => redactedWord(t, one.what)).join(", ")
  const [original] = objects
  say(
    t("exercise.decided-after", {
      name: de.team.name,
      object: String(original.name),
      what,
      clause: articleText(t, governs.clause),
    }),
  )
  sayReasons(reasons, { t, say })
  const copy = String(de.team.read(inCollection(governs.collection))[0]?.id)
  if (copy === original.id) throw new Error("the copy has the id of the original")
  await jp.team.until(`select id from object where id = '${copy}'`, (rows) => rows.length > 0)
  const known = `instr(cast(bytes as text), '${VICTIM}') > 0 or id in (${objects.map(({ id }) => `'${id}'`).join(", ")})`
  const [leaked] = jp.team.read(`select count(1) as n from object where ${known}`)
  if (leaked?.n !== 0) throw new Error(`${jp.team.name} holds what should have stayed`)
  say(t("exercise.copied", { name: jp.team.name, copy, address: VICTIM, seconds: since(begun) }))
}

type Voice = Pick<Play, "t" | "say">

const inCollection = (id: string) =>
  `select o.id from entry e join object o on o.key = e.object join collection c on c.key = e.collection where c.id = '${id}'`

async function reports(team: Team): Promise<[Made, Made]> {
  const objects = lures(indicators("leuchtturm-lures", team.party, 2, Date.now()) as [Made, Made])
  const file = join(stage(), "lures.json")
  writeFileSync(file, JSON.stringify({ objects }))
  await team.run("import", file, "--collection", "own")
  return objects
}

async function tableFirst(sides: Sides): Promise<Version> {
  const { de, jp } = sides
  const file = join(stage(), "arrangement.json")
  writeFileSync(file, JSON.stringify(arrangement([de.team, jp.team])))
  const { id } = (await de.team.run("agreement", "new", file)) as { id: string }
  const version = await table(de.officer, id)
  await bothHold(sides, de)
  return version
}

/** What governs at the first node, as soon as the text does at both. */
async function signedByBoth(sides: Sides, version: Version): Promise<{ governs: Governs; seconds: string }> {
  const { de, jp } = sides
  for (const side of [de, jp]) {
    await sign(side.officer, version, `${side.officer.name}, head of the team`)
    if (side === de) await bothHold(sides, side)
  }
  const begun = performance.now()
  const governs = `select collection, articles from in_force where agreement = '${version.negotiation}' and text = '${version.hash}'`
  for (const { team } of [de, jp]) await team.until(governs, (rows) => rows.length === 1)
  const [row] = de.team.read(governs)
  const { personal } = JSON.parse(String(row?.articles)) as { personal?: string }
  return { governs: { collection: String(row?.collection), clause: personal ?? "" }, seconds: since(begun) }
}

function order(team: Team, { collection }: Governs, objects: readonly Made[]): Promise<Told> {
  return team.run("release", collection, ...objects.map(({ id }) => id)).catch(asTold) as Promise<Told>
}

/** What one side tabled has reached the other. */
async function bothHold({ de, jp }: Sides, author: Side): Promise<void> {
  const wanted = Number(author.team.read(TABLED)[0]?.n)
  for (const { team } of [de, jp]) await team.until(TABLED, heldAtLeast(wanted))
}
