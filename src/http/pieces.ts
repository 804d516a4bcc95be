import { type Html, html, nothing, type Piece } from "./html.ts"
import { icon } from "./icons.ts"
import type { Translate } from "./locale.ts"
import { visible } from "./visible.ts"

export type Column<Row> = {
  label: Piece
  cell(row: Row): Piece
  /** The name is the link; numbers stand to the right; quiet is what one looks at second. */
  kind?: "name" | "number" | "quiet" | "mono"
  /** Address that sorts by this column, and how it is sorted now. */
  sort?: { href: string; now: "ascending" | "descending" | null }
  /** Hidden where the window is narrow: says nothing that the name's page does not. */
  wide?: boolean
}

export type Table<Row> = {
  /** Said to screen readers; the heading above says it to the others. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  /** What stands there when there are no rows. */
  empty: Html
}

/** A list: one line a row, a head that stays, `j` and `k` walk the rows (web/scripts/frame.js). */
export function table<Row>({ caption, columns, rows, empty }: Table<Row>): Html {
  if (rows.length === 0) return empty
  const head = columns.map(({ label, kind, sort, wide }) => {
    const content = sort === undefined ? label : html`<a href="${sort.href}">${label}${arrow(sort.now)}</a>`
    const sorted = sort?.now == null ? nothing : html` aria-sort="${sort.now}"`
    return html`<th scope="col"${classOf(kind, wide)}${sorted}>${content}</th>`
  })
  const body = rows.map(
    (row) => html`<tr>${columns.map(({ cell, kind, wide }) => html`<td${classOf(kind, wide)}>${cell(row)}</td>`)}</tr>`,
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list" data-rows><caption class="unseen">${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

function classOf(kind: Column<unknown>["kind"], wide: boolean | undefined): Html {
  const names = [kind ?? "", wide === true ? "wide" : ""].filter((name) => name !== "")
  return names.length === 0 ? nothing : html` class="${names.join(" ")}"`
}

function arrow(now: "ascending" | "descending" | null): Piece {
  if (now === null) return null
  return html` <span aria-hidden="true">${now === "ascending" ? "↑" : "↓"}</span>`
}

/** Why there is nothing, and the one thing to do about it. */
export function emptyState(sentence: string, action?: { href: string; label: string }): Html {
  const link = action === undefined ? nothing : html`<p><a class="button" href="${action.href}">${action.label}</a></p>`
  return html`<div class="empty"><p>${sentence}</p>${link}</div>`
}

/** What is known of a thing, name by name; facts without a value are left out. */
export function facts(pairs: readonly (readonly [label: Piece, value: Piece])[]): Html {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "")
  return html`<dl class="facts">${shown.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** A part of a page under its own heading. */
export function section(title: Piece, body: Piece, id?: string): Html {
  return html`<section${id === undefined ? nothing : html` id="${id}"`}><h2>${title}</h2>${body}</section>`
}

const TLP_WORDS: Readonly<Record<string, string>> = {
  clear: "TLP:CLEAR",
  green: "TLP:GREEN",
  amber: "TLP:AMBER",
  "amber+strict": "TLP:AMBER+STRICT",
  red: "TLP:RED",
}

/** The word of a level, as FIRST writes it; empty for what is none. */
export function tlpText(level: string): string {
  return (Object.hasOwn(TLP_WORDS, level) ? TLP_WORDS[level] : undefined) ?? ""
}

/** The label as FIRST draws it: its colour on black, and its word. */
export function tlpLabel(level: string): Html {
  const word = tlpText(level)
  return word === "" ? nothing : html`<span class="tlp tlp-${level.replace("+", "-")}">${word}</span>`
}

export type State = "open" | "conditional" | "closed" | "unknown"
const SHAPES: Readonly<Record<State, string>> = { open: "●", conditional: "◐", closed: "○", unknown: "?" }

/** A state: never by its colour alone. */
export function stateMark(state: State, word: Piece): Html {
  return html`<span class="state ${state}"><span aria-hidden="true">${SHAPES[state]}</span> ${word}</span>`
}

/** Something to copy: what is shown may be defanged or shortened, what is copied is as it is. */
export function copyable(t: Translate, shown: Piece, actual: string): Html {
  return html`<span class="copyable"><span class="mono">${shown}</span><button type="button" class="plain copy needs-script" data-copy="${actual}" aria-label="${t("copy.this")}" title="${t("copy.this")}">${icon("copy")}</button></span>`
}

/** Some lines to copy as they stand: settings, a command, a signed text; `beside` stands next to the button. */
export function snippet(t: Translate, text: string, beside: Piece = null): Html {
  return html`<div class="snippet"><pre tabindex="0">${text}</pre><div class="actions"><button type="button" class="needs-script copy" data-copy="${text}">${t("copy.this")}</button>${beside}</div></div>`
}

/** A long id, shortened in the middle: `indicator--5c0e…91a2`, with a button that copies it whole. */
export function shortId(t: Translate, id: string): Html {
  return copyable(t, html`<span title="${id}">${shortened(id)}</span>`, id)
}

function shortened(id: string): Html {
  const [kind, rest] = id.includes("--") ? id.split("--", 2) : [null, id]
  const short = (rest ?? "").length > 14 ? `${(rest ?? "").slice(0, 6)}…${(rest ?? "").slice(-4)}` : (rest ?? "")
  return visible(kind === null ? short : `${kind}--${short}`)
}

/** A message about what was just done; `status` is read out by screen readers. */
export function notice(text: Piece, kind: "done" | "warning" = "done"): Html {
  return html`<div class="notice ${kind}" role="status">${text}</div>`
}

/** What a decision page or a dangerous button posts: one verb and its object, the way out beside it. */
export function actions(primary: string, out?: { href: string; label: string }, kind: "" | "danger" = ""): Html {
  const way = out === undefined ? nothing : html`<a href="${out.href}">${out.label}</a>`
  return html`<p class="actions"><button class="primary ${kind}">${primary}</button>${way}</p>`
}

export type Bar = { label: Piece; value: number; text: string; href?: string }

/** Bars from zero, the number printed beside; drawn by attributes, since no style may stand in a page. */
export function bars(caption: string, rows: readonly Bar[]): Html {
  const most = Math.max(1, ...rows.map(({ value }) => value))
  const items = rows.map(({ label, value, text, href }) => {
    const width = Math.max(value > 0 ? 0.5 : 0, Math.round((value / most) * 1000) / 10)
    const name = href === undefined ? label : html`<a href="${href}">${label}</a>`
    return html`<tr><th scope="row">${name}</th><td class="bar" aria-hidden="true"><svg height="10" width="100%"><rect class="bar-track" width="100%" height="10"/><rect class="bar-value" width="${width}%" height="10"/></svg></td><td class="number">${text}</td></tr>`
  })
  return html`<table class="bars"><caption class="unseen">${caption}</caption><tbody>${items}</tbody></table>`
}
