import { listPrograms, type Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, notice, section, stateMark, visible } from "../../../http/index.ts"
import { listCollections, loadObjects } from "../../../library/index.ts"
import { type ApprovalRequest, approvalsOf, type RedactedKind, redactedWord } from "../../../policy/index.ts"
import { defangedText } from "../../../stix/index.ts"
import { asTheyStand } from "../../approvals/deciding.ts"
import { approvalPath, standing } from "../../approvals/words.ts"
import type { Grounds, Release } from "../../release/model.ts"
import { readPart } from "../../release/queries.ts"
import { reference } from "../named.ts"
import type { Partners } from "../partners.ts"
import { type ReleasePageParts, reasonShown } from "./parts.ts"

/** Values of so many objects are looked up on the warning lists while a person waits for the page. */
const LOOKED_AT = 500
const WARNED_SHOWN = 20

/** What waits for a second person, and why; where it was asked already, how that stands. */
export async function heldShown(
  { store, search }: ReleasePageParts,
  visit: Visit,
  release: Release,
  partners: Partners,
): Promise<Html> {
  const { t } = visit
  if (release.outcome.every(({ held }) => held === 0)) return nothing
  const titles = new Map((await listCollections(store)).map(({ id, title }) => [String(id), title]))
  const groups = release.outcome.map(({ held, holds }, i) => {
    if (held === 0) return nothing
    const head =
      release.targets.length > 1
        ? html`<h3>${visible(titles.get(release.targets[i]?.collection ?? "") ?? "")}</h3>`
        : nothing
    return html`${head}<ul class="plain-list">${holds.map((ground) => groundShown(visit, ground, partners))}</ul>`
  })
  const ids = [...new Set(release.outcome.flatMap(({ waiting }) => waiting))].slice(0, WARNED_SHOWN)
  const names = await search.names(ids)
  const which = html`<details><summary>${t("release.which-wait")}</summary><ul class="plain-list">${ids.map((id) => html`<li>${reference(t, id, names.get(id))}</li>`)}</ul></details>`
  const all = (await approvalsOf(store, release.id)).filter(({ kind, state }) => kind === "ask" && state !== "open")
  const asked = await asTheyStand(store, all, visit.now)
  const stand = asked.length === 0 ? html`<p>${t("release.held-what")}</p>` : approvalLinks(visit, asked)
  return section(t("release.held-title"), html`${groups}${which}${stand}`, "held")
}

/** What went by one officer in need, and whether somebody looked at it since. */
export async function reviewsShown({ store }: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  const urgent = (await approvalsOf(store, release.id)).filter(({ kind }) => kind === "urgent")
  if (urgent.length === 0) return nothing
  return section(visit.t("release.reviews"), approvalLinks(visit, urgent), "reviews")
}

function approvalLinks({ t, format, now }: Visit, approvals: readonly ApprovalRequest[]): Html {
  const links = approvals.map((approval) => {
    const { state, word } = standing(t, approval, now)
    return html`<li><a href="${approvalPath(approval)}">${t("approval.to-request")}</a> ${stateMark(state, word)} <span class="quiet small">${t("approval.until")} ${format.time(approval.expiresAt)}</span></li>`
  })
  return html`<ul class="plain-list">${links}</ul>`
}

function groundShown(visit: Visit, ground: Grounds, partners: Partners): Html {
  return html`<li>${stateMark("conditional", visit.format.number(ground.count))} ${reasonShown(visit, ground, partners)}</li>`
}

/** What is taken out of objects before they go: by kind, how often, and the first copies themselves. */
export function redactedShown(visit: Visit, release: Release, copies: Html): Html {
  const { t, format } = visit
  const objects = release.outcome.reduce((sum, { redacted }) => sum + redacted, 0)
  if (objects === 0) return nothing
  const counts = new Map<RedactedKind, number>()
  for (const { what, count } of release.outcome.flatMap(({ redactions }) => redactions)) {
    counts.set(what, (counts.get(what) ?? 0) + count)
  }
  const items = [...counts].map(([what, count]) => html`<li>${redactedWord(t, what)}: ${format.number(count)}</li>`)
  return section(
    t("release.redacted-title"),
    html`<p>${t("release.redacted-what", { objects: format.number(objects) })}</p><ul class="plain-list">${items}</ul>${copies}`,
    "redacted",
  )
}

/** Values of what goes that stand on warning lists: seldom a sign of an attacker, and often a mistake. */
export async function warnedShown(parts: ReleasePageParts, visit: Visit, release: Release): Promise<Html> {
  if (release.source !== null) return nothing
  const keys = await readPart(parts.store, release.key, 0)
  return warnedOf(parts, visit, {
    keys,
    total: release.total / release.targets.length,
    not: stayingEverywhere(release),
  })
}

/** The same for object versions by their keys, of which there are `total`; those in `not` stay anyway. */
export async function warnedOf(
  { store, search, warningsOf }: ReleasePageParts,
  visit: Visit,
  { keys, total, not }: { keys: readonly number[]; total: number; not: ReadonlySet<string> },
): Promise<Html> {
  const { t, format } = visit
  if (warningsOf === undefined) return nothing
  const first = keys.slice(0, LOOKED_AT)
  const warned: { id: string; list: string; value: string }[] = []
  for (const object of (await loadObjects(store, first)).values()) {
    const id = String(object.id)
    if (not.has(id)) continue
    for (const { list, value } of await warningsOf(object)) warned.push({ id, list, value })
  }
  const beyond =
    total > first.length
      ? html`<p class="quiet">${t("release.warned-first", { count: format.number(first.length) })}</p>`
      : nothing
  if (warned.length === 0) {
    return section(t("release.warned-title"), html`<p>${t("release.warned-none")}</p>${beyond}`, "warned")
  }
  const shown = warned.slice(0, WARNED_SHOWN)
  const names = await search.names(shown.map(({ id }) => id))
  const items = shown.map(
    ({ id, list, value }) =>
      html`<li>${stateMark("conditional", t("object.warned"))} <span class="mono">${visible(defangedText(value))}</span> · ${visible(list)} · ${reference(t, id, names.get(id))}</li>`,
  )
  const more = warned.length - shown.length
  const rest =
    more > 0 ? html`<li class="quiet small">${t("object.and-more", { count: format.number(more) })}</li>` : nothing
  const list = html`<p>${t("release.warned-what")}</p><ul class="plain-list">${items}${rest}</ul>${beyond}`
  return section(t("release.warned-title"), list, "warned")
}

/** Programs of this node that read these collections: whatever enters is theirs to read too. */
export async function programsShown(
  { store }: ReleasePageParts,
  { t, format }: Visit,
  collections: readonly string[],
): Promise<Html> {
  const reading = (await listPrograms(store)).filter(({ rights }) =>
    collections.some((id) => rights.get(id)?.read === true),
  )
  if (reading.length === 0) return nothing
  return html`<p class="quiet">${t("readers.programs")} ${visible(format.list(reading.map(({ name }) => name)))}</p>`
}

/** Objects of which nothing goes anywhere. */
function stayingEverywhere({ outcome }: Release): Set<string> {
  const [first, ...rest] = outcome.map(({ withheld }) => new Set(withheld.map(({ id }) => id)))
  return rest.reduce((all, some) => all.intersection(some), first ?? new Set<string>())
}

/** That a node with fewer than two officers lets out less, where it matters for what was looked at. */
export function fewOfficers(visit: Visit, release: Release): Html {
  const few = release.outcome.some(({ grounds }) => grounds.some(({ code }) => code === "people.too-few"))
  return few ? notice(visit.t("release.few-officers"), "warning") : nothing
}
