// @ts-check
// The picture of a neighbourhood. The page already says everything as lists; this draws it, lets it grow and be
// arranged, and keeps lists and picture in step. Words come from the server: in the data, or in the page's markup.
import { savePng, saveSvg } from "./graph-export.js"
import { arrange, towards } from "./graph-layout.js"
import { placeNames, styleOf } from "./graph-style.js"

/** @typedef {{ id: string, type: string, name: string, word: string, kind: string, revoked: boolean, href: string, widen: string | null }} GraphNode */
/** @typedef {{ id: string, from: string, to: string, label: string, word: string }} GraphLine */
/** @typedef {{ nodes: GraphNode[], lines: GraphLine[], cut: boolean, parts: Record<string, string> }} Answer */
/** @typedef {import("cytoscape").Core} Core */

const container = /** @type {HTMLElement} */ (document.getElementById("graph"))
const centre = container.dataset.centre ?? ""
const layoutField = /** @type {HTMLSelectElement} */ (document.getElementById("graph-layout"))
const namesField = /** @type {HTMLInputElement} */ (document.getElementById("graph-names"))
/** Types and words that are not ticked; they stay so when the picture grows. */
const unticked = { type: new Set(), label: new Set() }
const FORCE_MOST = 150
const MARGIN = { x: 72, y: 40 }
const ZOOM_FIT = 1.2
/** @type {string | null} */
let chosen = null

try {
  await start()
} catch (error) {
  container.classList.add("failed")
  container.textContent = container.dataset.failed ?? ""
  throw error
}

async function start() {
  const [{ default: cytoscape }, answer] = await Promise.all([
    import(container.dataset.library ?? ""),
    load(location.search),
  ])
  container.addEventListener("wheel", leaveWheel, { capture: true, passive: true })
  /** @type {Core} */
  const cy = cytoscape({
    container,
    style: styleOf(container),
    elements: [],
    minZoom: 0.05,
    maxZoom: 4,
    boxSelectionEnabled: false,
    autounselectify: true,
  })
  add(cy, answer, null)
  if (answer.nodes.length > FORCE_MOST) layoutField.value = "rings"
  arrangeAll(cy, true)
  listen(cy)
  container.dataset.drawn = String(answer.nodes.length)
}

/** @param {string} query @returns {Promise<Answer>} */
async function load(query) {
  const answer = await fetch(`${container.dataset.graph}${query}`, { headers: { accept: "application/json" } })
  if (!answer.ok || answer.redirected) throw new Error(`the graph was answered with ${answer.status}`)
  return answer.json()
}

/** The wheel scrolls the page unless somebody works in the picture. @param {WheelEvent} event */
function leaveWheel(event) {
  if (!event.ctrlKey && !event.metaKey && document.activeElement !== container) event.stopImmediatePropagation()
}

/** Ids of lines are set apart: a relationship may also be an object of the picture. @param {GraphLine} line */
function lineData({ id, from, to, label, word }) {
  return { id: `line ${id}`, line: id, source: from, target: to, label, word }
}

/** Takes in what is new; new objects begin around the one whose neighbours they are.
 * @param {Core} cy @param {Answer} answer @param {string | null} around */
function add(cy, { nodes, lines }, around) {
  const from = around === null ? null : cy.getElementById(around).position()
  const fresh = nodes.filter(({ id }) => cy.getElementById(id).empty())
  cy.batch(() => {
    for (const node of nodes) cy.getElementById(node.id).data(node)
    fresh.forEach((node, at) => {
      const angle = (2 * Math.PI * at) / fresh.length
      const position =
        from === null ? { x: at, y: at } : { x: from.x + 80 * Math.cos(angle), y: from.y + 80 * Math.sin(angle) }
      cy.add({ group: "nodes", data: { ...node }, position, classes: node.revoked ? "revoked" : "" })
    })
    for (const line of lines) {
      const data = lineData(line)
      if (cy.getElementById(data.id).empty()) cy.add({ group: "edges", data })
    }
    cy.getElementById(centre).addClass("centre")
  })
  filter(cy)
}

/** @param {Core} cy @param {boolean} fresh */
function arrangeAll(cy, fresh) {
  arrange(cy, layoutField.value, centre, fresh)
  fit(cy)
}

/** Everything, with room for names at the sides; a few objects are not blown up to fill the picture. @param {Core} cy */
function fit(cy) {
  const { x1, y1, w, h } = cy.nodes("[!hidden]").boundingBox({ includeLabels: false })
  const room = [(cy.width() - 2 * MARGIN.x) / w, (cy.height() - 2 * MARGIN.y) / h]
  const zoom = Math.max(cy.minZoom(), Math.min(ZOOM_FIT, ...room))
  const pan = { x: cy.width() / 2 - zoom * (x1 + w / 2), y: cy.height() / 2 - zoom * (y1 + h / 2) }
  cy.viewport({ zoom, pan })
}

