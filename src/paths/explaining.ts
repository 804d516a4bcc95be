import { formatOf, type Language, type Translate } from "../http/index.ts"
import {
  type Channel,
  type ChannelText,
  type Facts,
  type Finding,
  type Missing,
  type Opening,
  type Reason,
  type Values,
  worded,
} from "../law/index.ts"

/** Says facts and findings in one language. Plain text: whoever puts it into a page escapes it. */
export type Speaker = {
  t: Translate
  language: Language
  facts: Facts
  place(code: string): string
  instrument(id: string): string
  channel(channel: Channel): string
  /** What the row of a channel says in one of its columns; empty where it says nothing. */
  word(channel: Channel, part: ChannelText): string
}

export function speaker(t: Translate, language: Language, facts: Facts): Speaker {
  const format = formatOf(language, "UTC")
  const word = (channel: Channel, part: ChannelText) => worded(facts, channel.ref, part, channel.texts[part], language)
  return {
    ...{ t, language, facts, word },
    place: (code) => format.place(code),
    instrument(id) {
      const found = facts.instruments.get(id)
      return found === undefined ? id : worded(facts, found.ref, "short", found.short, language)
    },
    channel: (channel) => word(channel, "name") || channel.id,
  }
}

export function reasonText(speak: Speaker, { code, values }: Pick<Reason, "code" | "values">): string {
  return speak.t(`law.reason.${code}`, spoken(speak, values))
}

export function questionText(speak: Speaker, { code, values }: Missing): string {
  return speak.t(`law.ask.${code}`, spoken(speak, values))
}

export function openingText(speak: Speaker, { code, values }: Opening): string {
  const counted = code === "enter-into-force" && values.needed !== undefined
  return speak.t(`law.opens.${counted ? "enter-into-force-count" : code}`, {
    ...spoken(speak, values),
    have: values.have ?? 0,
    needed: values.needed ?? 0,
  })
}

/** The first deadline in words, where the channel's row tells one. */
export function deadlineText(speak: Speaker, { channel }: Pick<Finding, "channel">, urgent: boolean): string {
  return (urgent ? speak.word(channel, "urgent_deadline") : "") || speak.word(channel, "deadline")
}

function spoken(speak: Speaker, values: Values): Record<string, string> {
  const { place, instrument, condition, data, article, date, text } = values
  return {
    place: place === undefined ? "" : speak.place(place),
    instrument: instrument === undefined ? "" : speak.instrument(instrument),
    condition: condition === undefined ? "" : speak.t(`law.ask.${condition}`),
    data: data === undefined ? "" : speak.t(`law.data.${data}`),
    article: article ?? "",
    date: date ?? "?",
    text: text ?? "",
  }
}
