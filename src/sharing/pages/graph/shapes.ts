import { type Html, html } from "../../../http/index.ts"
import { isObservable } from "../../../stix/index.ts"

/** What an object is to somebody who looks at a picture; each kind has its shape, so that colour is never needed. */
export type Kind = "party" | "place" | "threat" | "means" | "sign" | "fact" | "event" | "text" | "defence" | "other"

/** How strongly a kind is drawn; the colours are the stylesheet's. */
type Tone = "strong" | "accent" | "plain"

/** Corners from -1 to 1, x and y in turn, clockwise; null for a circle. */
type Shape = { points: readonly number[] | null; tone: Tone }

/** One drawing for the picture, its export and the list beside it. */
export const shapes: Readonly<Record<Kind, Shape>> = {
  party: { points: null, tone: "plain" },
  place: { points: [-0.9, -0.8, 0.9, -0.8, 0, 1], tone: "plain" },
  threat: { points: [-0.5, -0.9, 0.5, -0.9, 1, 0, 0.5, 0.9, -0.5, 0.9, -1, 0], tone: "strong" },
  means: { points: [0, -1, 1, 0.8, -1, 0.8], tone: "strong" },
  sign: { points: [0, -1, 1, 0, 0, 1, -1, 0], tone: "accent" },
  fact: { points: [-0.8, -0.8, 0.8, -0.8, 0.8, 0.8, -0.8, 0.8], tone: "accent" },
  event: { points: star(), tone: "accent" },
  text: { points: [-0.7, -0.95, 0.25, -0.95, 0.7, -0.5, 0.7, 0.95, -0.7, 0.95], tone: "plain" },
  defence: { points: [-0.85, -0.85, 0.85, -0.85, 0.85, 0.15, 0, 1, -0.85, 0.15], tone: "plain" },
  other: { points: [-0.4, -1, 0.4, -1, 1, -0.4, 1, 0.4, 0.4, 1, -0.4, 1, -1, 0.4, -1, -0.4], tone: "plain" },
}

function star(): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const [radius, angle] = [i % 2 === 0 ? 1 : 0.45, (Math.PI * i) / 5]
    return [radius * Math.sin(angle), -radius * Math.cos(angle)].map((one) => Math.round(one * 1000) / 1000)
  }).flat()
}

const kinds: Readonly<Record<string, Kind>> = {
  "attack-pattern": "means",
  campaign: "threat",
  "course-of-action": "defence",
  grouping: "text",
  identity: "party",
  incident: "event",
  indicator: "sign",
  infrastructure: "means",
  "intrusion-set": "threat",
  location: "place",
  malware: "means",
  "malware-analysis": "text",
  note: "text",
  "observed-data": "fact",
  opinion: "text",
  report: "text",
  sighting: "event",
  "threat-actor": "threat",
  tool: "means",
  vulnerability: "means",
}

export function kindOf(type: string): Kind {
  if (isObservable(type)) return "fact"
  return (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? "other"
}

/** The shape beside its word. */
export function swatch(kind: Kind): Html {
  const { points, tone } = shapes[kind]
  const form =
    points === null ? html`<circle r="1"/>` : html`<polygon points="${points.map((one) => String(one)).join(" ")}"/>`
  return html`<svg class="shape ${tone}" width="16" height="16" viewBox="-1.25 -1.25 2.5 2.5" aria-hidden="true">${form}</svg>`
}
