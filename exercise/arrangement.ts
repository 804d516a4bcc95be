import type { Rewording } from "./agreeing.ts"
import type { Made } from "./objects.ts"
import type { Team } from "./teams.ts"

const ARTICLE = "0000000b"
/** The clause on which the two disagree. */
export const PERSONAL = "000000b2"
export const OBJECTION = "EXERCISE: our law does not let the mailboxes of victims leave the country"

const HEADING = "What is shared"
const USE = "Reports serve defence alone."
/** Its words as first signed, as one side wants them, and as both can accept them. */
export const WORDS = {
  forbid: "Objects with personal data are not shared.",
  allow: "Objects with personal data are shared, with the safeguards of each party's law.",
  redact: "Personal data are taken out of a copy before it is shared; the original stays where it is.",
} as const

/** An arrangement between two teams, as `comity agreement new` takes it. */
export function arrangement(parties: readonly Team[]): unknown {
  return {
    ...{ v: 1, nature: "arrangement", languages: ["en"], title: { en: "EXERCISE Arrangement on reports of phishing" } },
    parties: parties.map(({ party, name }) => ({
      ...{ party, name, role: "negotiator", binder: "Head of the team", instrument: "" },
    })),
    articles: [
      {
        ...{ id: "0000000a", heading: { en: "Purpose" } },
        clauses: [{ id: "000000a1", terms: null, text: { en: "The parties warn each other of phishing." } }],
      },
      {
        ...{ id: ARTICLE, heading: { en: HEADING } },
        clauses: [
          { id: "000000b1", terms: { purposes: ["defence"] }, text: { en: USE } },
          { id: PERSONAL, terms: { personal: { is: "forbid" } }, text: { en: WORDS.forbid } },
        ],
      },
    ],
  }
}

/** The clause on personal data in other words, with the terms that say the same to the nodes. */
export function reworded(value: "allow" | "redact"): Rewording {
  const safeguard = value === "allow" ? "the law that binds each party" : ""
  return {
    ...{ article: ARTICLE, clause: PERSONAL, personal: { value, safeguard } },
    fields: { "heading.en": HEADING, "clause.000000b1.en": USE, [`clause.${PERSONAL}.en`]: WORDS[value] },
  }
}

export const VICTIM = "erika.mustermann@victim.example"

/** Two indicators with the address of a victim: of one it is an aside, the other is nothing without it. */
export function lures([first, second]: readonly [Made, Made]): [Made, Made] {
  return [
    { ...first, name: "EXERCISE Lure page", description: `Reported by ${VICTIM}, who opened it.` },
    { ...second, name: "EXERCISE Abused mailbox", pattern: `[email-addr:value = '${VICTIM}']` },
  ]
}
