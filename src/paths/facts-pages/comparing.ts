import { emptyState, type Html, html, nothing, type Reply, section, visible, visibleText } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  type Change,
  compareFiles,
  type FactFiles,
  listFactSets,
  newestSet,
  type RawRow,
  readFiles,
} from "../../law/index.ts"
import { compareForm, setWord, tableWord } from "./facts-page.ts"
import type { FactPageParts, Look } from "./look.ts"
import { filesOfSet } from "./raw-rows.ts"

/** So many changed rows of one table stand on the page. */
const SHOWN_MOST = 40

/** Two sets of facts, row by row, the old cell beside the new. */
export async function comparePage(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit } = look
  const { t } = visit
  const names = ["shipped", ...(await listFactSets(parts.store)).map(({ key }) => String(key))]
  const counting = String((await newestSet(parts.store))?.key ?? "shipped")
  const old = visit.ask.query.get("old") ?? "shipped"
  const now = visit.ask.query.get("new") ?? counting
  const [before, after] = [await named(parts, old), await named(parts, now)]
  const changes = compareFiles(before, after)
  const body = changes.length === 0 ? emptyState(t("facts.equal")) : tables(look, changes, [before, after])
  return visit.page({
    title: t("fact.compare-title", { old: setWord(look, old), new: setWord(look, now) }),
    place: "facts",
    body: html`${compareForm(look, names, old, now)}${body}<p class="actions"><a href="/find/facts#sets">${t("fact.facts-back")}</a></p>`,
  })
}

async function named(parts: FactPageParts, name: string): Promise<FactFiles> {
  const files = await filesOfSet(parts, name)
  if (files === null) throw new ComityError("not-found", "facts.no-set", { name: visibleText(name.slice(0, 40)) })
  return files
}

function tables(look: Look, changes: readonly Change[], [before, after]: readonly [FactFiles, FactFiles]): Html {
  const { t, format } = look.visit
  const [old, now] = [byRef(before), byRef(after)]
  return html`${[...Map.groupBy(changes, ({ table }) => table)].map(([name, list]) => {
    const rest = list.length - SHOWN_MOST
    const more =
      rest <= 0
        ? nothing
        : html`<p class="quiet">${t("fact.more-rows", { count: format.number(rest) })} <code>comity facts compare</code></p>`
    const shown = list.slice(0, SHOWN_MOST).map((one) => changed(look, one, old.get(one.ref), now.get(one.ref)))
    const title = html`${tableWord(look, name)} <span class="quiet">${format.number(list.length)}</span>`
    return section(
      title,
      html`<div class="scroll" tabindex="0" role="region" aria-label="${tableWord(look, name)}"><table class="list changes"><thead><tr><th scope="col">${t("fact.row")}</th><th scope="col">${t("fact.column")}</th><th scope="col">${t("fact.old")}</th><th scope="col">${t("fact.new")}</th></tr></thead>${shown}</table></div>${more}`,
    )
  })}`
}

function byRef(files: FactFiles): ReadonlyMap<string, RawRow> {
  return new Map(readFiles(files).rows.map((row) => [row.ref, row]))
}

function changed({ visit: { t } }: Look, change: Change, old: RawRow | undefined, now: RawRow | undefined): Html {
  const cells = now?.cells ?? old?.cells ?? {}
  const columns = change.what === "changed" ? change.columns : Object.keys(cells).filter((name) => cells[name] !== "")
  const rows = columns.map((name, i) => {
    const head =
      i > 0
        ? nothing
        : html`<th scope="rowgroup" rowspan="${columns.length}"><span class="told">${visible(change.ref)}</span><br><span class="quiet">${t(`facts.change.${change.what}`)}</span></th>`
    return html`<tr>${head}<td class="mono">${visible(name)}</td><td><span class="told">${visible(old?.cells[name] ?? "")}</span></td><td><span class="told">${visible(now?.cells[name] ?? "")}</span></td></tr>`
  })
  return html`<tbody>${rows}</tbody>`
}