/** @param {Core} cy @param {number} factor */
function zoom(cy, factor) {
  cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } })
}

/** @param {Core} cy */
function listen(cy) {
  let waiting = false
  const names = () => {
    if (waiting) return
    waiting = true
    requestAnimationFrame(() => {
      waiting = false
      placeNames(cy, namesField.checked)
    })
  }
  cy.on("zoom pan resize layoutstop position", names)
  container.addEventListener("names", names)
  names()
  cy.on("tap", (event) => choose(cy, event.target === cy || !event.target.isNode() ? null : event.target.id()))
  cy.on("dbltap", "node", (event) => void widen(cy, event.target.id()))
  cy.on("dragfree", "node", (event) => pin(event.target))
  cy.on("mouseover", (event) => event.target !== cy && event.target.addClass("pointed"))
  cy.on("mouseout", (event) => event.target !== cy && event.target.removeClass("pointed"))
  container.addEventListener("keydown", (event) => onKey(cy, event))
  namesField.addEventListener("change", names)
  layoutField.addEventListener("change", () => arrangeAll(cy, true))
  document.addEventListener("click", (event) => onClick(cy, event))
  document.addEventListener("focusin", (event) => onFocus(cy, event))
  document.addEventListener("change", (event) => onTick(cy, event))
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(styleOf(container)))
}

/** What was put somewhere by hand stays there. @param {import("cytoscape").NodeSingular} node */
function pin(node) {
  node.addClass("pinned")
  releaseButton().disabled = false
}

function releaseButton() {
  return /** @type {HTMLButtonElement} */ (document.querySelector("[data-act=release]"))
}

/** @param {Core} cy @param {MouseEvent} event */
function onClick(cy, event) {
  const target = event.target instanceof Element ? event.target : null
  const more = target?.closest("a[data-open]")
  if (more instanceof HTMLElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault()
    void widen(cy, more.dataset.open ?? "")
  }
  const act = target?.closest("[data-act]")
  if (act instanceof HTMLElement) void acts[act.dataset.act ?? ""]?.(cy)
}

/** @type {Record<string, (cy: Core) => unknown>} */
const acts = {
  in: (cy) => zoom(cy, 1.3),
  out: (cy) => zoom(cy, 1 / 1.3),
  fit,
  widen: (cy) => chosen !== null && widen(cy, chosen),
  png: (cy) => savePng(cy, container),
  svg: (cy) => saveSvg(cy, container),
  release(cy) {
    cy.nodes().removeClass("pinned")
    releaseButton().disabled = true
    arrangeAll(cy, false)
  },
}

/** @param {Core} cy @param {KeyboardEvent} event */
function onKey(cy, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const act = { "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.fit }[event.key]
  const next = towards(cy, chosen ?? centre, event.key)
  if (act !== undefined) act(cy)
  else if (next !== null) choose(cy, chosen === null ? centre : next)
  else if (event.key === "Enter" && chosen !== null) void widen(cy, chosen)
  else if (event.key === "Escape" && chosen !== null) choose(cy, null)
  else return
  event.preventDefault()
  event.stopPropagation()
}

/** Who walks through the list sees in the picture where that object is. @param {Core} cy @param {FocusEvent} event */
function onFocus(cy, event) {
  const item = event.target instanceof Element ? event.target.closest("#graph-list [data-node]") : null
  if (item instanceof HTMLElement && item.dataset.node !== chosen) choose(cy, item.dataset.node ?? null)
}

/** @param {Core} cy @param {Event} event */
function onTick(cy, event) {
  if (!(event.target instanceof HTMLInputElement)) return
  for (const of of /** @type {const} */ (["type", "label"])) {
    const value = event.target.dataset[of]
    if (value === undefined) continue
    if (event.target.checked) unticked[of].delete(value)
    else unticked[of].add(value)
    filter(cy)
  }
}

/** Hides what is not ticked, and what then hangs on nothing. @param {Core} cy */
function filter(cy) {
  cy.batch(() => {
    cy.nodes().forEach((node) => void node.data("hidden", node.id() !== centre && unticked.type.has(node.data("type"))))
    cy.edges().forEach((edge) => {
      const ends = edge.source().data("hidden") || edge.target().data("hidden")
      edge.data("hidden", ends || unticked.label.has(edge.data("label")))
    })
    cy.nodes().forEach((node) => {
      const loose = node.connectedEdges("[!hidden]").empty()
      if (loose && node.id() !== centre) node.data("hidden", true)
    })
  })
  keepLists(cy)
  container.dispatchEvent(new Event("names"))
}

/** The lists show what the picture shows. @param {Core} cy */
function keepLists(cy) {
  for (const item of document.querySelectorAll("[data-node], [data-line]")) {
    if (!(item instanceof HTMLElement)) continue
    const { node, line } = item.dataset
    item.hidden = cy.getElementById(node ?? `line ${line}`).data("hidden")
  }
  for (const group of document.querySelectorAll(".graph-group")) {
    if (group instanceof HTMLElement) group.hidden = group.querySelector("li:not([hidden])") === null
  }
  for (const box of document.querySelectorAll("[data-type], [data-label]")) {
    if (!(box instanceof HTMLInputElement)) continue
    box.checked = !unticked.type.has(box.dataset.type) && !unticked.label.has(box.dataset.label)
  }
  const count = document.getElementById("graph-count")
  const { format } = new Intl.NumberFormat(document.documentElement.lang)
  const values = {
    shown: cy.nodes("[!hidden]").length,
    all: cy.nodes().length,
    lines: cy.edges("[!hidden]").length,
  }
  if (count === null) return
  count.textContent = Object.entries(values).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, format(value)),
    count.dataset.text ?? "",
  )
}

