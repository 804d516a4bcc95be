import type { Visit } from "../../accounts/index.ts"
import {
  type Column,
  type Dot,
  emptyState,
  errorSummary,
  type Fault,
  type Html,
  html,
  map,
  mapSign,
  nothing,
  type Reply,
  type Shown,
  section,
  selectField,
  table,
  visible,
} from "../../http/index.ts"
import { findPlace } from "../../kernel/places.ts"
import { type Best, type Query, reachOf, type Verdict, verdicts } from "../../law/index.ts"
import { addressOf } from "../asking.ts"
import { placesIn, regionChoices, regionCodes, WORLD } from "../regions.ts"
import { measureSelects, placeField } from "./finder-form.ts"
import { questionLine } from "./finder-page.ts"
import { deadline } from "./finding.ts"
import {
  finderHref,
  type Look,
  lookOf,
  type PathPageParts,
  placeLink,
  REACH,
  verdictMark,
  verdictWord,
} from "./look.ts"
import { readWithDefaults } from "./reading.ts"

type Sort = "verdict" | "place"
type Choice = { region: string; sort: Sort; fault: Fault | null }

/** From one place: whom it can reach by a measure, how fast, by what. */
export async function reachPage(parts: PathPageParts, visit: Visit): Promise<Reply> {
  const look = await lookOf(parts, visit)
  const { t } = visit
  const read = readWithDefaults(look, { to: "EU" })
  const choice = choiceOf(look)
  const faults = { ...read.faults, ...(choice.fault === null ? {} : { region: choice.fault }) }
  const asked = visit.ask.query.size > 0
  const form = filters(look, { t, given: { ...read.given, region: [choice.region] }, faults: asked ? faults : {} })
  const faulty = asked && Object.keys(faults).length > 0
  const found = read.query === null || faulty ? nothing : reached(look, read.query, choice)
  return visit.page({
    ...{ title: t("nav.reach"), place: "reach", ...(faulty ? { status: 400 } : {}) },
    body: html`${faulty ? errorSummary(t, faults) : nothing}<p>${t("path.reach-what")}</p>${form}${found}<p class="quiet">${t("path.not-advice")}</p>`,
  })
}

function choiceOf(look: Look): Choice {
  const { query } = look.visit.ask
  const asked = query.get("region") ?? WORLD
  const known = asked === "" || asked === WORLD || regionCodes(look).includes(asked)
  return {
    region: known && asked !== "" ? asked : WORLD,
    sort: query.get("sort") === "place" ? "place" : "verdict",
    fault: known ? null : { key: "path.no-region" },
  }
}

function filters(look: Look, shown: Shown): Html {
  const { t } = look.visit
  const regions = regionChoices(look, t("path.world"))
  return html`<form method="get" action="${REACH}" class="bar filters">${placeField(look, shown, "from")}${measureSelects(shown)}
${selectField(shown, { name: "region", label: t("path.region"), choices: regions })}<button>${t("path.show")}</button></form>`
}

function reached(look: Look, query: Query, { region, sort }: Choice): Html {
  const { t, format } = look.visit
  const found = reachOf(look.facts, query, placesIn(look.facts, region), look.refusals)
  const name = ({ place }: Best) => format.place(place)
  const rank = ({ finding }: Best) => (finding === null ? verdicts.length : verdicts.indexOf(finding.verdict))
  const rows = found.toSorted(
    (a, b) => (sort === "verdict" ? rank(a) - rank(b) : 0) || format.compare(name(a), name(b)),
  )
  const counts = verdicts.map(
    (verdict) =>
      html`<li>${verdictMark(look, verdict)} ${format.number(found.filter(({ finding }) => finding?.verdict === verdict).length)}</li>`,
  )
  const list = table({
    caption: t("nav.reach"),
    columns: columnsOf(look, query, { region, sort }),
    rows,
    empty: emptyState(t("path.nobody")),
  })
  return html`${questionLine(look, query)}<ul class="counts">${counts}</ul>${list}${section(t("path.on-map"), picture(look, query, found))}`
}

function columnsOf(look: Look, query: Query, { region, sort }: Omit<Choice, "fault">): Column<Best>[] {
  const { t } = look.visit
  const by = (wanted: Sort) => ({
    href: `${REACH}?${addressOf(query)}&${new URLSearchParams({ region, sort: wanted })}`,
    now: sort === wanted ? ("ascending" as const) : null,
  })
  return [
    { label: t("path.place"), kind: "name", sort: by("place"), cell: ({ place }) => placeLink(look, place) },
    {
      ...{ label: t("path.verdict"), sort: by("verdict") },
      cell: ({ finding }) => (finding === null ? t("path.none-recorded") : verdictMark(look, finding.verdict)),
    },
    {
      label: t("path.channel"),
      cell: ({ place, finding }) =>
        finding === null
          ? null
          : html`<a href="${finderHref({ ...query, to: place })}">${visible(look.speak.channel(finding.channel))}</a>`,
    },
    {
      ...{ label: t("path.first-deadline"), kind: "quiet" },
      cell: ({ finding }) => (finding === null ? null : deadline(look, query, finding)),
    },
    {
      ...{ label: t("path.use"), kind: "quiet", wide: true },
      cell: ({ finding }) => (finding === null ? null : t(`law.use.${finding.use}`)),
    },
  ]
}

/** Who is well reached is drawn last, above who is not. */
const DRAWN: readonly Verdict[] = ["closed", "unknown", "conditional", "open"]

function picture(look: Look, query: Query, found: readonly Best[]): Html {
  const { t, format } = look.visit
  const dots: Dot[] = DRAWN.flatMap((verdict) =>
    found
      .filter(({ finding }) => finding?.verdict === verdict)
      .flatMap(({ place }) => {
        const at = findPlace(place)
        const label = `${format.place(place)}: ${verdictWord(look, verdict)}`
        return at === null ? [] : [{ ...at, kind: verdict, label }]
      }),
  )
  const home = findPlace(query.from)
  const own: Dot[] = home === null ? [] : [{ ...home, kind: "own", label: format.place(query.from) }]
  const key = verdicts.map((verdict) => html`<li>${mapSign(verdict)} ${verdictWord(look, verdict)}</li>`)
  return html`<ul class="counts">${key}</ul>${map([...dots, ...own], t("overview.map-source"))}`
}
