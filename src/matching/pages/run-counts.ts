import type { Visit } from "../../accounts/index.ts"
import { type Column, type Html, html, nothing, section, stateMark } from "../../http/index.ts"
import type { Run, RunType } from "../runs/model.ts"
import { figureTable } from "./parts.ts"
import { countText, typeWord } from "./words.ts"

/** Type by type: what took part, how many are common, and what each side consented to open. */
export function countsTable(visit: Visit, run: Run): Html {
  const { t, format } = visit
  const number = (label: string, of: (row: RunType) => number | null): Column<RunType> => ({
    ...{ label, kind: "number" },
    cell: (row) => {
      const value = of(row)
      return value === null ? nothing : format.number(value)
    },
  })
  const counted = run.types.some(({ count }) => count.is !== "unknown")
  const gathered = run.types.some(({ used }) => used !== null)
  const committed = run.types.some(({ own, theirs }) => own !== null || theirs !== null)
  const decided = run.types.some(({ ours, partners }) => ours !== null || partners !== null)
  const common: Column<RunType> = {
    label: t("match.common"),
    kind: "number",
    cell: ({ count }) => html`<strong>${countText(visit, count)}</strong>`,
  }
  const list = figureTable<RunType>({
    caption: counted ? t("match.counts") : t("match.sizes"),
    rows: run.types,
    empty: nothing,
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      ...(counted ? [common] : []),
      ...(gathered ? [number(t("match.used"), ({ used }) => used)] : []),
      ...(committed
        ? [number(t("match.seen-size"), ({ own }) => own), number(t("match.their-size"), ({ theirs }) => theirs)]
        : []),
      ...(counted
        ? []
        : [number(t("match.most"), ({ most }) => most), number(t("match.smallest"), ({ smallest }) => smallest)]),
      ...(decided ? [{ label: t("match.opened"), cell: (row: RunType) => consentShown(visit, row) }] : []),
    ],
  })
  const few =
    counted && run.types.some(({ count }) => count.is === "fewer")
      ? html`<p class="hint">${t("match.fewer-what")}</p>`
      : nothing
  const warned = run.types.reduce((sum, one) => sum + (one.warned ?? 0), 0)
  const shared =
    warned === 0 ? nothing : html`<p class="hint">${t("match.warned-out", { count: format.number(warned) })}</p>`
  return section(counted ? t("match.counts") : t("match.sizes"), html`${list}${shared}${few}`, "counts")
}

/** What is opened is what both want opened. */
function consentShown({ t }: Visit, { ours, partners }: RunType): Html {
  if (ours === null && partners === null) return nothing
  if (ours === true && partners === true) return stateMark("open", t("match.said-yes"))
  if (ours === false || partners === false) return stateMark("closed", t("match.said-no"))
  return stateMark("unknown", ours === null ? t("match.said-they") : t("match.said-we"))
}

/** The figures of the picture: all types together, as far as they are known. */
export function figuresOf({ format }: Visit, { types }: Pick<Run, "types">) {
  const sum = (numbers: readonly (number | null)[]) =>
    numbers.some((one) => one === null)
      ? null
      : format.number(numbers.reduce<number>((all, one) => all + (one ?? 0), 0))
  const told = types.flatMap(({ count }) => (count.is === "number" ? [count.number] : []))
  const few = types.flatMap(({ count }) => (count.is === "fewer" ? [count.than] : []))
  const common = () => {
    if (types.some(({ count }) => count.is === "unknown")) return null
    const number = format.number(told.reduce((all, one) => all + one, 0))
    if (few.length === 0) return number
    return told.length === 0 ? `< ${format.number(few.reduce((all, one) => all + one, 0))}` : `≥ ${number}`
  }
  return { used: sum(types.map(({ used }) => used)), padded: sum(types.map(({ own }) => own)), common: common() }
}
