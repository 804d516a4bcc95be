import type { Decision, ReleaseReason } from "../../src/policy/index.ts"
import type { Asked } from "../support/decisions.ts"

/**
 * The release decision once more, from docs/release.md alone: slow, by tables in the order of that page, and without
 * anything of the first implementation. Where both differ, one of them or the page is wrong.
 */
export function oracle(asked: Asked): Decision {
  try {
    return answer(asked)
  } catch {
    return { is: "refuse", reasons: [{ code: "decision.failed", values: {} }] }
  }
}

type Values = Record<string, string>
/** A row of a table of that page: its code, the values of each time that it holds, and the term on which it rests. */
type Row = [code: ReleaseReason["code"], times: (boolean | Values)[], term?: string]

const TLP = ["clear", "green", "amber", "amber+strict", "red"]
const PAP = ["clear", "green", "amber", "red"]
const DAY_MS = 86_400_000

function answer(asked: Asked): Decision {
  const against = [...target(asked), ...passingOn(asked), ...thing(asked)]
  const said = reasonsOf(against, asked)
  if (said.length > 0) return { is: "refuse", reasons: said }
  return people(asked)
}

function reasonsOf(rows: Row[], { facts: { articles } }: Asked): ReleaseReason[] {
  return rows.flatMap(([code, times, term]) =>
    times
      .filter((one) => one !== false)
      .map((one) => {
        const article = term === undefined ? undefined : (articles as Values)[term]
        const values = one === true ? {} : one
        return { code, values: article === undefined ? values : { ...values, article } }
      }),
  )
}

function when(holds: boolean, values: Values): boolean | Values {
  return holds && values
}

function dayOf(microseconds: number): string {
  return new Date(Math.floor(microseconds / 1000)).toISOString().split("T")[0] ?? ""
}

function inside(list: readonly string[] | null, one: string): boolean {
  return list === null ? true : list.indexOf(one) !== -1
}

function folded(text: string): string {
  return [...text.normalize("NFKC")]
    .filter((sign) => !/\p{Cf}|\p{Default_Ignorable_Code_Point}/u.test(sign))
    .join("")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ")
    .toLowerCase()
}

/** Step 1. */
function target(asked: Asked): Row[] {
  const { facts, terms, purpose, time } = asked
  const { actor, collection, audience } = facts
  const first: Row[] = [
    ["actor.not-officer", [actor.is === "person" && !actor.officer]],
    ["collection.not-shared", [collection.kind !== "shared"]],
    ["collection.closed", [collection.closedAt !== null]],
    ["audience.empty", [audience.length === 0]],
    ...audience.flatMap((party) => reader(party, asked)),
  ]
  if (terms === null) return [...first, ["terms.unknown", [true]]]
  const day = dayOf(time)
  return [
    ...first,
    ["terms.not-begun", [when(terms.start !== null && day < terms.start, { start: `${terms.start}` })], "start"],
    ["terms.ended", [when(terms.end !== null && day > terms.end, { end: `${terms.end}` })], "end"],
    ["purpose.outside", [when(!inside(terms.purposes, purpose), { purpose })], "purposes"],
    ...audience.flatMap((party) => readerByTerms(party, asked)),
  ]
}

type Reader = Asked["facts"]["audience"][number]

function called({ party, names }: Reader): { party: string; name: string } {
  return { party, name: names.length > 0 ? `${names[0]}` : party }
}

function reader(one: Reader, { facts: { refusals } }: Asked): Row[] {
  const who = called(one)
  const by = (found: { source: string; since: string }) => ({ source: found.source, since: found.since })
  const held = [one.party, ...one.names].map((name) => refusals.parties.get(folded(name))).find((found) => found)
  const active = one.peer !== null && one.peer.state === "active" && one.peer.theirs === "active"
  const places = one.places ?? []
  return [
    ["audience.stranger", [when(one.peer === null, who)]],
    ["audience.not-active", [when(one.peer !== null && !active, who)]],
    ["audience.refused", [held === undefined ? false : { ...who, ...by(held) }]],
    [
      "audience.place-refused",
      places.map((place) => {
        const found = refusals.places.get(place)
        return found === undefined ? false : { ...who, place, ...by(found) }
      }),
    ],
    ["audience.place-unknown", [when(refusals.places.size !== 0 && places.length === 0, who)]],
  ]
}

function readerByTerms(one: Reader, asked: Asked): Row[] {
  const { terms } = asked
  if (terms === null) return []
  const { parties, kinds, places } = terms.audience
  const who = called(one)
  const said = one.places ?? []
  return [
    ["audience.not-named", [when(!inside(parties, one.party), who)], "parties"],
    ["audience.kind-unknown", [when(kinds !== null && one.kind === null, who)], "kinds"],
    ["audience.kind-outside", [when(one.kind !== null && !inside(kinds, one.kind), who)], "kinds"],
    ["audience.place-unsaid", [when(places !== null && said.length === 0, who)], "places"],
    ["audience.place-outside", said.map((place) => when(!inside(places, place), { ...who, place })), "places"],
    ...(terms.audience.bound ?? []).flatMap((instrument) => readerByLaw(one, instrument, asked, "audience")),
  ]
}

