import {
  actions,
  bars,
  checkField,
  choiceField,
  copyable,
  emptyState,
  errorSummary,
  facts,
  formatOf,
  type Html,
  html,
  inputField,
  notice,
  prose,
  section,
  selectField,
  shortId,
  stateMark,
  type Table,
  type Translate,
  table,
  textField,
  tlpLabel,
  visible,
} from "../../src/http/index.ts"
import { START } from "./node-in-process.ts"

/** Every piece of the kit once, each showing the same text as if it had come from outside. */
export function everyPiece(t: Translate, text: string): Html {
  const format = formatOf("en", "UTC")
  return html`<div class="columns"><div>
${notice(text)}${notice(visible(text), "warning")}${emptyState(text, { href: "/", label: text })}
${table(listOf(t, text))}${section(text, prose(text))}
${bars(text, [
  { label: text, value: 3, text: format.number(3), href: "/" },
  { label: visible(text), value: 5, text: format.number(5) },
])}
${formOf(t, text)}</div>
<aside>${facts([
    [text, visible(text)],
    ["Id", shortId(t, `indicator--${text}`)],
    ["Value", copyable(t, text, text)],
    ["Time", format.time(START)],
    ["Place", format.place(text)],
  ])}${["clear", "green", "amber", "amber+strict", "red", text].map(tlpLabel)}
${(["open", "conditional", "closed", "unknown"] as const).map((state) => html`<p>${stateMark(state, text)}</p>`)}</aside></div>`
}

function listOf(t: Translate, text: string): Table<string> {
  return {
    caption: text,
    columns: [
      { label: text, cell: (row) => html`<a href="/${encodeURIComponent(row)}">${visible(row)}</a>`, kind: "name" },
      { label: text, cell: () => text, kind: "quiet", sort: { href: "?sort=a", now: "ascending" } },
      { label: "Value", cell: (row) => copyable(t, row, row), kind: "mono", wide: true },
      { label: "Count", cell: () => 12_345, kind: "number" },
    ],
    rows: [text, `${text} again`],
    empty: emptyState(text),
  }
}

function formOf(t: Translate, text: string): Html {
  const faults = { name: { key: "form.missing" }, "": { key: "form.invalid" } }
  const shown = { t, faults, given: { name: [text], text: [text], choice: [text] } }
  const choices = [
    { value: "a", label: text, hint: text },
    { value: text, label: visible(text) },
  ]
  return html`<form method="post" action="/">${errorSummary(t, faults)}
${inputField(shown, { name: "name", label: text, hint: text, required: true })}
${inputField(shown, { name: "date", label: "Date", type: "date", size: "short" })}
${textField(shown, { name: "text", label: text })}
${choiceField(shown, { name: "choice", label: text, choices })}
${selectField(shown, { name: "select", label: text, choices, value: text })}
${checkField(shown, { name: "check", label: text, hint: text })}
${actions(text, { href: "/", label: text }, "danger")}</form>`
}
