import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, prose, type Reply, visible } from "../../http/index.ts"
import { ownParty } from "../../parties/index.ts"
import { type Clause, citedIn, clausesOf, type TextParty } from "../model.ts"
import { type Position, positions } from "../tabled/item.ts"
import { standOf } from "../tabled/negotiation.ts"
import { printed } from "./document.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { type Seen, seen, titleOf } from "./seen.ts"
import { negotiatorsIn, positionMark, reserves } from "./stands.ts"
import { languageChips } from "./text.ts"
import { clauseWord } from "./words.ts"

/** Every clause of a version with who accepts, reserves, objects and has said nothing, to be printed. */
export async function positionsPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, viewer, now } = visit
  const shown = await seen(parts, visit)
  const { negotiation, version, language } = shown
  const party = (await ownParty(parts.store))?.name ?? ""
  const back = addressOf(negotiation, query({ version: version.hash }))
  const chips = languageChips(visit, version.text, language, (one) =>
    addressOf(negotiation, `/positions${query({ version: version.hash, language: one })}`),
  )
  const head = html`<tr><th scope="col">${t("agreement.clause")}</th>${columns.map((one) => html`<th scope="col">${positionMark(t, one)}</th>`)}</tr>`
  const rows = clausesOf(version.text).map((clause) => row(visit, shown, clause))
  const table = html`<table class="positions"><thead>${head}</thead><tbody>${rows}</tbody></table>`
  return visit.page({
    ...{ title: t("agreement.table-of-positions"), bare: true },
    body: html`<div class="no-print"><p><a href="${back}">${t("agreement.back-to-negotiation")}</a></p>${chips}</div>${printed(viewer.language, { text: version.text, party, now }, html`<h2 class="document-title" lang="${language}">${titleOf(version.text, language)}</h2>${table}`)}`,
  })
}

const columns: readonly (Position | null)[] = [...positions, null]

function row(visit: Visit, shown: Seen, clause: Clause): Html {
  const { t, format } = visit
  const at = citedIn(shown.version.text).get(clause.id) ?? { article: 0, clause: 0 }
  const words = clause.text[shown.language] ?? ""
  const cells = columns.map((position) => html`<td>${whoStands(visit, shown, clause, position)}</td>`)
  return html`<tr><th scope="row"><span class="quiet">${clauseWord(t, format, at)}</span><div lang="${shown.language}">${prose(words)}</div></th>${cells}</tr>`
}

function whoStands(visit: Visit, shown: Seen, clause: Clause, position: Position | null): Html {
  const { t } = visit
  const { negotiation, version } = shown
  const stand = ({ party }: TextParty) => standOf(negotiation, version.hash, clause.id, party)
  const there = negotiatorsIn(negotiation).filter((one) => (stand(one)?.says.position ?? null) === position)
  const names = there.map((one) => {
    const said = stand(one)
    const text = said?.says.text ?? ""
    const nodes = said === null ? nothing : reserves(visit, version.text, said)
    return html`<li>${visible(one.name)}${text === "" ? nothing : html`<div class="said">${prose(text)}</div>`}${nodes}</li>`
  })
  return names.length === 0
    ? nothing
    : html`<span class="narrow">${positionMark(t, position)}</span><ul class="plain-list">${names}</ul>`
}