const LAW = {
  "not-bound": "not-bound",
  unverified: "bound-unverified",
  open: "bound-open",
  unknown: "bound-unknown",
  "no-instrument": "instrument-unknown",
} as const

/** What facts of law say against a reader and an instrument, for the term `bound` or a safeguard of personal data. */
function readerByLaw(one: Reader, instrument: string, { facts }: Asked, group: "audience" | "personal"): Row[] {
  const term = group === "audience" ? "bound" : "personal"
  const who = { ...called(one), instrument }
  if (one.places === null || one.places.length === 0) return [[`${group}.bound-unsaid`, [who], term]]
  return one.places.flatMap((place): Row[] => {
    const found = [...facts.law].find(([name]) => name === [instrument, place].join("/"))?.[1]
    const state = found === undefined ? "unknown" : found.state
    if (state === "bound") return []
    const row = found?.rests ?? null
    const on = row === null ? {} : { fact: `${row.fact}`, source: row.source, asOf: `${row.asOf}` }
    return [[`${group}.${LAW[state]}`, [{ ...who, place, ...on }], term]]
  })
}

/** An instrument on which the safeguard of personal data rests. */
function safeguarded(asked: Asked, terms: Terms): Row[] {
  const { personal } = terms
  if (personal.is !== "allow" || personal.instrument === null || asked.object.personal.length === 0) return []
  const { instrument } = personal
  return asked.facts.audience.flatMap((one) => readerByLaw(one, instrument, asked, "personal"))
}

/** Step 2. */
function passingOn({ origin, object, terms, facts, time }: Asked): Row[] {
  if (origin === "own") return []
  const { party, terms: came, agreement } = origin
  if (came === null) return [["object.received", [{ party }]]]
  const within = agreement !== null && facts.collection.agreement === agreement
  const loose = object.marking === "clear" || object.marking === "green"
  const table = {
    none: ["onward.none", "onward.none"],
    agreement: [null, "onward.agreement"],
    constituents: [null, "onward.agreement"],
    marked: [null, loose ? null : "onward.marked"],
  } as const
  const code = table[came.onward][within ? 0 : 1]
  const wider = terms === null ? [] : widerTerms(terms, came)
  return [
    ...(code === null ? [] : [[code, [{ party }]] satisfies Row]),
    ["onward.ended", [when(came.end !== null && dayOf(time) > came.end, { party, end: `${came.end}` })]],
    ["onward.wider", wider.map((term) => ({ party, term }))],
  ]
}

type Terms = NonNullable<Asked["terms"]>

function widerTerms(a: Terms, b: Terms): string[] {
  const personal = ["forbid", "redact", "allow"]
  const onward = ["none", "agreement", "constituents", "marked"]
  const most = (number: number | null) => (number === null ? Number.POSITIVE_INFINITY : number)
  const safeguard = ({ personal: p }: Terms) => (p.is === "allow" ? p.safeguard : "")
  const instrument = ({ personal: p }: Terms) => (p.is === "allow" ? p.instrument : null)
  const wider: [string, boolean][] = [
    ["purposes", !a.purposes.every((one) => inside(b.purposes, one))],
    [
      "personal",
      personal.indexOf(a.personal.is) > personal.indexOf(b.personal.is) ||
        (a.personal.is === "allow" && safeguard(a) !== safeguard(b)) ||
        (a.personal.is !== "forbid" && instrument(b) !== null && instrument(a) !== instrument(b)),
    ],
    ["attribution", a.attribution === "named" && b.attribution === "hidden"],
    ["onward", onward.indexOf(a.onward) > onward.indexOf(b.onward)],
    ["retention", most(a.retention) > most(b.retention)],
    ["sightings", most(a.duties.sightings) > most(b.duties.sightings)],
  ]
  return wider.filter(([, is]) => is).map(([term]) => term)
}

/** Step 3. */
function thing(asked: Asked): Row[] {
  const { object, facts, terms } = asked
  const { again, refusals } = facts
  const recalled = object.recalledAt !== null
  const at = recalled ? `${new Date(Math.floor(Number(object.recalledAt) / 1000)).toISOString().slice(0, 23)}` : ""
  const micro = String(Number(object.recalledAt) % 1000).padStart(3, "0")
  const rows: Row[] = [
    ["object.aside", [object.aside]],
    ["object.withdrawn", [object.withdrawn && !(recalled && again)]],
    ["object.recalled", [when(recalled && !again, { at: `${at}${micro}Z` })]],
    ["object.revoked-since", [object.revokedSince]],
    [
      "object.kind-refused",
      [object.type, ...object.kinds].map((kind) => {
        const found = refusals.kinds.get(kind)
        return found === undefined ? false : { kind, source: found.source, since: found.since }
      }),
    ],
    ["marking.none", [object.marking === null && object.type !== "marking-definition"]],
    ["marking.without-rules", object.others.map((one) => when(one.is === "unknown", { marking: one.id }))],
  ]
  return terms === null ? rows : [...rows, ...scope(asked, terms), ...limits(asked, terms)]
}