/** @param {Core} cy @param {string | null} id */
function choose(cy, id) {
  const node = cy.getElementById(id ?? "")
  chosen = node.empty() ? null : id
  cy.batch(() => {
    cy.elements().removeClass("chosen near")
    if (chosen === null) return
    node.addClass("chosen")
    node.connectedEdges().addClass("near")
  })
  if (chosen !== null) bringIntoView(cy, node)
  tell(chosen === null ? null : node.data())
  container.dispatchEvent(new Event("names"))
}

/** @param {Core} cy @param {import("cytoscape").CollectionReturnValue} node */
function bringIntoView(cy, node) {
  const { x, y } = node.renderedPosition()
  if (x < 20 || y < 20 || x > cy.width() - 20 || y > cy.height() - 30) cy.center(node)
}

const LINES_MOST = 30

/** Beside the picture: what was chosen, and its relations as the list says them. @param {GraphNode | null} node */
function tell(node) {
  const slot = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (document.querySelector(`#graph-chosen [data-slot=${name}]`))
  slot("none").hidden = node !== null
  slot("one").hidden = node === null
  for (const item of document.querySelectorAll("#graph-list .at")) item.classList.remove("at")
  if (node === null) return
  const name = /** @type {HTMLAnchorElement} */ (slot("name"))
  name.href = node.href
  name.textContent = node.name
  slot("word").textContent = node.word
  const button = document.querySelector("#graph-chosen [data-act=widen]")
  if (button instanceof HTMLButtonElement) button.disabled = node.widen === null
  document.querySelector(`#graph-list [data-node="${CSS.escape(node.id)}"]`)?.classList.add("at")
  const about = [...document.querySelectorAll("#graph-list [data-line]:not([hidden])")].filter(
    (line) => line instanceof HTMLElement && (line.dataset.from === node.id || line.dataset.to === node.id),
  )
  slot("lines").replaceChildren(...about.slice(0, LINES_MOST).map((line) => line.cloneNode(true)))
  for (const copy of slot("lines").children) copy.removeAttribute("data-line")
}

/** Asks for the neighbours of one more object; the address then holds what is shown, to be sent to a colleague.
 * @param {Core} cy @param {string} id */
async function widen(cy, id) {
  const address = cy.getElementById(id).data("widen")
  if (typeof address !== "string" || container.ariaBusy === "true") return
  container.ariaBusy = "true"
  try {
    const answer = await load(`${new URL(address, location.href).search}&lists=yes`)
    history.replaceState(null, "", address)
    const focused = document.activeElement?.closest("[data-node]") !== null
    replaceParts(answer.parts)
    add(cy, answer, id)
    arrangeAll(cy, false)
    choose(cy, id)
    if (focused) focusInList(id)
    container.dataset.drawn = String(answer.nodes.length)
  } finally {
    container.ariaBusy = "false"
  }
}

/** Markup of the page's own templates, in which every text from outside is escaped; a parsed document runs nothing.
 * @param {Record<string, string>} parts */
function replaceParts(parts) {
  for (const [id, markup] of Object.entries(parts)) {
    const { body } = new DOMParser().parseFromString(markup, "text/html")
    document.getElementById(id)?.replaceChildren(...body.childNodes)
  }
}

/** @param {string} id */
function focusInList(id) {
  const link = document.querySelector(`#graph-list [data-node="${CSS.escape(id)}"] a`)
  if (link instanceof HTMLElement) link.focus({ preventScroll: true })
}
