import { geoNaturalEarth1 } from "d3-geo"

/** The picture of the map, in its own units; the south of 58° is left out, where there are no parties. */
export const WIDTH = 960
export const HEIGHT = 440
const MARGIN = 6
const SOUTH = -58

/** Natural Earth's own projection: no place is made to look large. `web/land.svg` is drawn with it. */
export const projection = geoNaturalEarth1().fitExtent(
  [
    [MARGIN, MARGIN],
    [WIDTH - MARGIN, HEIGHT - MARGIN],
  ],
  {
    type: "MultiPoint",
    coordinates: [
      [-180, 0],
      [180, 0],
      [0, 83.7],
      [0, SOUTH],
    ],
  },
)

/** Where a place stands in the picture; null for one that is not in it. Degrees. */
export function project(longitude: number, latitude: number): { x: number; y: number } | null {
  const at = latitude < SOUTH ? null : projection([longitude, latitude])
  return at === null ? null : { x: round(at[0]), y: round(at[1]) }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
