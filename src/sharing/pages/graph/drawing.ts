import {
  asset,
  type Format,
  type Html,
  html,
  nothing,
  type Piece,
  section,
  type Translate,
} from "../../../http/index.ts"
import { typeWord } from "../named.ts"
import { type Graph, graphPath, type Line, type Node } from "./model.ts"
import { kindOf, shapes, swatch } from "./shapes.ts"

/** What every part of the page is written with. */
export type Showing = { t: Translate; format: Format }

/** Cytoscape looks for a style element of this name and makes one if there is none, which the policy forbids. */
const STYLE = "__________cytoscape_stylesheet"

/** Parts that the script replaces when the picture grows; each is the content of the element with that id. */
export function parts(showing: Showing, graph: Graph): { "graph-filters": Html; "graph-list": Html } {
  return { "graph-filters": filters(showing, graph), "graph-list": list(showing, graph) }
}

/** The picture, and the same as lists: everything is there without a script, and the picture adds no fact. */
export function drawing(showing: Showing, graph: Graph): Html {
  const made = parts(showing, graph)
  const { t } = showing
  return html`<link rel="stylesheet" id="${STYLE}" href="${asset("graph.css")}">
<div class="graph"><div class="graph-picture">${toolbar(t)}${canvas(t, graph)}
<p class="hint" id="graph-hint">${t("graph.hint")}</p></div>
<aside aria-label="${t("graph.about")}">${chosen(t)}<div id="graph-filters">${made["graph-filters"]}</div></aside></div>
<div id="graph-list">${made["graph-list"]}</div>`
}

function canvas(t: Translate, { wanted }: Graph): Html {
  const data = `${graphPath({ ...wanted, open: [], types: [] })}.json`
  return html`<div id="graph" tabindex="0" role="application" aria-label="${t("graph.picture")}" aria-describedby="graph-hint" data-library="${asset("cytoscape.js")}" data-graph="${data}" data-centre="${wanted.centre}" data-shapes="${JSON.stringify(shapes)}" data-failed="${t("graph.failed")}" data-file="${wanted.centre}"></div>`
}

const LAYOUTS = ["force", "rings", "levels", "grid"] as const

function toolbar(t: Translate): Html {
  const layouts = LAYOUTS.map((name) => html`<option value="${name}">${t(`graph.layout.${name}`)}</option>`)
  const button = (act: string, label: string, shown: Piece = label) =>
    html`<button type="button" data-act="${act}"${shown === label ? nothing : html` aria-label="${label}" title="${label}"`}>${shown}</button>`
  return html`<div class="graph-tools" role="group" aria-label="${t("graph.tools")}">
<label for="graph-layout">${t("graph.layout")}</label><select id="graph-layout">${layouts}</select>
<span class="together">${button("out", t("graph.out"), "−")}${button("in", t("graph.in"), "+")}${button("fit", t("graph.fit"))}</span>
<label class="tick"><input type="checkbox" id="graph-names" checked> ${t("graph.names")}</label>
<button type="button" data-act="release" disabled>${t("graph.release")}</button>
<span class="grow"></span>${button("png", t("graph.save-as", { format: "PNG" }), "PNG")}${button("svg", t("graph.save-as", { format: "SVG" }), "SVG")}</div>`
}

function chosen(t: Translate): Html {
  return html`<section id="graph-chosen" aria-live="polite"><h2>${t("graph.chosen")}</h2>
<p class="quiet" data-slot="none">${t("graph.chosen.none")}</p>
<div data-slot="one" hidden><p class="chosen-name"><a data-slot="name" href="/"></a> <span class="quiet small" data-slot="word"></span></p>
<p class="actions"><button type="button" data-act="widen">${t("graph.widen")}</button></p><ul class="lines" data-slot="lines"></ul></div></section>`
}

