import type { Visit } from "../../accounts/index.ts"
import {
  facts,
  type Html,
  html,
  nothing,
  notice,
  prose,
  type Reply,
  section,
  visible,
  visibleText,
} from "../../http/index.ts"
import { loadCollection } from "../../library/index.ts"
import { mirrorsUnder } from "../../peering/index.ts"
import { governedBy } from "../../policy/index.ts"
import type { Reader } from "../../store/index.ts"
import { effectOf } from "../acts/effect.ts"
import { type Article, type Clause, saidIn } from "../model.ts"
import { reachedOf } from "../tabled/audience.ts"
import { sayings } from "../tabled/home.ts"
import type { Alternative, Comment, Negotiation, Version } from "../tabled/negotiation.ts"
import type { Saying } from "../tabled/queries.ts"
import { effectMark, signing } from "./effect-shown.ts"
import { type AgreementParts, addressOf, query } from "./parts.ts"
import { sayingShown } from "./saying.ts"
import { type Seen, seen, titleOf } from "./seen.ts"
import { partyName, standing, standsShown } from "./stands.ts"
import { languageChips, textShown } from "./text.ts"
import { languagesShown, natureWord, partiesShown } from "./words.ts"

export async function negotiationPage(parts: AgreementParts, visit: Visit): Promise<Reply> {
  const { t, viewer } = visit
  const shown = await seen(parts, visit)
  const { negotiation, version, language } = shown
  const { text } = version
  const home = await sayings(parts.store, negotiation.id)
  const chips = languageChips(visit, text, language, (one) =>
    addressOf(negotiation, query({ version: version.hash, language: one })),
  )
  const beside = {
    clause: (clause: Clause) => aboutClause(visit, shown, clause, home),
    article: (article: Article) => aboutPart(visit, shown, article.id, home),
  }
  return visit.page({
    ...{ title: titleOf(text, viewer.language) || t("agreement.untitled"), place: "agreements" },
    heading: visible(saidIn(text, text.title, viewer.language)),
    state: effectMark(t, effectOf(negotiation, version, visit.now)),
    body: html`${done(visit)}${older(visit, shown)}<div class="columns"><div>${chips}${textShown(visit, text, language, beside)}
${section(t("agreement.on-the-whole"), aboutPart(visit, shown, null, home))}</div>
<aside>${await known(parts, visit, shown)}${atHome(visit, shown, home)}${next(visit, shown)}</aside></div>`,
  })
}

function done({ t, ask }: Visit): Html {
  const what = ask.query.get("done")
  if (what === "tabled") return notice(t("agreement.done-tabled"))
  if (what === "signed") return notice(t("agreement.done-signed"))
  return what === "kept" ? notice(t("agreement.done-kept")) : nothing
}

function older({ t }: Visit, { negotiation, version }: Seen): Html {
  if (negotiation.versions.at(-1) === version) return nothing
  const newest = html`<a href="${addressOf(negotiation)}">${t("agreement.open-newest")}</a>`
  return notice(html`${t("agreement.older-version")} ${newest}`, "warning")
}

function aboutClause(visit: Visit, shown: Seen, clause: Clause, home: readonly Saying[]): Html {
  const { negotiation, version, language } = shown
  const others = negotiation.alternatives.filter(({ says }) => says.on === version.hash && says.clause === clause.id)
  const brackets = others.map((one) => alternativeShown(visit, shown, one, language))
  return html`${brackets.length === 0 ? nothing : html`<ul class="alternatives">${brackets}</ul>`}${standsShown(visit, negotiation, version, clause.id)}${aboutPart(visit, shown, clause.id, home)}`
}

