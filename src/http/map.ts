import { asset } from "./assets.ts"
import { type Html, html, nothing, type Piece } from "./html.ts"
import { HEIGHT, project, WIDTH } from "./land.ts"
import type { State } from "./pieces.ts"
import { visibleText } from "./visible.ts"

/**
 * A dot: where, what it is called, and the page behind it. The own one is drawn before the others are; a state has its
 * shape beside its colour.
 */
export type Dot = { longitude: number; latitude: number; label: string; href?: string; kind: "own" | "known" | State }

const RADIUS = { own: 6, known: 4 } as const
/** Around the middle of a dot, in the units of the picture. */
const SHAPES: Readonly<Record<State, string>> = {
  open: "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
  conditional: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0zM0-4a4 4 0 0 1 0 8z",
  closed: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  unknown: "M-2.5-2.5 2.5 2.5M-2.5 2.5 2.5-2.5",
}

/**
 * The outline of land and dots, no borders; the same names stand as a list beside it, so the picture is hidden from
 * screen readers. Names of close dots would lie on each other: the picture names the own one alone.
 */
export function map(dots: readonly Dot[], caption: Piece): Html {
  const drawn = dots.flatMap((dot) => {
    const at = project(dot.longitude, dot.latitude)
    return at === null ? [] : [{ dot, at }]
  })
  const names = drawn
    .filter(({ dot }) => dot.kind === "own")
    .map(({ dot, at }) => {
      const end = at.x > WIDTH * 0.75
      return html`<text class="dot-name" x="${at.x + (end ? -10 : 10)}" y="${at.y + 4}" text-anchor="${end ? "end" : "start"}">${visibleText(dot.label)}</text>`
    })
  return html`<figure class="map"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><use class="land" href="${asset("land.svg")}#land"/>${drawn.map(drawnDot)}${names}</svg><figcaption>${caption ?? nothing}</figcaption></figure>`
}

function drawnDot({ dot: { kind, label }, at: { x, y } }: { dot: Dot; at: { x: number; y: number } }): Html {
  const title = html`<title>${visibleText(label)}</title>`
  if (kind === "own" || kind === "known") {
    return html`<circle class="dot ${kind}" cx="${x}" cy="${y}" r="${RADIUS[kind]}">${title}</circle>`
  }
  return html`<g transform="translate(${x} ${y})"><path class="sign ${kind}" d="${SHAPES[kind]}">${title}</path></g>`
}

/** The shape of a state as the map draws it, for the words beside the map. */
export function mapSign(kind: State): Html {
  return html`<svg class="map-sign" viewBox="-6 -6 12 12" width="14" height="14" aria-hidden="true"><path class="sign ${kind}" d="${SHAPES[kind]}"/></svg>`
}
