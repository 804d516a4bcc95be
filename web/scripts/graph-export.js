// @ts-check
// The picture as a file: everything that is shown, in the proportions of the screen. Names become text nodes, so
// nothing in them is markup.
import { colours, shapesOf, toneOf } from "./graph-style.js"

/** @typedef {import("cytoscape").Core} Core */

const SVG = "http://www.w3.org/2000/svg"
const MARGIN = 24
const PIXELS_MOST = 8000

/** @param {Core} cy @param {HTMLElement} container */
export async function savePng(cy, container) {
  const blob = await cy.png({
    output: "blob-promise",
    full: true,
    scale: 2 * cy.zoom(),
    maxWidth: PIXELS_MOST,
    maxHeight: PIXELS_MOST,
    bg: colours(container).page,
  })
  save(blob, `${container.dataset.file}.png`)
}

/** @param {Core} cy @param {HTMLElement} container */
export function saveSvg(cy, container) {
  const text = new XMLSerializer().serializeToString(drawingOf(cy, container))
  save(new Blob([text], { type: "image/svg+xml" }), `${container.dataset.file}.svg`)
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** @param {Core} cy @param {HTMLElement} container */
function drawingOf(cy, container) {
  const zoom = cy.zoom()
  const palette = colours(container)
  const shown = cy.elements("[!hidden]")
  const box = shown.renderedBoundingBox({ includeLabels: true })
  const [left, top] = [box.x1 - MARGIN, box.y1 - MARGIN]
  const [width, height] = [Math.ceil(box.w + 2 * MARGIN), Math.ceil(box.h + 2 * MARGIN)]
  const at = (/** @type {{ x: number, y: number }} */ { x, y }) => {
    const { x: panX, y: panY } = cy.pan()
    return { x: x * zoom + panX - left, y: y * zoom + panY - top }
  }
  const font = getComputedStyle(container).fontFamily
  const root = element("svg", {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": font,
    "font-size": 12,
  })
  root.append(element("rect", { width, height, fill: palette.page }))
  for (const edge of shown.edges().toArray()) root.append(...lineOf(edge, at, palette))
  const shapes = shapesOf(container)
  for (const node of shown.nodes().toArray()) root.append(...objectOf(node, at, zoom, shapes, palette))
  return root
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) if (key !== "xmlns") made.setAttribute(key, String(value))
  if (text !== undefined) made.textContent = text
  return made
}

/** @typedef {(point: { x: number, y: number }) => { x: number, y: number }} Place */
/** @typedef {ReturnType<typeof colours>} Palette */

/** A line with its head; the word is its title, and stands beside it where it is shown on the screen.
 * @param {import("cytoscape").EdgeSingular} edge @param {Place} at @param {Palette} palette */
function lineOf(edge, at, { edge: colour, accent, text }) {
  const [from, to, middle] = [at(edge.sourceEndpoint()), at(edge.targetEndpoint()), at(edge.midpoint())]
  const stroke = edge.hasClass("near") ? accent : colour
  // A curve through the middle that Cytoscape drew: the control point of a quadratic curve lies twice as far out.
  const control = { x: 2 * middle.x - (from.x + to.x) / 2, y: 2 * middle.y - (from.y + to.y) / 2 }
  const line = element("path", {
    d: `M${spot(from)} Q${spot(control)} ${spot(to)}`,
    fill: "none",
    stroke,
    "stroke-width": edge.hasClass("near") ? 2 : 1,
  })
  line.append(element("title", {}, edge.data("word")))
  const angle = Math.atan2(to.y - control.y, to.x - control.x)
  const corner = (/** @type {number} */ turn) =>
    spot({ x: to.x - 7 * Math.cos(angle + turn), y: to.y - 7 * Math.sin(angle + turn) })
  const head = element("path", { d: `M${spot(to)} L${corner(0.4)} L${corner(-0.4)}Z`, fill: stroke })
  const word = edge.hasClass("worded")
    ? [
        element(
          "text",
          { x: round(middle.x), y: round(middle.y), "text-anchor": "middle", fill: text },
          edge.data("word"),
        ),
      ]
    : []
  return [line, head, ...word]
}

/** @param {import("cytoscape").NodeSingular} node @param {Place} at @param {number} zoom
 * @param {ReturnType<typeof shapesOf>} shapes @param {Palette} palette */
function objectOf(node, at, zoom, shapes, palette) {
  const { x, y } = at(node.position())
  const { points, tone } = shapes[node.data("kind")] ?? { points: null, tone: "plain" }
  const { fill, border } = toneOf(tone, palette)
  const radius = (node.width() * zoom) / 2
  const look = {
    fill,
    stroke: border,
    "stroke-width": 1.5,
    ...(node.hasClass("revoked") ? { "fill-opacity": 0.25, "stroke-dasharray": "3 2" } : {}),
  }
  const corners = points?.map((one, i) => round((i % 2 === 0 ? x : y) + one * radius)).join(" ")
  const shape =
    corners === undefined
      ? element("circle", { cx: round(x), cy: round(y), r: round(radius), ...look })
      : element("polygon", { points: corners, ...look })
  shape.append(element("title", {}, `${node.data("name")} · ${node.data("word")}`))
  if (!node.hasClass("named")) return [shape]
  const written = {
    x: round(x),
    y: round(node.hasClass("above") ? y - radius - 5 : y + radius + 14),
    "text-anchor": "middle",
    fill: palette.text,
    stroke: palette.page,
    "stroke-width": 3,
    "paint-order": "stroke",
    "font-weight": node.hasClass("centre") ? "bold" : "normal",
  }
  return [shape, element("text", written, shortened(node.data("name")))]
}

/** @param {string} name */
function shortened(name) {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name
}

/** @param {{ x: number, y: number }} point */
function spot({ x, y }) {
  return `${round(x)} ${round(y)}`
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10
}
