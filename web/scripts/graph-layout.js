// @ts-check
// Where the objects of a picture stand. Nothing moves on its own: a layout is worked out, then shown. What was pinned
// by hand keeps its place in all of them.

/** @typedef {import("cytoscape").Core} Core */
/** @typedef {import("cytoscape").NodeSingular} Node */
/** @typedef {{ x: number, y: number }} Point */

const COLUMN = 140
const ROW = 76
const RING = 84
const ARC = 78
/** Names are wide, and so is the picture. */
const WIDER = 1.4

/** @param {Core} cy @param {string} layout @param {string} centre @param {boolean} fresh */
export function arrange(cy, layout, centre, fresh) {
  const pinned = cy.nodes(".pinned")
  pinned.lock()
  if (layout === "force") force(cy, centre, fresh)
  else place(layouts[layout] ?? grid, cy, centre)
  pinned.unlock()
}

/** @type {Record<string, (ranks: Node[][]) => Point[][]>} */
const layouts = { rings, levels }

/** @param {(ranks: Node[][]) => Point[][]} layout @param {Core} cy @param {string} centre */
function place(layout, cy, centre) {
  const ranks = layout === grid ? [cy.nodes("[!hidden]").toArray().sort(byKind)] : ranksOf(cy, centre)
  const places = layout(ranks).flat()
  cy.batch(() => {
    for (const [at, node] of ranks.flat().entries()) node.position(places[at] ?? { x: 0, y: 0 })
  })
}

/** The objects by their distance from the centre; within one distance near those they hang on, then by kind and name.
 * @param {Core} cy @param {string} centre @returns {Node[][]} */
function ranksOf(cy, centre) {
  /** @type {Node[][]} */
  const ranks = []
  const seen = new Set([centre])
  const isNew = (/** @type {Node} */ node) => !seen.has(node.id())
  const shown = cy.nodes("[!hidden]").toArray()
  let rank = shown.filter((node) => !isNew(node))
  while (rank.length > 0) {
    ranks.push(rank)
    rank = rank.flatMap((node) => {
      const found = node.neighborhood("node[!hidden]").nodes().toArray().filter(isNew)
      for (const other of found) seen.add(other.id())
      return found.sort(byKind)
    })
  }
  const loose = shown.filter(isNew)
  return loose.length === 0 ? ranks : [...ranks, loose]
}

/** @param {Node} a @param {Node} b */
function byKind(a, b) {
  return key(a) < key(b) ? -1 : 1
}

/** @param {Node} node */
function key(node) {
  return `${node.data("kind")} ${node.data("type")} ${node.data("name")}`
}

/** Around the centre, in as many rings as a distance needs. @param {Node[][]} ranks */
function rings(ranks) {
  let radius = 0
  return ranks.map((rank) => {
    /** @type {Point[]} */
    const places = []
    while (places.length < rank.length) {
      const room = Math.max(1, Math.floor((2 * Math.PI * radius) / ARC))
      const left = Math.min(room, rank.length - places.length)
      for (let i = 0; i < left; i++) {
        const angle = (2 * Math.PI * i) / left - Math.PI / 2
        places.push({ x: WIDER * radius * Math.cos(angle), y: radius * Math.sin(angle) })
      }
      radius += RING
    }
    return places
  })
}

/** From above to below, in as many rows as a distance needs. @param {Node[][]} ranks */
function levels(ranks) {
  let y = 0
  return ranks.map((rank) => {
    const places = block(rank, y)
    y += (Math.ceil(rank.length / columnsFor(rank.length)) + 0.6) * ROW
    return places
  })
}

/** Row by row, objects of a kind side by side. @param {Node[][]} ranks */
function grid(ranks) {
  return [block(ranks.flat(), 0)]
}

/** @param {number} number */
function columnsFor(number) {
  return Math.max(Math.min(number, 7), Math.ceil(Math.sqrt(number)))
}

/** @param {Node[]} rank @param {number} top @returns {Point[]} */
function block(rank, top) {
  const columns = columnsFor(rank.length)
  return rank.map((_, at) => {
    const row = Math.floor(at / columns)
    const inRow = Math.min(columns, rank.length - row * columns)
    return { x: ((at % columns) - (inRow - 1) / 2) * COLUMN, y: top + row * ROW }
  })
}

/** Beginning from rings, so that the same objects always come to the same place; what was already there stays.
 * @param {Core} cy @param {string} centre @param {boolean} fresh */
function force(cy, centre, fresh) {
  if (fresh) place(rings, cy, centre)
  const all = cy.elements("[!hidden]")
  const number = all.nodes().length
  all
    .layout({
      name: "cose",
      animate: false,
      fit: false,
      randomize: false,
      numIter: number > 300 ? 80 : number > 100 ? 300 : 600,
      idealEdgeLength: () => 90,
      nodeRepulsion: () => 400_000,
      nodeOverlap: 30,
      componentSpacing: 80,
      gravity: 0.4,
    })
    .run()
}

/** The nearest object in the direction of an arrow key; null for another key or if there is none.
 * @param {Core} cy @param {string} from @param {string} arrow @returns {string | null} */
export function towards(cy, from, arrow) {
  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[arrow]
  const start = cy.getElementById(from)
  if (step === undefined || start.empty()) return null
  const { x, y } = start.position()
  let [best, least] = [/** @type {string | null} */ (null), Number.POSITIVE_INFINITY]
  cy.nodes("[!hidden]").forEach((node) => {
    const [dx, dy] = [node.position().x - x, node.position().y - y]
    const along = dx * (step[0] ?? 0) + dy * (step[1] ?? 0)
    const aside = Math.abs(dx * (step[1] ?? 0)) + Math.abs(dy * (step[0] ?? 0))
    const distance = along + 2 * aside
    if (along > 0 && distance < least) [best, least] = [node.id(), distance]
  })
  return best
}
