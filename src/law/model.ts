import type { DataCategory, Measure, Use } from "./codes.ts"
import type { AsOf, Day, Delay } from "./dates.ts"

/** Names a row of the facts: its table and the columns that tell it apart, `participation/budapest/BR/in force`. */
export type FactRef = string & { readonly __fact: true }

/** `partly`: some of the row was read in the source, the note says which. Only `yes` opens or closes anything. */
export type Verified = "yes" | "partly" | "no"

/** How near a source is to the act itself; `own` was entered at this node. */
export const sourceClasses = ["depositary", "official", "secondary", "own"] as const
export type SourceClass = (typeof sourceClasses)[number]

/** What every row of the facts says of itself. */
export type Sourced = {
  ref: FactRef
  source: string
  /** Age of the source by its own statement; what it says instead stands in the note. */
  asOf: AsOf
  asOfNote: string
  /** When somebody read it there. */
  readOn: Day
  verified: Verified
  note: string
  /** Entered at this node, over the shipped or imported rows. */
  own: boolean
}

export const instrumentKinds = ["treaty", "protocol", "eu-act", "agreement", "body", "network", "list"] as const
export const instrumentFields = [
  "general",
  "cybercrime",
  "mutual-assistance",
  "police",
  "incident-response",
  "data-protection",
  "intellectual-property",
  "trade",
  "capacity",
] as const

export type Instrument = Sourced & {
  id: string
  title: string
  short: string
  kind: (typeof instrumentKinds)[number]
  field: (typeof instrumentFields)[number]
  depositary: string
  adopted: Day | null
  inForceSince: Day | null
  status: "in force" | "not in force" | "operating"
  /** Ratifications for entry into force, where it is still to come. */
  needed: number | null
  delay: Delay | null
  /** `none`: it admits no reservations, or does not know them. */
  reservations: "possible" | "none"
}

export const participationStatuses = [
  "in force",
  "ratified",
  "member",
  "signed",
  "invited",
  "associate",
  "denounced",
  "not bound",
] as const

export type Participation = Sourced & {
  instrument: string
  /** ISO code; empty for an international organisation. */
  place: string
  name: string
  status: (typeof participationStatuses)[number]
  date: Day | null
  dateKind: string
}

/** How complete the rows of an instrument are: all participants, or all reservations of one place. */
export type Complete = Sourced & {
  instrument: string
  what: "participation" | "reservations"
  place: string
  /** Every change since that day is there with its date. */
  since: Day | null
  until: Day
  /** Places of which the list says nothing, being no participants of their own: their absence means nothing. */
  silentOn: readonly string[]
}

export const reservationEffects = ["excludes", "limits", "declares", "none"] as const

export type Reservation = Sourced & {
  instrument: string
  place: string
  article: string
  clause: string
  effect: (typeof reservationEffects)[number]
  /** For `limits`: what must hold. Empty where the text alone says it. */
  condition: Condition | null
  /** Articles whose offences it does not reach, as `2-11` for Article 29(4) of the Budapest Convention. */
  spares: string
  text: string
  date: Day | null
  until: Day | null
}

/**
 * What must hold beside the instrument itself. Some the case answers, some only the two parties can settle; each has
 * its question in the locale files, `law.ask.<code>`.
 */
export const conditions = [
  "dual-criminality",
  "penalty-3-years",
  "penalty-4-years",
  "serious-crime",
  "organised-group",
  "threat-to-life",
  "path-elsewhere",
  "consent",
  "no-targeting",
  "domestic-law",
  "provider-willing",
  "team-listed",
  "treaty-between",
  "article-3",
] as const
export type Condition = (typeof conditions)[number]

export const channelKinds = ["judicial", "police", "technical", "provider"] as const
/** `participants`: both places take part in the instrument. `settled`: only the two parties can say. */
export const gates = ["participants", "settled"] as const
/** An order among channels without a fixed deadline; from the words of the deadline, ours. */
export const paces = ["hours", "days", "weeks", "months"] as const

