import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { geoPath } from "d3-geo"
import { feature } from "topojson-client"
import type { GeometryCollection, Topology } from "topojson-specification"
import { HEIGHT, projection, WIDTH } from "../../src/http/land.ts"

/** Points nearer to each other than this, in units of the picture, are one. */
const NEAR = 0.7
/** Islands smaller than this are left out; a dot that stands on one still stands there. */
const SMALL = 0.9

type Point = readonly [x: number, y: number]

/**
 * `web/land.svg`: the outline of land at 1:50m (Natural Earth, by way of world-atlas), without borders. Used by
 * reference, so that it takes the colours of the page. `npm run land` writes it anew.
 */
export function landPicture(): string {
  const file = createRequire(import.meta.url).resolve("world-atlas/land-50m.json")
  const topology = JSON.parse(readFileSync(file, "utf8")) as Topology<{ land: GeometryCollection }>
  const clipped = projection.clipExtent([
    [0, 0],
    [WIDTH, HEIGHT],
  ])
  const path = geoPath(clipped).digits(1)(feature(topology, topology.objects.land)) ?? ""
  const rings = path.split("Z").map(pointsOf).map(thinned).filter(isSeen)
  const shape = rings.map((ring) => `M${ring.map((point) => point.join(",")).join("L")}Z`).join("")
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}"><path id="land" d="${shape}"/></svg>\n`
}

function pointsOf(ring: string): Point[] {
  return [...ring.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)])
}

function thinned(ring: readonly Point[]): Point[] {
  const kept: Point[] = []
  for (const point of ring) {
    const last = kept.at(-1)
    if (last === undefined || Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR) kept.push(point)
  }
  return kept
}

function isSeen(ring: readonly Point[]): boolean {
  const extent = (axis: 0 | 1) => {
    const values = ring.map((point) => point[axis])
    return Math.max(...values) - Math.min(...values)
  }
  return ring.length > 2 && Math.max(extent(0), extent(1)) >= SMALL
}

if (import.meta.main) writeFileSync(new URL("../../web/land.svg", import.meta.url), landPicture())