/** Other words, in square brackets as texts that are negotiated have them. */
function alternativeShown(visit: Visit, shown: Seen, { id, party, says }: Alternative, language: string): Html {
  const words = says.text[language] ?? ""
  const inLanguage = words === "" ? html`<span class="quiet">${visit.t("agreement.no-words")}</span>` : prose(words)
  const why = says.reason === "" ? nothing : html`<div class="said">${prose(says.reason)}</div>`
  return html`<li><div class="bracketed" lang="${language}">${inLanguage}</div><p class="quiet">${visible(partyName(shown.negotiation, party))}${takeBackLink(visit, shown, id, party)}</p>${why}</li>`
}

/** Comments on a clause, an article or the whole, what is kept at home about it, and the way to say more. */
function aboutPart(visit: Visit, shown: Seen, part: string | null, home: readonly Saying[]): Html {
  const { may } = visit
  const { negotiation, version } = shown
  const comments = negotiation.comments.filter(({ says }) => says.on === version.hash && says.part === part)
  const list = comments.map((one) => commentShown(visit, shown, one))
  const own = home.filter(({ says }) => isAbout(says, version.hash, part))
  const mine = own.map((one) => html`<li>${sayingShown(visit, negotiation, one)}</li>`)
  const address = addressOf(negotiation, `/say${query({ version: version.hash, part: part ?? "" })}`)
  const word = sayWord(visit, shown, part)
  const link =
    may("role:analyst") && shown.part !== null
      ? html`<p class="no-print"><a href="${address}">${word}</a></p>`
      : nothing
  const all = [...list, ...mine]
  return html`${all.length === 0 ? nothing : html`<ul class="comments">${all}</ul>`}${link}`
}

/** The link to where more is said; an observer comments alone. */
function sayWord({ t }: Visit, { version, part: role }: Seen, part: string | null): string {
  if (part === null) return t("agreement.comment-whole")
  if (!isClause(version, part)) return t("agreement.comment-on")
  return role === "observer" ? t("agreement.say-on-observer") : t("agreement.say-on")
}

function isClause({ text }: Version, part: string): boolean {
  return text.articles.some(({ clauses }) => clauses.some(({ id }) => id === part))
}

function isAbout(says: Saying["says"], hash: string, part: string | null): boolean {
  switch (says.is) {
    case "comment":
      return says.on === hash && says.part === part
    case "alternative":
    case "position":
      return says.on === hash && says.clause === part
    default:
      return false
  }
}

function commentShown(visit: Visit, shown: Seen, { id, party, at, says }: Comment): Html {
  const who = html`<span class="quiet">${visible(partyName(shown.negotiation, party))} · ${visit.format.time(at)}${takeBackLink(visit, shown, id, party)}</span>`
  return html`<li>${who}<div class="said">${prose(says.text)}</div></li>`
}

function takeBackLink({ t, may }: Visit, { negotiation, own }: Seen, item: string, party: string): Html {
  if (party !== own || !may("role:officer")) return nothing
  return html` · <a href="${addressOf(negotiation, `/take-back${query({ item })}`)}">${t("agreement.take-back")}</a>`
}

async function known({ store }: AgreementParts, visit: Visit, { negotiation, version, own }: Seen): Promise<Html> {
  const { t, format } = visit
  const { text } = version
  const about = facts([
    [t("agreement.nature"), natureWord(t, text.nature)],
    [t("agreement.languages"), languagesShown(visit, text)],
    [t("agreement.tabled-by"), visible(partyName(negotiation, version.party))],
    [t("agreement.tabled-at"), format.time(version.at)],
    [t("agreement.hash"), html`<span class="mono hash">${version.hash}</span>`],
  ])
  const unreached = (await reachedOf(store, negotiation.parties)).filter(({ reached }) => !reached)
  const reach =
    unreached.length === 0
      ? nothing
      : html`<p class="notice warning">${t("agreement.not-reached", { names: format.list(unreached.map(({ name }) => visibleText(name))) })}</p>`
  return html`${about}${section(t("agreement.positions"), standing(visit, negotiation, version))}${section(t("agreement.signatures"), html`${signing(visit, negotiation, version, own)}${await collectionLinks(store, visit, negotiation)}`)}${versions(visit, negotiation, version)}
${section(t("agreement.parties"), html`${partiesShown(visit, text.parties)}${reach}<p class="quiet">${t("agreement.signature-what")}</p>`)}`
}