function scope({ object }: Asked, { objects }: Terms): Row[] {
  if (object.type === "marking-definition") return []
  const { types, sectors, incidents } = objects
  return [
    ["object.type-outside", [when(!inside(types, object.type), { type: object.type })], "types"],
    ["object.sector-none", [sectors !== null && object.sectors.length === 0], "sectors"],
    ["object.sector-outside", object.sectors.map((sector) => when(!inside(sectors, sector), { sector })), "sectors"],
    ["object.incident-none", [incidents !== null && object.incidents.length === 0], "incidents"],
    [
      "object.incident-outside",
      object.incidents.map((incident) => when(!inside(incidents, incident), { incident })),
      "incidents",
    ],
  ]
}

function limits(asked: Asked, terms: Terms): Row[] {
  const { object } = asked
  const levels = new Set([object.marking, ...object.others.map(({ marking }) => marking)])
  const above = (level: string) => TLP.indexOf(level) === -1 || TLP.indexOf(level) > TLP.indexOf(terms.marking)
  const { actions: most } = terms
  const personal = terms.personal.is
  const different = (found: readonly { what: string }[]) => [...new Set(found.map(({ what }) => what))]
  const whole = (found: Asked["object"]["personal"]) => different(found.filter((one) => one.whole))
  return [
    [
      "marking.above",
      [...levels].map((level) => (level !== null && above(level) ? { marking: level, most: terms.marking } : false)),
      "marking",
    ],
    [
      "marking.actions-unknown",
      object.others.map((one) =>
        when(most !== null && one.is === "actions" && one.actions === null, { marking: one.id }),
      ),
      "actions",
    ],
    [
      "marking.actions-above",
      object.others.map((one) => {
        if (most === null || one.is !== "actions" || one.actions === null) return false
        return when(PAP.indexOf(one.actions) > PAP.indexOf(most), { actions: one.actions, most })
      }),
      "actions",
    ],
    ["personal.forbidden", different(object.personal).map((what) => when(personal === "forbid", { what })), "personal"],
    ["personal.whole", whole(object.personal).map((what) => when(personal === "redact", { what })), "personal"],
    ...safeguarded(asked, terms),
    [
      "source.whole",
      whole(object.sources).map((what) => when(terms.attribution === "hidden", { what })),
      "attribution",
    ],
  ]
}

/** Steps 4 and 5. */
function people(asked: Asked): Decision {
  const { object, facts, terms, approvals, time } = asked
  const { actor, officers } = facts
  if (terms === null) throw new Error("refused before")
  const needs = reasonsOf(twoPeople(asked, terms), asked)
  const alone = officers < 2 && (needs.length > 0 || TLP.indexOf(object.marking ?? "clear") > TLP.indexOf("green"))
  if (needs.length === 0 && !alone) return without(asked, terms, [])
  const { urgent } = facts
  if (
    terms.urgent &&
    urgent !== null &&
    actor.is === "person" &&
    urgent.told !== "" &&
    urgent.told !== actor.by &&
    /\S/.test(urgent.reason)
  ) {
    const row: Row = ["people.urgent", [{ told: urgent.told, why: urgent.reason }], "urgent"]
    return without(asked, terms, reasonsOf([row], asked))
  }
  if (alone) return { is: "refuse", reasons: [{ code: "people.too-few", values: {} }, ...needs] }
  const yes = approvals.given.filter((one) => {
    const own = actor.is === "person" && actor.by === one.by
    const age = (time - one.at) / 1000
    return one.officer && one.binding === approvals.binding && !own && age >= 0 && age < DAY_MS
  })[0]
  if (yes !== undefined) {
    const at = `${new Date(Math.floor(yes.at / 1000)).toISOString().slice(0, 23)}${String(yes.at % 1000).padStart(3, "0")}Z`
    return without(asked, terms, [{ code: "people.approved", values: { by: yes.by, at } }])
  }
  const except = actor.is === "person" ? [actor.by] : []
  return { is: "hold", for: { role: "officer", except }, reasons: needs, what: takenOut(asked, terms) }
}

function twoPeople({ object, facts }: Asked, terms: Terms): Row[] {
  const { marking, strictest } = object
  const kinds = [...new Set(object.personal.map(({ what }) => what))]
  const looser = marking !== null && strictest !== null && TLP.indexOf(strictest) > TLP.indexOf(marking)
  return [
    ["people.strict", [marking === "amber+strict"]],
    ["people.personal", kinds.map((what) => when(terms.personal.is === "allow", { what })), "personal"],
    ["people.looser", [when(looser, { marking: `${marking}`, from: `${strictest}` })]],
    ["people.first", [facts.first && facts.officers >= 2]],
  ]
}

function takenOut({ object }: Asked, terms: Terms) {
  const out = [
    ...(terms.personal.is === "redact" ? object.personal : []),
    ...(terms.attribution === "hidden" ? object.sources : []),
  ]
  return out.map(({ path, what }) => ({ path, what }))
}

function without(asked: Asked, terms: Terms, reasons: ReleaseReason[]): Decision {
  const what = takenOut(asked, terms)
  return what.length === 0 ? { is: "release", reasons } : { is: "redact", what, reasons }
}
