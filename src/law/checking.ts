import { isPlace } from "../kernel/places.ts"
import { ageOf, type Day, daysBetween, hoursOf } from "./dates.ts"
import type { Facts } from "./facts.ts"
import type { Complete, Sourced } from "./model.ts"
import { ratifications } from "./openings.ts"
import type { Problem } from "./reading.ts"
import { sourceOf } from "./sources.ts"
import { countsFrom, standingOf } from "./standing.ts"

/** How much there is, and how much of it was read in its source. */
export type Coverage = { table: string; rows: number; verified: number; own: number }

export type Check = {
  version: string
  problems: readonly Problem[]
  coverage: readonly Coverage[]
  instruments: readonly InstrumentCoverage[]
}

export type InstrumentCoverage = {
  instrument: string
  statuses: Readonly<Record<string, number>>
  verified: number
  /** Day as of which the list of participants is complete; null where it is not known to be. */
  completeAsOf: string | null
  /** Places whose reservations are entered. */
  reservations: number
}

const OLD_DAYS = 365

/** Everything that is wrong with the facts, or that a reader should know of them before relying on them. */
export function checkFacts(facts: Facts, today: Day): Check {
  const problems = [
    ...facts.problems,
    ...versionProblems(facts, today),
    ...unknownNames(facts),
    ...sourceProblems(facts),
    ...ageProblems(facts, today),
    ...contradictions(facts, today),
    ...listProblems(facts),
    ...answerProblems(facts),
  ]
  return { version: facts.version, problems, coverage: coverageOf(facts), instruments: instrumentCoverage(facts) }
}

type Told = { ref: string }
type Severity = Problem["severity"]

function told(code: string, severity: Severity, { ref }: Told, column = ""): Problem {
  return { code, severity, table: ref.split("/")[0] ?? "", line: 0, ref, column }
}

/** A release of a day to come would beat every later one. Somewhere on Earth it is tomorrow already. */
function versionProblems({ version }: Facts, today: Day): Problem[] {
  if (daysBetween(today, version) <= 1) return []
  return [{ code: "version-future", severity: "error", table: "VERSION", line: 1, ref: "", column: "" }]
}

function unknownNames({ rows, instruments }: Facts): Problem[] {
  const questions = new Set(rows.questions.map(({ id }) => id))
  const naming = [rows.participation, rows.lists, rows.reservations, rows.channels, rows.offences].flat()
  const wrong = naming.filter(({ instrument }) => !instruments.has(instrument))
  const inLaw = rows.safeguards.filter(({ instrument }) => instrument !== "" && !instruments.has(instrument))
  const yields = rows.channels.filter(({ yieldsTo }) => yieldsTo.some((id) => !instruments.has(id)))
  const placed = [rows.participation, rows.lists, rows.reservations, rows.safeguards, rows.regions].flat()
  const places = placed.filter(({ place }) => place !== "" && !isPlace(place))
  const silent = rows.lists.filter(({ silentOn }) => !silentOn.every(isPlace))
  const channels = new Set(rows.channels.map(({ id }) => id))
  const resting = rows.articles.filter(({ channel }) => !channels.has(channel))
  const asked = [rows.answers, rows.choices].flat().filter(({ question }) => !questions.has(question))
  const judged = rows.answers.filter(({ jurisdiction }) => !isPlace(jurisdiction))
  return [
    ...[...wrong, ...inLaw].map((row) => told("unknown-instrument", "error", row, "instrument")),
    ...yields.map((row) => told("unknown-instrument", "error", row, "yields_to")),
    ...[...places, ...silent].map((row) => told("unknown-place", "error", row, "place")),
    ...resting.map((row) => told("unknown-channel", "error", row, "channel")),
    ...judged.map((row) => told("unknown-place", "error", row, "jurisdiction")),
    ...asked.map((row) => told("unknown-question", "error", row, "question")),
  ]
}

function sourcedRows({ byRef }: Facts): Sourced[] {
  return [...byRef.values()]
}

function sourceProblems(facts: Facts): Problem[] {
  return sourcedRows(facts).flatMap((row) => {
    if (row.source === "") return [told("no-source", row.verified === "no" ? "notice" : "error", row, "source_url")]
    return sourceOf(facts, row).known ? [] : [told("unknown-source", "notice", row, "source_url")]
  })
}

function ageProblems(facts: Facts, today: Day): Problem[] {
  return sourcedRows(facts).flatMap((row) => {
    const age = ageOf(row)
    if (row.readOn > today) return [told("future", "error", row, "read_on")]
    return daysBetween(age, today) > OLD_DAYS ? [told("old", "notice", row, "as_of")] : []
  })
}