/** What is in the picture, to be ticked; without a script, or where not everything fits, the form asks the node. */
function filters(showing: Showing, graph: Graph): Html {
  const { t, format } = showing
  const { wanted, nodes, lines, cut } = graph
  const hidden = wanted.open.map((id) => html`<input type="hidden" name="open" value="${id}">`)
  const note = cut
    ? html`<p class="notice warning">${t("graph.cut", { most: format.number(nodes.length) })}</p>`
    : nothing
  const all = { ...wanted, types: [] }
  const only =
    wanted.types.length === 0
      ? nothing
      : html`<p>${t("graph.only", { types: format.list(wanted.types.map((type) => typeWord(t, type))) })} <a href="${graphPath(all)}">${t("graph.all-types")}</a></p>`
  return html`<p id="graph-count" class="quiet" data-text="${t("graph.count")}">${t("graph.count", { shown: format.number(nodes.length), all: format.number(nodes.length), lines: format.number(lines.length) })}</p>
${note}${only}<form method="get" action="${graphPath({ ...wanted, open: [], types: [] })}">${hidden}${typeTicks(showing, nodes)}
<button class="${cut ? "" : "unscripted"}">${t("graph.load-types")}</button></form>${wordTicks(showing, lines)}`
}

function typeTicks({ t, format }: Showing, nodes: readonly Node[]): Html {
  const found = Map.groupBy(nodes, ({ type }) => type)
  const rows = [...found].map(([type, { length }]) => ({ type, word: typeWord(t, type), length }))
  const ticks = rows
    .sort((a, b) => format.compare(a.word, b.word))
    .map(
      ({ type, word, length }) =>
        html`<li><label class="tick"><input type="checkbox" name="type" value="${type}" data-type="${type}" checked>${swatch(kindOf(type))}<span>${word}</span> <span class="quiet">${format.number(length)}</span></label></li>`,
    )
  return html`<fieldset><legend>${t("graph.types")}</legend><ul class="ticks">${ticks}</ul></fieldset>`
}

/** Only the script can hide lines, so these stand in no form. */
function wordTicks({ t, format }: Showing, lines: readonly Line[]): Html {
  if (lines.length === 0) return nothing
  const rows = [...Map.groupBy(lines, ({ label }) => label)]
  const ticks = rows
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([label, { length, 0: first }]) =>
        html`<li><label class="tick"><input type="checkbox" value="${label}" data-label="${label}" checked><span>${first?.word ?? ""}</span> <span class="quiet">${format.number(length)}</span></label></li>`,
    )
  return html`<fieldset class="needs-script"><legend>${t("graph.words")}</legend><ul class="ticks">${ticks}</ul></fieldset>`
}

function list(showing: Showing, graph: Graph): Html {
  const { t } = showing
  return html`${section(t("graph.objects"), objects(showing, graph.nodes))}${section(t("graph.lines"), sentences(showing, graph))}`
}

function objects({ t, format }: Showing, nodes: readonly Node[]): Html {
  const groups = [...Map.groupBy(nodes, ({ word }) => word)].sort(([a], [b]) => format.compare(a, b))
  const shown = groups.map(([word, some]) => {
    const items = some
      .toSorted((a, b) => format.compare(a.name, b.name))
      .map((node) => {
        const more =
          node.widen === null
            ? nothing
            : html` <a class="small" href="${node.widen}" data-open="${node.id}" aria-label="${t("graph.widen-of", { name: node.name })}">${t("graph.widen")}</a>`
        return html`<li data-node="${node.id}">${nodeLink(node)}${more}</li>`
      })
    const [first] = some
    return html`<div class="graph-group"><h3>${first === undefined ? nothing : swatch(first.kind)} ${word} <span class="quiet">${format.number(some.length)}</span></h3><ul class="lines">${items}</ul></div>`
  })
  return html`<div class="graph-groups">${shown}</div>`
}

function nodeLink({ href, name }: Node): Html {
  return html`<a href="${href}"><bdi>${name}</bdi></a>`
}

/** "LanternDrop uses PowerShell": each line of the picture as a sentence. */
function sentences({ t }: Showing, { nodes, lines }: Graph): Html {
  if (lines.length === 0) return html`<p>${t("graph.no-lines")}</p>`
  const known = new Map(nodes.map((node) => [node.id, node]))
  const items = lines.map(({ id, from, to, word }) => {
    const [a, b] = [known.get(from), known.get(to)]
    if (a === undefined || b === undefined) return nothing
    return html`<li data-line="${id}" data-from="${from}" data-to="${to}">${nodeLink(a)} <span class="word">${word}</span> ${nodeLink(b)}</li>`
  })
  return html`<ul class="lines sentences">${items}</ul>`
}
