import { type Html, html, section, type Translate } from "../../http/index.ts"
import type { Learners, RunRole } from "../runs/model.ts"

/** What is known of a match that is explained; numbers are written as people read them, null where nobody knows yet. */
export type Pictured = {
  learners: Learners
  /** At which side of it we are. */
  role: RunRole
  /** Items of ours that are used, and the size of it that the partner sees. */
  used: string | null
  padded: string | null
  common: string | null
}

const WIDTH = 360
const HEIGHT = 284
const MIDDLE = 126
const RADIUS = 96
/** Of the two circles, and so where the middles of their three parts are. */
const LEFT = 136
const RIGHT = WIDTH - LEFT
const ONLY_LEFT = 84
const ONLY_RIGHT = WIDTH - ONLY_LEFT
/** Room for words in each part. */
const ROOM = { only: 72, common: 80, below: 156 } as const
const LINE = 16

/**
 * What the partner will and will not learn: two lists that overlap. It says nothing that the list beside it does not
 * say, so it is hidden from screen readers.
 */
function picture(t: Translate, shown: Pictured): Html {
  const only = t("match.picture-hidden")
  const below = { left: seenOfOurs(t, shown), right: t("match.picture-their-size") }
  return html`<figure class="overlap"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
<defs><pattern id="hidden" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V7"/></pattern></defs>
${circle(LEFT)}${circle(RIGHT)}<path class="common" d="${lens()}"/>
${words(t("match.picture-ours"), { x: LEFT - 24, y: 20, room: 150, kind: "name" })}${words(t("match.picture-theirs"), { x: RIGHT + 24, y: 20, room: 150, kind: "name" })}
${words(only, { x: ONLY_LEFT, y: MIDDLE, room: ROOM.only, kind: "plain" })}${words(only, { x: ONLY_RIGHT, y: MIDDLE, room: ROOM.only, kind: "plain" })}
${inside(t, shown)}
<path class="edge" d="M${LEFT - 24} ${MIDDLE + RADIUS + 2}v10M${RIGHT + 24} ${MIDDLE + RADIUS + 2}v10"/>
${words(below.left, { x: 4 + ROOM.below / 2, y: 258, room: ROOM.below, kind: "quiet" })}${words(below.right, { x: WIDTH - 4 - ROOM.below / 2, y: 258, room: ROOM.below, kind: "quiet" })}
</svg><figcaption>${t("match.picture-caption")}</figcaption></figure>`
}

function circle(x: number): Html {
  return html`<circle class="paper" cx="${x}" cy="${MIDDLE}" r="${RADIUS}"/><circle class="list-of" fill="url(#hidden)" cx="${x}" cy="${MIDDLE}" r="${RADIUS}"/>`
}

/** The part that both circles have. */
function lens(): string {
  const half = Math.sqrt(RADIUS ** 2 - (WIDTH / 2 - LEFT) ** 2)
  const [top, bottom] = [MIDDLE - half, MIDDLE + half].map((y) => Math.round(y * 10) / 10)
  return `M${WIDTH / 2} ${top}A${RADIUS} ${RADIUS} 0 0 1 ${WIDTH / 2} ${bottom}A${RADIUS} ${RADIUS} 0 0 1 ${WIDTH / 2} ${top}z`
}

/** First how many, then, if both say yes, which ones. */
function inside(t: Translate, { learners, role, common }: Pictured): Html {
  const at = { x: WIDTH / 2, room: ROOM.common }
  const which = words(whichText(t, learners, role), { ...at, y: MIDDLE + 30, kind: "inside" })
  if (common === null)
    return html`${words(t("match.picture-first"), { ...at, y: MIDDLE - 26, kind: "inside" })}${which}`
  const figure = words(common, { ...at, y: MIDDLE - 34, kind: "figure" })
  return html`${figure}${words(t("match.picture-common"), { ...at, y: MIDDLE - 12, kind: "inside" })}${which}`
}

function whichText(t: Translate, learners: Learners, role: RunRole): string {
  if (learners === "both") return t("match.picture-then")
  if (learners === "none") return t("match.picture-then-none")
  return learners === role ? t("match.picture-then-us") : t("match.picture-then-them")
}

function seenOfOurs(t: Translate, { padded }: Pictured): string {
  return padded === null ? t("match.picture-size") : t("match.picture-size-is", { size: padded })
}

type Placed = { x: number; y: number; room: number; kind: "name" | "plain" | "quiet" | "inside" | "figure" }

/** Words around a point, in as many lines as the room wants. */
function words(text: string, { x, y, room, kind }: Placed): Html {
  const lines = wrapped(text, room)
  const first = y - ((lines.length - 1) * LINE) / 2 + 4
  return html`<text class="${kind}" text-anchor="middle">${lines.map((line, i) => html`<tspan x="${x}" y="${Math.round(first + i * LINE)}">${line}</tspan>`)}</text>`
}

/** About how wide signs are, at 13 px: those of Chinese as wide as high. */
const WIDE = 13
const NARROW = 7.2

/** Cuts between words, and in scripts without blanks between signs, but not before a closing one. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = []
  let line = ""
  for (const part of text.match(/[\u2e80-\uffef][、。，；：）」』]*|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? []) {
    if (line !== "" && widthOf(line + part.trimEnd()) > room) {
      lines.push(line.trimEnd())
      line = ""
    }
    line += part
  }
  return [...lines, line.trimEnd()]
}

function widthOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (sign >= "\u2e80" ? WIDE : NARROW), 0)
}

export type Explained = Pictured & { partner: string }

/** The picture, and beside it the same in sentences, with what it cannot show. */
export function explained(t: Translate, shown: Pictured): Html {
  return html`<div class="explained">${picture(t, shown)}<div>${sentences(t, shown)}</div></div>`
}

function sentences(t: Translate, { learners, role, padded }: Pictured): Html {
  const size = padded === null ? t("match.will-size") : t("match.will-size-is", { size: padded })
  const which = {
    both: t("match.will-both"),
    none: t("match.will-none"),
    us: t("match.will-us"),
    them: t("match.will-them"),
  }[learners === "both" || learners === "none" ? learners : learners === role ? "us" : "them"]
  const will = [t("match.will-part"), size, t("match.will-count"), which]
  const not = [t("match.not-rest"), t("match.not-which"), t("match.not-scope")]
  const items = (list: readonly string[]) => html`<ul>${list.map((text) => html`<li>${text}</li>`)}</ul>`
  return html`${section(t("match.will"), items(will))}${section(t("match.will-not"), items(not))}`
}