/** The collections of this node in which the agreement governs, by title where reservations make it more than one; then those of partners. */
async function collectionLinks(reader: Reader, { t }: Visit, negotiation: Negotiation): Promise<Html> {
  const all = await Promise.all(
    (await governedBy(reader, negotiation.id)).map(({ collection }) => loadCollection(reader, collection)),
  )
  const received = (await mirrorsUnder(reader, negotiation.id)).map(({ id, party }) => {
    const label = t("agreement.received", { name: visibleText(partyName(negotiation, party)) })
    return html`<li><a href="/share/collections/${id}">${label}</a></li>`
  })
  if (all.length + received.length === 0) return nothing
  const links = all.map(({ id, title }) => {
    const label = all.length === 1 ? t("agreement.collection") : visible(title)
    return html`<li><a href="/share/collections/${id}">${label}</a></li>`
  })
  const why = all.length < 2 ? nothing : html`<p>${t("agreement.collections-reserved")}</p>`
  return html`${why}<ul class="plain-list">${links}${received}</ul>`
}

/** Every text that was tabled; nothing is merged, so two may go on from the same one. */
function versions(visit: Visit, negotiation: Negotiation, shown: Version): Html {
  const { t, format } = visit
  const items = negotiation.versions.map((one, i) => {
    const name = t("agreement.version-number", { number: format.number(i + 1) })
    const link =
      one === shown
        ? html`<strong>${name}</strong>`
        : html`<a href="${addressOf(negotiation, query({ version: one.hash }))}">${name}</a>`
    const compare =
      one.base === null
        ? nothing
        : html` · <a href="${addressOf(negotiation, `/compare${query({ from: one.base, to: one.hash })}`)}">${t("agreement.what-changed")}</a>`
    return html`<li>${link} <span class="quiet">${visible(partyName(negotiation, one.party))} · ${format.date(one.at)}</span>${compare}</li>`
  })
  return section(t("agreement.versions"), html`<ul class="plain-list">${items}</ul>`)
}

function atHome(visit: Visit, { negotiation }: Seen, home: readonly Saying[]): Html {
  const { t, format, may } = visit
  if (home.length === 0 || !may("role:analyst")) return nothing
  const count = t("agreement.home-count", { count: format.number(home.length) })
  const table = may("role:officer")
    ? html`<p><a class="button primary" href="${addressOf(negotiation, "/table")}">${t("agreement.look-and-table")}</a></p>`
    : html`<p class="quiet">${t("agreement.officer-tables")}</p>`
  return section(
    t("agreement.at-home"),
    html`<p>${count}</p><p class="quiet">${t("agreement.at-home-what")}</p>${table}`,
  )
}

function next(visit: Visit, { negotiation, version, part }: Seen): Html {
  const { t, may } = visit
  const which = query({ version: version.hash })
  const draft =
    part === "negotiator" && may("role:analyst")
      ? html`<form method="post" action="${addressOf(negotiation, "/draft")}"><input type="hidden" name="version" value="${version.hash}"><p><button>${t("agreement.draft-next")}</button></p></form>`
      : nothing
  const trial = may("role:analyst")
    ? html`<li><a href="${addressOf(negotiation, `/trial${which}`)}">${t("agreement.trial")}</a></li>`
    : nothing
  const links = html`<ul class="plain-list">${trial}<li><a href="${addressOf(negotiation, `/positions${which}`)}">${t("agreement.table-of-positions")}</a></li><li><a href="${addressOf(negotiation, `/document${which}`)}">${t("agreement.open-document")}</a></li><li><a href="${addressOf(negotiation, `/file${which}`)}">${t("agreement.download-file")}</a></li></ul>`
  return section(t("agreement.next"), html`${draft}${links}`)
}
