import type { Visit } from "../../accounts/index.ts"
import { copyable, type Html, html, nothing, section, tlpLabel, visible } from "../../http/index.ts"
import { parseInstant } from "../../kernel/time.ts"
import { findPeer, ownParty, readCard, readPeerCard } from "../../parties/index.ts"
import { plainItem, shownItem } from "../items/canonical.ts"
import { type Knowledge, learns, opened, type Run, type RunItem } from "../runs/model.ts"
import { itemsOf } from "../runs/standing.ts"
import { type MatchPageParts, runPath } from "./parts.ts"
import { typeWord } from "./words.ts"

const ITEMS_SHOWN = 50

/** What is common, what each side knows about it, and how to go on from it; nothing before it is opened. */
export async function resultsShown(parts: MatchPageParts, visit: Visit, run: Run, partner: string): Promise<Html> {
  const { t, format } = visit
  if (opened(run).length === 0) return nothing
  const wanted = Number(visit.ask.query.get("after") ?? "")
  const after = Number.isSafeInteger(wanted) && visit.ask.query.has("after") ? wanted : -1
  const items = await itemsOf(parts.store, run, after, ITEMS_SHOWN)
  if (items.length === 0) {
    const why = learns(run.role, run.learners) ? t("match.no-items") : t("match.not-told")
    return section(t("match.items"), html`<p>${why}</p>`, "items")
  }
  const known = items.some(({ theirs }) => theirs !== null)
  const both = run.learners === "both"
  const head = html`<tr><th scope="col">${t("match.item")}</th><th scope="col">${t("match.we-know")}</th>${both ? html`<th scope="col">${visible(t("match.they-know", { partner }))}</th>` : nothing}</tr>`
  const rows = items.map((item) => itemRow(visit, item, both))
  const list = html`<table class="differences common-items"><caption class="unseen">${t("match.items")}</caption><thead>${head}</thead><tbody>${rows}</tbody></table>`
  const all = items.map(({ item }) => plainItem(item).value).join("\n")
  const copy = html`<button type="button" class="needs-script copy" data-copy="${all}">${t("match.copy-all", { count: format.number(items.length) })}</button>`
  const last = items.at(-1)
  const more =
    last === undefined || items.length < ITEMS_SHOWN
      ? nothing
      : html`<a class="button" rel="next" href="${runPath(run)}?after=${last.seq}#items">${t("match.more-items")}</a>`
  const begin = after < 0 ? nothing : html`<a href="${runPath(run)}#items">${t("match.first-items")}</a>`
  const none = known || !both ? nothing : html`<p class="hint">${visible(t("match.nothing-told", { partner }))}</p>`
  return html`${await nextSteps(parts, visit, run)}${section(t("match.items"), html`<p class="hint">${t("match.items-what")}</p>${none}${list}<p class="actions">${copy}${more}${begin}</p>`, "items")}`
}

function itemRow(visit: Visit, { type, item, ours, theirs }: RunItem, both: boolean): Html {
  const { t } = visit
  const { value } = plainItem(item)
  const link = html`<a class="small" href="/share/library?${String(new URLSearchParams({ q: `"${value}"` }))}">${t("match.our-objects")}</a>`
  const other = both ? html`<td>${knowledgeShown(visit, theirs, false)}</td>` : nothing
  return html`<tr><th scope="row">${copyable(t, visible(shownItem(item)), value)}<div class="quiet small">${typeWord(t, type)}</div>${link}</th><td>${knowledgeShown(visit, ours, true)}</td>${other}</tr>`
}

/** Names and labels of a partner are texts from outside. */
export function knowledgeShown(visit: Visit, known: Knowledge | null, ours: boolean): Html {
  const { t, format } = visit
  if (known === null)
    return html`<span class="quiet">${ours ? t("match.knows-nothing") : t("match.says-nothing")}</span>`
  const names = known.names.map((one) => html`<div>${visible(one)}</div>`)
  const labels = known.labels.map((one) => html`<span class="chip">${visible(one)}</span>`)
  const [first, last] = [timeShown(visit, known.firstSeen), timeShown(visit, known.lastSeen)]
  const said: Html[] = [
    ...(first === null ? [] : [html`${t("match.first-seen")} ${first}`]),
    ...(last === null ? [] : [html`${t("match.last-seen")} ${last}`]),
    ...(known.confidence === null ? [] : [html`${t("match.confidence")} ${format.number(known.confidence)}`]),
    html`${t("match.objects")} ${format.number(known.objects)}`,
  ]
  const marking =
    known.marking === null ? html`<span class="quiet small">${t("match.no-marking")}</span>` : tlpLabel(known.marking)
  return html`<div class="knows">${names}<p class="small quiet">${said.map((one) => html`<span>${one}</span>`)}</p><p>${marking} ${labels}</p></div>`
}

function timeShown({ format }: Visit, text: string | null): Html | null {
  const at = text === null ? null : parseInstant(text)
  return at === null ? null : format.date(at)
}

/** From a match to working together: what others of this node do with it. */
async function nextSteps({ store }: MatchPageParts, visit: Visit, run: Run): Promise<Html> {
  const { t } = visit
  const [own, peer] = [await ownParty(store), await findPeer(store, run.party)]
  const card = peer === null ? null : await readPeerCard(store, peer.key)
  const place = peer === null || card === null ? null : (readCard(card.bytes, peer.party).places[0] ?? null)
  const steps: Html[] = []
  if (visit.may("role:officer")) {
    steps.push(
      html`<li><a href="/share/release?match=${run.id}">${t("match.next-share")}</a> <span class="quiet">${t("match.next-share-what")}</span></li>`,
    )
  }
  if (own !== null && place !== null) {
    const way = new URLSearchParams({ from: own.place, to: place })
    steps.push(
      html`<li><a href="/find/paths?${String(way)}">${t("match.next-path")}</a> <span class="quiet">${t("match.next-path-what")}</span></li>`,
    )
  }
  if (visit.may("role:analyst")) {
    steps.push(
      html`<li><a href="/respond/forms">${t("match.next-ask")}</a> <span class="quiet">${t("match.next-ask-what")}</span></li>`,
    )
  }
  return steps.length === 0 ? nothing : section(t("match.next"), html`<ul class="plain-list">${steps}</ul>`, "next")
}