function contradictions(facts: Facts, today: Day): Problem[] {
  const disputed = [...facts.participation.values()].flatMap((rows) => {
    const [first] = rows
    if (first === undefined || first.place === "") return []
    const { code } = standingOf(facts, first.instrument, first.place, today)
    const dates = new Set(
      rows.filter(({ status, date }) => status === "in force" && date !== null).map(({ date }) => date),
    )
    const contradicts =
      code === "disputed" || code === "takes-part-disputed" || dates.size > 1 || /disputed/.test(first.note)
    return contradicts ? [told("contradiction", "notice", first)] : []
  })
  const waiting = facts.rows.instruments.filter(
    ({ id, status, needed }) => status === "not in force" && needed !== null && ratifications(facts, id) >= needed,
  )
  return [
    ...disputed,
    ...waiting.map((row) => told("contradiction", "notice", row, "status")),
    ...unionActs(facts, today),
  ]
}

/** Each member of the Union has a row for each of its acts, bound or not; nobody else has one that binds. */
function unionActs(facts: Facts, today: Day): Problem[] {
  const { rows } = facts
  const ever = rows.participation.filter(({ instrument }) => instrument === "eu").map(({ place }) => place)
  const names = new Set([...new Set(ever)].filter((place) => standingOf(facts, "eu", place, today).state === "bound"))
  const byAct = Map.groupBy(rows.participation, ({ instrument }) => instrument)
  return rows.instruments
    .filter(({ kind }) => kind === "eu-act")
    .flatMap((act) => {
      const own = byAct.get(act.id) ?? []
      const missing = own.length > 0 && !names.isSubsetOf(new Set(own.map(({ place }) => place)))
      const foreign = own.filter(
        ({ place }) => place !== "EU" && !names.has(place) && standingOf(facts, act.id, place, today).state === "bound",
      )
      return [
        ...(missing ? [told("act-incomplete", "notice", act)] : []),
        ...foreign.map((row) => told("contradiction", "notice", row, "status")),
      ]
    })
}

function listProblems(facts: Facts): Problem[] {
  return facts.rows.lists.filter(({ what }) => what === "participation").flatMap((list) => listProblem(facts, list))
}

/** A list that tells every change must have a date for each; an undated row must not be younger than its list. */
function listProblem(facts: Facts, list: Complete): Problem[] {
  const instrument = facts.instruments.get(list.instrument)
  const rows = facts.rows.participation.filter((row) => row.instrument === list.instrument && row.status !== "invited")
  const undated = rows.filter(({ date, verified }) => date === null && verified === "yes")
  if (list.since !== null && undated.length > 0) return [told("list-undated", "error", list, "complete_since")]
  const younger = undated.filter((row) => countsFrom(row, instrument) > list.until && !/signed/.test(row.status))
  return younger.length > 0 ? [told("list-older", "notice", list, "complete_as_of")] : []
}

function answerProblems({ rows }: Facts): Problem[] {
  return rows.answers.flatMap((answer) => {
    const question = rows.questions.find(({ id }) => id === answer.question)
    if (question === undefined) return []
    const fits =
      question.kind === "text" ||
      (question.kind === "duration" && hoursOf(answer.value) !== null) ||
      (question.kind === "yes-no" && /^(?:yes|no)$/.test(answer.value)) ||
      (question.kind === "choice" && question.choices.includes(answer.value))
    return fits ? [] : [told("bad-value", "error", answer, "value")]
  })
}

function coverageOf({ rows }: Facts): Coverage[] {
  return Object.entries(rows).map(([table, list]) => ({
    table,
    rows: list.length,
    verified: list.filter((row) => "verified" in row && row.verified === "yes").length,
    own: list.filter(({ own }) => own).length,
  }))
}

function instrumentCoverage(facts: Facts): InstrumentCoverage[] {
  return facts.rows.instruments.map(({ id }) => {
    const rows = facts.rows.participation.filter(({ instrument }) => instrument === id)
    const statuses: Record<string, number> = {}
    for (const { status } of rows) statuses[status] = (statuses[status] ?? 0) + 1
    const list = facts.rows.lists.find(({ instrument, what }) => instrument === id && what === "participation")
    const entered = facts.rows.lists.filter(({ instrument, what }) => instrument === id && what === "reservations")
    return {
      ...{ instrument: id, statuses, verified: rows.filter(({ verified }) => verified === "yes").length },
      ...{ completeAsOf: list?.until ?? null, reservations: entered.length },
    }
  })
}