export type Channel = Sourced & {
  id: string
  instrument: string
  articles: readonly string[]
  measures: readonly Measure[]
  data: readonly DataCategory[]
  kind: (typeof channelKinds)[number]
  use: Use
  pace: (typeof paces)[number]
  /** ISO 8601, of the first fixed deadline; null where none is fixed. */
  limit: string | null
  urgentLimit: string | null
  /** Used in emergencies only. */
  emergencyOnly: boolean
  gate: (typeof gates)[number]
  needs: readonly Condition[]
  /** Instruments that go before this one between parties to both. */
  yieldsTo: readonly string[]
  steps: readonly Step[]
  /** What the row says in words, by column; translations stand in the table of words. */
  texts: Readonly<Record<ChannelText, string>>
}

/** What to do, in order; each has its sentence in the locale files, `law.step.<code>`. */
export const steps = [
  "use-24-7",
  "state-mla-intent",
  "form-29-30",
  "extend-before-60",
  "via-central-authority",
  "mla-treaty-first",
  "form-31",
  "form-mla",
  "form-eio",
  "form-epoc",
  "address-establishment",
  "addressee-preserves",
  "notify-enforcing",
  "follow-with-order",
  "contact-team",
  "mark-tlp",
  "via-ncb",
  "confirm-by-mla",
  "provider-policy",
  "agree-in-writing",
  "get-consent",
  "letters-rogatory",
  "state-emergency",
  "designated-authority",
] as const
export type Step = (typeof steps)[number]

export const channelTexts = [
  "name",
  "measure",
  "data_category",
  "requester",
  "addressee",
  "form",
  "deadline",
  "urgent_deadline",
  "dual_criminality",
  "conditions",
  "bilateral_gate",
  "status",
] as const
export type ChannelText = (typeof channelTexts)[number]

/** What an article on which a channel rests says, in our own words. */
export type Article = Sourced & { channel: string; article: string; text: string }

/** A class of offence is what named instruments call one; never a free label. */
export type Offence = Sourced & { offence: string; instrument: string; article: string; text: string; listed: boolean }

export const safeguardCodes = [
  "dual-criminality",
  "political-offence",
  "fundamental-rights",
  "data-protection",
  "blocking-statute",
  "use-limits",
] as const
export type SafeguardCode = (typeof safeguardCodes)[number]

/** Where a safeguard stands: in an instrument, or in the law of a place. */
export type SafeguardFact = Sourced & {
  safeguard: SafeguardCode
  instrument: string
  place: string
  law: string
  article: string
  text: string
}

export const questionFields = ["cybersecurity", "data-protection", "intellectual-property", "cybercrime"] as const
export const questionKinds = ["duration", "yes-no", "choice", "text"] as const
/** How two different answers stand to each other: see `rules.ts`. */
export const questionRules = ["least", "most", "yes", "conflict", "none"] as const

export type Question = {
  ref: FactRef
  id: string
  field: (typeof questionFields)[number]
  kind: (typeof questionKinds)[number]
  rule: (typeof questionRules)[number]
  choices: readonly string[]
  text: string
}

export type Choice = { ref: FactRef; question: string; code: string; text: string }

export type RuleAnswer = Sourced & {
  question: string
  jurisdiction: string
  value: string
  law: string
  article: string
  quote: string
  from: Day | null
  until: Day | null
}

/** Who stands behind an address, and how near to the act. */
export type SourceHost = { host: string; name: string; class: SourceClass }

/** Where a place lies by M49, to filter by; nothing else is kept of that standard. */
export type Region = { place: string; region: string; subregion: string }

/** A text of a fact in Chinese; English stands in the row itself. */
export type Words = { "zh-Hant": string; "zh-Hans": string }

/** A field of a form, with where it was seen. */
export type FormField = {
  ref: FactRef
  form: string
  id: string
  section: string
  field: string
  type: string
  required: string
  core: string
  source: string
  readOn: Day
  verified: Verified
}
