import type { Visit } from "../../accounts/index.ts"
import { facts, type Html, html, nothing, prose, visible } from "../../http/index.ts"
import { ownParty } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import { citedIn, saidIn, textHash } from "../model.ts"
import { type Item, readItem, type Says } from "../tabled/item.ts"
import type { Negotiation } from "../tabled/negotiation.ts"
import { shelfOf } from "../tabled/shelf.ts"
import { actWord, details } from "./effect-shown.ts"
import { addressOf, query } from "./parts.ts"
import { saysShown } from "./saying.ts"
import { partyName } from "./stands.ts"
import { articleWord, clauseWord } from "./words.ts"

/**
 * What an object that was tabled says, in words: who, what, on which part of which version, with the way there. Null for
 * what this node cannot read, and where it does not hold the negotiation.
 */
export function tabledShown(store: Store) {
  return async (visit: Visit, { bytes, origin }: { bytes: Uint8Array; origin: string }): Promise<Html | null> => {
    const item = readItem(bytes, origin === "own" ? ((await ownParty(store))?.id ?? "") : origin)
    if (item === null) return null
    const negotiation = (await shelfOf(store).negotiations(store)).find(({ id }) => id === item.negotiation)
    return negotiation === undefined ? null : itemShown(visit, negotiation, item)
  }
}

function itemShown(visit: Visit, negotiation: Negotiation, item: Item): Html {
  const { t, format } = visit
  const { says, party, at } = item
  return html`${facts([
    [t("agreement.item-what"), whatShown(visit, says)],
    [says.is === "text" ? t("agreement.item-as") : t("agreement.item-on"), onShown(visit, negotiation, says)],
    [t("agreement.tabled-by"), visible(partyName(negotiation, party))],
    [t("agreement.tabled-at"), format.time(at)],
    ...more(visit, negotiation, item),
  ])}${saysShown(visit, negotiation, says)}`
}

function whatShown({ t, viewer }: Visit, says: Says): Html {
  switch (says.is) {
    case "text":
      return html`${t("agreement.item-text")} <strong>${visible(saidIn(says.text, says.text.title, viewer.language))}</strong>`
    case "act":
      return html`${actWord(t, says.statement.act.is)}`
    case "comment":
      return html`${t("agreement.comment")}`
    case "alternative":
      return html`${t("agreement.alternative")}`
    case "position":
      return html`${t("agreement.position")}`
    case "taken-back": {
      const link = html`<a href="/share/objects/${says.item}">${t("agreement.item-earlier")}</a>`
      return html`${t("agreement.item-taken-back")} ${link}`
    }
  }
}

/** The version, and the article or clause; of a text itself, which version it is. */
function onShown({ t, format }: Visit, negotiation: Negotiation, says: Says): Html | null {
  const version = negotiation.versions.find(({ hash }) => hash === versionHash(says))
  if (version === undefined) return null
  const number = format.number(negotiation.versions.indexOf(version) + 1)
  const part = says.is === "comment" ? says.part : "clause" in says ? says.clause : null
  const at = part === null ? undefined : citedIn(version.text).get(part)
  const article = version.text.articles.findIndex(({ id }) => id === part)
  const whole = says.is === "comment" && part === null
  const [place, anchor] =
    at !== undefined
      ? [clauseWord(t, format, at), `#clause-${part}`]
      : article >= 0
        ? [articleWord(t, format, article + 1), `#article-${part}`]
        : [whole ? t("agreement.on-the-whole") : "", ""]
  const word = t("agreement.version-number", { number })
  return html`<a href="${addressOf(negotiation, `${query({ version: version.hash })}${anchor}`)}">${word}${place === "" ? nothing : html` · ${place}`}</a>`
}

function versionHash(says: Says): string | null {
  if (says.is === "act") return says.statement.text
  if (says.is === "text") return textHash(says.text)
  return "on" in says ? says.on : null
}

function more(visit: Visit, negotiation: Negotiation, { says }: Item): [string, Html][] {
  const { t } = visit
  if (says.is === "text") return says.note === "" ? [] : [[t("agreement.comment"), prose(says.note)]]
  if (says.is !== "act") return []
  const version = negotiation.versions.find(({ hash }) => hash === says.statement.text)
  const about = version === undefined ? [] : details(visit, version, { says })
  return [[t("agreement.acted-by"), visible(says.statement.by)], ...about]
}
