// @ts-check
// How a picture looks: the colours of the page, the shapes that the server names, and which names find room.

/** @typedef {import("cytoscape").Core} Core */
/** @typedef {{ points: number[] | null, tone: "strong" | "accent" | "plain" }} Shape */

/** Sizes as they appear on the screen, whatever the zoom. */
const TEXT = 12
const NAME_MOST = 132
const NODE = 24
const NODE_LEAST = 9

/** The page's colours as a canvas understands them: a custom property itself may hold a choice of two.
 * @param {HTMLElement} container */
export function colours(container) {
  const probe = document.createElement("span")
  container.append(probe)
  const read = (/** @type {string} */ name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const [text, quiet, edge, accent, page, rule] = [
    read("text"),
    read("quiet"),
    read("edge"),
    read("accent"),
    read("raised"),
    read("rule"),
  ]
  probe.remove()
  return { text, quiet, edge, accent, page, rule }
}

/** @param {HTMLElement} container @returns {Record<string, Shape>} */
export function shapesOf(container) {
  return JSON.parse(container.dataset.shapes ?? "{}")
}

/** Fill and border of a tone. @param {Shape["tone"]} tone @param {ReturnType<typeof colours>} palette */
export function toneOf(tone, { text, accent, quiet, page }) {
  if (tone === "strong") return { fill: text, border: text }
  return tone === "accent" ? { fill: accent, border: accent } : { fill: page, border: quiet }
}

/** @param {HTMLElement} container @returns {import("cytoscape").StylesheetJson} */
export function styleOf(container) {
  const palette = colours(container)
  const { text, edge, accent, page, quiet } = palette
  const kinds = Object.entries(shapesOf(container)).map(([kind, { points, tone }]) => {
    const { fill, border } = toneOf(tone, palette)
    const form = points === null ? { shape: "ellipse" } : { shape: "polygon", "shape-polygon-points": points.join(" ") }
    return { selector: `node[kind="${kind}"]`, style: { ...form, "background-color": fill, "border-color": border } }
  })
  const font = getComputedStyle(container).fontFamily
  const written = { "font-family": font, "text-outline-color": page, "text-events": "no", "min-zoomed-font-size": 0 }
  return /** @type {import("cytoscape").StylesheetJson} */ ([
    {
      selector: "node",
      style: {
        ...written,
        width: NODE,
        height: NODE,
        "border-width": 1.5,
        color: text,
        "text-valign": "bottom",
        "text-wrap": "ellipsis",
        "overlay-opacity": 0,
      },
    },
    ...kinds,
    { selector: "node.revoked", style: { "background-opacity": 0.25, "border-style": "dashed" } },
    { selector: "node.named", style: { label: "data(name)", "text-margin-y": 3 } },
    { selector: "node.above", style: { "text-valign": "top", "text-margin-y": -3 } },
    { selector: "node.pointed", style: { label: "data(name)", "text-margin-y": 3, "z-index": 20 } },
    { selector: "node.centre", style: { "font-weight": "bold" } },
    { selector: "node.pinned", style: { "border-style": "double", "border-width": 5 } },
    {
      selector: "node.chosen",
      style: { "outline-color": accent, "outline-width": 3, "outline-offset": 3, "outline-opacity": 1, "z-index": 10 },
    },
    {
      selector: "edge",
      style: {
        ...written,
        width: 1,
        "line-color": edge,
        "line-opacity": 0.6,
        "target-arrow-color": edge,
        "target-arrow-shape": "triangle",
        "arrow-scale": 0.7,
        "curve-style": "bezier",
        color: quiet,
        "overlay-opacity": 0,
      },
    },
    {
      selector: "edge.near",
      style: { width: 2, "line-color": accent, "line-opacity": 1, "target-arrow-color": accent, "z-index": 5 },
    },
    {
      selector: "edge.worded, edge.pointed",
      style: {
        label: "data(word)",
        color: text,
        "text-background-color": page,
        "text-background-opacity": 1,
        "text-background-padding": "3px",
        "z-index": 20,
      },
    },
    { selector: "[?hidden]", style: { display: "none" } },
  ])
}

/** @type {Map<string, number>} */
const widths = new Map()
const pen = document.createElement("canvas").getContext("2d")

/** @param {string} name @param {string} font */
function widthOf(name, font) {
  let width = widths.get(name)
  if (width === undefined) {
    if (pen !== null) pen.font = `${TEXT}px ${font}`
    width = Math.min(pen?.measureText(name).width ?? NAME_MOST, NAME_MOST)
    widths.set(name, width)
  }
  return width
}

/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */
const RELATIONS_NAMED = 12

/** Names keep their size on the screen, below or above their object; where one would cover another or an object, the
 * object with more relations is named. @param {Core} cy @param {boolean} wanted */
export function placeNames(cy, wanted) {
  const zoom = cy.zoom()
  const size = Math.max(NODE, NODE_LEAST / zoom)
  const ranked = cy
    .nodes("[!hidden]")
    .toArray()
    .sort((a, b) => rankOf(b) - rankOf(a))
  const taken = ranked.map((node) => boxAround(node, (size * zoom) / 2))
  const near = cy.edges(".near")
  const font = getComputedStyle(/** @type {HTMLElement} */ (cy.container())).fontFamily
  cy.batch(() => {
    cy.nodes().style(sizesAt(zoom, size))
    cy.edges().style({ "font-size": TEXT / zoom })
    cy.edges().removeClass("worded")
    if (near.length <= RELATIONS_NAMED) near.addClass("worded")
    for (const [at, node] of ranked.entries()) {
      const own = taken[at]
      const half = widthOf(node.data("name"), font) / 2 + 3
      const places = own === undefined ? [] : [false, true].map((above) => ({ above, box: nameBox(own, half, above) }))
      const free = places.find(({ box }) => !taken.some((one) => one !== own && overlap(one, box)))
      const must = node.hasClass("chosen") || node.hasClass("centre") ? places[0] : undefined
      const place = wanted ? (free ?? must) : node.hasClass("chosen") ? must : undefined
      node.toggleClass("named", place !== undefined)
      node.toggleClass("above", place?.above === true)
      if (place !== undefined) taken.push(place.box)
    }
  })
}

/** @param {number} zoom @param {number} size */
function sizesAt(zoom, size) {
  const name = { "text-max-width": `${NAME_MOST / zoom}px`, "text-outline-width": 2 / zoom }
  return { width: size, height: size, "font-size": TEXT / zoom, ...name }
}

/** @param {import("cytoscape").NodeSingular} node @param {number} half @returns {Box} */
function boxAround(node, half) {
  const { x, y } = node.renderedPosition()
  return { left: x - half, right: x + half, top: y - half, bottom: y + half }
}

/** @param {Box} body @param {number} half @param {boolean} above @returns {Box} */
function nameBox(body, half, above) {
  const middle = (body.left + body.right) / 2
  const top = above ? body.top - TEXT - 5 : body.bottom + 1
  return { left: middle - half, right: middle + half, top, bottom: top + TEXT + 4 }
}

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top
}

/** @param {import("cytoscape").NodeSingular} node */
function rankOf(node) {
  return (node.hasClass("chosen") ? 2e6 : 0) + (node.hasClass("centre") ? 1e6 : 0) + node.degree(false)
}
