import { z } from "zod"
import { actions, html, facts as pairs, type Reply, visible } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Correction, corrections, withdrawCorrection } from "../../law/index.ts"
import { tableWord, withdrawHref } from "./facts-page.ts"
import type { FactPageParts, Look } from "./look.ts"
import { FACTS, rowHref } from "./words.ts"

const Nothing = z.object({})

/** What follows when a correction is taken back. */
export async function withdrawPage(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit } = look
  const { t, format } = visit
  const { id, table, replaces, cells, reason, addedAt } = await correctionOf(parts, look)
  const follows =
    replaces === null
      ? t("fact.withdraw-added")
      : cells === null
        ? t("fact.withdraw-dropped")
        : t("fact.withdraw-corrected")
  const known = pairs([
    [t("fact.table"), tableWord(look, table)],
    [t("fact.row"), replaces === null ? null : html`<span class="row-name">${visible(replaces)}</span>`],
    [t("fact.reason"), visible(reason)],
    [t("fact.entered-at"), format.time(addedAt)],
  ])
  return visit.page({
    ...{ title: t("fact.withdraw-title"), place: "facts" },
    body: html`<div class="decision">${known}<ul><li>${follows}</li><li>${t("fact.withdraw-ledger")}</li></ul>
<form method="post" action="${withdrawHref(id)}">${actions(t("fact.withdraw"), { href: rowHref(`own/${id}`), label: t("fact.keep") }, "danger")}</form></div>`,
  })
}

export async function withdraw(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit } = look
  await visit.form(Nothing)
  await withdrawCorrection(parts, visit.ask.params.id ?? "", visit.person().commitment)
  return visit.redirect(`${FACTS}?done=withdrawn`)
}

async function correctionOf(parts: FactPageParts, { visit }: Look): Promise<Correction> {
  const id = visit.ask.params.id ?? ""
  const found = (await corrections(parts)).find((one) => one.id === id)
  if (found === undefined) throw new ComityError("not-found", "facts.no-correction", { id: id.slice(0, 60) })
  return found
}
