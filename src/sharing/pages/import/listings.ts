import type { Visit } from "../../../accounts/index.ts"
import { type Column, type Html, html, nothing, table, tlpLabel, visible, visibleText } from "../../../http/index.ts"
import type { Finding, Listed, RowProblem, Sample } from "../../../library/index.ts"
import { defang } from "../../../stix/index.ts"
import type { Foresight } from "../../intake/model.ts"
import { problem } from "../../status.ts"
import { nameShown, objectPath, typeWord } from "../named.ts"

/** Objects of a file as the preview judged them. One that is here already is a link. */
export function sampleTable(visit: Visit, caption: string, rows: readonly Sample[]): Html {
  const { t, format } = visit
  const columns: Column<Sample>[] = [
    {
      label: t("intake.position"),
      kind: "number",
      cell: ({ position }) => (position > 0 ? format.number(position) : "–"),
    },
    { label: t("intake.object"), kind: "name", cell: (sample) => sampleName(sample) },
    { label: t("intake.type"), kind: "quiet", cell: ({ type }) => (type === null ? "–" : typeWord(t, type)) },
    { label: t("intake.marking"), cell: ({ marking }) => (marking === null ? nothing : tlpLabel(marking)) },
    {
      label: t("intake.reason"),
      wide: true,
      cell: ({ code, at }) => (code === null ? "" : problem(t, code, visibleText(at))),
    },
  ]
  const shown = rows.some(({ code }) => code !== null) ? columns : columns.slice(0, -1)
  return table({ caption, columns: shown, rows, empty: nothing })
}

function sampleName({ is, id, type, label }: Sample): Html {
  const name = label === "" ? visible(id ?? "–") : nameShown(type ?? "", label)
  return (is === "duplicate" || is === "conflicting") && id !== null
    ? html`<a href="${objectPath(id)}">${name}</a>`
    : name
}

/** Values of a text, each with the words around it; ticked ones are left out. */
export function findingTable({ t }: Visit, { findings }: Foresight): Html {
  const columns: Column<Finding>[] = [
    {
      label: t("intake.leave-out"),
      cell: (one) =>
        html`<input type="checkbox" name="out[]" value="${one.value}" aria-label="${t("intake.leave-out-this", { value: defang(one.value, kindForDefang(one.kind)) })}">`,
    },
    { label: t("intake.value"), kind: "mono", cell: (one) => visible(defang(one.value, kindForDefang(one.kind))) },
    { label: t("intake.type"), kind: "quiet", cell: ({ kind }) => kindWord(t, kind) },
    { label: t("intake.context"), kind: "name", cell: (one) => context(one) },
    {
      label: t("intake.remark"),
      kind: "quiet",
      wide: true,
      cell: ({ special }) => (special === null ? "" : specialWord(t, special)),
    },
  ]
  return table({ caption: t("intake.found"), columns, rows: findings, empty: nothing })
}

/** The value has to be in sight on one line. */
const BEFORE_MOST = 16

function context({ before, shown, after }: Finding): Html {
  const start = before.length > BEFORE_MOST ? `…${before.slice(-BEFORE_MOST)}` : before
  return html`<span class="quiet small">${visible(start)}</span><mark>${visible(shown)}</mark><span class="quiet small">${visible(after)}</span>`
}

function kindForDefang(kind: string): string {
  return kind === "vulnerability" ? "file" : kind
}

function kindWord(t: Visit["t"], kind: Finding["kind"]): string {
  const hashes: Readonly<Record<string, string>> = { md5: "MD5", sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" }
  return hashes[kind] ?? typeWord(t, kind)
}

function specialWord(t: Visit["t"], special: NonNullable<Finding["special"]>): string {
  const words = {
    loopback: t("intake.special-loopback"),
    private: t("intake.special-private"),
    "link-local": t("intake.special-link-local"),
    documentation: t("intake.special-documentation"),
    multicast: t("intake.special-multicast"),
    reserved: t("intake.special-reserved"),
  }
  return words[special]
}

export function listedTable({ t, format }: Visit, rows: readonly Listed[]): Html {
  const columns: Column<Listed>[] = [
    { label: t("intake.value"), kind: "mono", cell: ({ value, kind }) => visible(defang(value, kind)) },
    { label: t("intake.list"), kind: "name", cell: ({ list }) => visible(list) },
    { label: t("intake.position"), kind: "number", wide: true, cell: ({ position }) => format.number(position) },
  ]
  return table({ caption: t("intake.listed"), columns, rows, empty: nothing })
}

/** Lines of a table that gave no object. */
export function rowProblemTable({ t, format }: Visit, caption: string, rows: readonly RowProblem[]): Html {
  const columns: Column<RowProblem>[] = [
    { label: t("intake.line"), kind: "number", cell: ({ line }) => format.number(line) },
    { label: t("intake.value"), kind: "mono", cell: ({ text }) => (text === "" ? "–" : visible(defang(text))) },
    { label: t("intake.reason"), kind: "name", cell: ({ code }) => problem(t, code, "") },
  ]
  return table({ caption, columns, rows, empty: nothing })
}
