import type { Visit } from "../../../accounts/index.ts"
import { type Html, html, nothing, stateMark, type Translate } from "../../../http/index.ts"
import { DAY } from "../../../kernel/time.ts"
import { LOOK_MOST } from "../counting.ts"
import type { Exchange } from "../exchange.ts"
import { FIRST_CLASS, type Told } from "../message.ts"
import { type Answers, type Days, dueOf, type SeenAgain } from "../model.ts"

type Words = Pick<Visit, "t" | "format">

export function spanWord({ t, format }: Words, days: Days): string {
  return days === null ? t("reciprocity.span-all") : t("reciprocity.span", { time: format.duration(days * DAY) })
}

/** Not a count that came to nothing, but no count; `why` where there is room to say it. */
export function unknown(t: Translate, why: string | null): Html {
  const mark = stateMark("unknown", t("reciprocity.unknown"))
  return why === null ? mark : html`${mark} <span class="quiet">· ${why}</span>`
}

/** What came from a partner and came up again here. */
export function seenAgainText(words: Words, seen: SeenAgain | null): Html {
  const { t } = words
  if (seen === null) return unknown(t, t("reciprocity.no-index"))
  if (seen.looked === 0) return html`<span class="quiet">${t("reciprocity.none-looked")}</span>`
  const { format } = words
  const cut = seen.cut
    ? html` <span class="quiet">${t("reciprocity.newest", { number: format.number(LOOK_MOST) })}</span>`
    : nothing
  return html`${seenAgainLine(words, seen)}${cut}`
}

export function seenAgainLine({ t, format }: Words, { again, looked, atLeast }: SeenAgain): string {
  const values = { number: format.number(again), all: format.number(looked) }
  return atLeast ? t("reciprocity.of-least", values) : t("reciprocity.of", values)
}

/** In which ways; one object may have come up in several. */
export function waysText({ t, format }: Words, { spoken, brought, sameValue }: SeenAgain): string {
  const values = { spoken: format.number(spoken), brought: format.number(brought), value: format.number(sameValue) }
  return t("reciprocity.ways", values)
}

/** What we gave and a partner saw again, as it tells it. */
export function seenThereText(words: Words, exchange: Exchange, told: Told | null): Html {
  const { t } = words
  if (told === null) {
    const both = exchange.ours && exchange.theirs
    return unknown(t, both ? t("reciprocity.not-told-yet") : t("reciprocity.no-exchange"))
  }
  return told.seen === null ? unknown(t, t("reciprocity.too-few")) : html`${classWord(words, told.seen)}`
}

/** The same in a list. */
export function seenThereShort(words: Words, told: Told | null): Html {
  return told?.seen == null ? unknown(words.t, null) : html`${classWord(words, told.seen)}`
}

function classWord({ t, format }: Words, least: number): string {
  return least === 0
    ? t("reciprocity.class-none", { number: format.number(FIRST_CLASS) })
    : t("reciprocity.class", { number: format.number(least) })
}

/** Those in time, of those whose time has come. */
export function inTimeText(words: Words, answers: Answers): Html {
  return inTimeOf(words, { due: dueOf(answers), inTime: answers.inTime })
}

export function inTimeOf({ t, format }: Words, { due, inTime }: { due: number; inTime: number }): Html {
  if (due === 0) return html`<span class="quiet">${t("reciprocity.nothing-due")}</span>`
  return html`${t("reciprocity.of", { number: format.number(inTime), all: format.number(due) })}`
}

export function medianText({ t, format }: Words, { median }: Pick<Answers, "median">): Html {
  if (median === null) return html`<span class="quiet">${t("reciprocity.no-answer")}</span>`
  return html`${format.duration(median)}`
}
