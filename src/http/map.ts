import { asset } from "./assets.ts"
import { type Html, html, nothing, type Piece } from "./html.ts"
import { HEIGHT, project, WIDTH } from "./land.ts"
import { visibleText } from "./visible.ts"

/** A dot: where, what it is called, and the page behind it. The own one is drawn before the others are. */
export type Dot = { longitude: number; latitude: number; label: string; href?: string; kind: "own" | "known" }

const RADIUS = { own: 6, known: 4 } as const

/**
 * The outline of land and dots, no borders; the same names stand as a list beside it, so the picture is hidden from
 * screen readers. Names of close dots would lie on each other: the picture names the own one alone.
 */
export function map(dots: readonly Dot[], caption: Piece): Html {
  const drawn = dots.flatMap((dot) => {
    const at = project(dot.longitude, dot.latitude)
    return at === null ? [] : [{ dot, at }]
  })
  const circles = drawn.map(
    ({ dot, at }) =>
      html`<circle class="dot ${dot.kind}" cx="${at.x}" cy="${at.y}" r="${RADIUS[dot.kind]}"><title>${visibleText(dot.label)}</title></circle>`,
  )
  const names = drawn
    .filter(({ dot }) => dot.kind === "own")
    .map(({ dot, at }) => {
      const end = at.x > WIDTH * 0.75
      return html`<text class="dot-name" x="${at.x + (end ? -10 : 10)}" y="${at.y + 4}" text-anchor="${end ? "end" : "start"}">${visibleText(dot.label)}</text>`
    })
  return html`<figure class="map"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><use class="land" href="${asset("land.svg")}#land"/>${circles}${names}</svg><figcaption>${caption ?? nothing}</figcaption></figure>`
}
