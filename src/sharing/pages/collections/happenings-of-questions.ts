import type { Translate } from "../../../http/index.ts"

type Facts = Readonly<Record<string, unknown>>
type Calling = { party(id: string): string }
type Say = (t: Translate, facts: Facts, calling: Calling) => string

const text = (facts: Facts, name: string): string => (typeof facts[name] === "string" ? String(facts[name]) : "")
const number = (facts: Facts, name: string): number => (typeof facts[name] === "number" ? Number(facts[name]) : 0)
const who = (facts: Facts, { party }: Calling) => ({ name: party(text(facts, "party")) })
const isTheirs = (facts: Facts) => text(facts, "side") === "them"
const names = ({ parties }: Facts, { party }: Calling): string =>
  Array.isArray(parties)
    ? parties
        .filter((one) => typeof one === "string")
        .map(party)
        .join(", ")
    : ""
const size = (facts: Facts) => ({ items: number(facts, "items"), type: text(facts, "type") })

/** Questions about single items, as sentences: how many, never which. */
export const ofQuestions: Readonly<Record<string, Say>> = {
  "match.answered": (t, facts, calling) =>
    t("ledger.match.answered", { ...who(facts, calling), evaluations: number(facts, "evaluations") }),
  "match.answers-closed": (t) => t("ledger.match.answers-closed"),
  "match.answers-opened": (t, facts, calling) => t("ledger.match.answers-opened", { names: names(facts, calling) }),
  "match.contact": (t, facts) => t(isTheirs(facts) ? "ledger.match.contact-theirs" : "ledger.match.contact"),
  "match.contact-consented": (t, facts) =>
    t(isTheirs(facts) ? "ledger.match.contact-consented-there" : "ledger.match.contact-consented"),
  "match.contact-declined": (t, facts) =>
    t(isTheirs(facts) ? "ledger.match.contact-declined-there" : "ledger.match.contact-declined"),
  "match.contact-named": (t) => t("ledger.match.contact-named"),
  "match.epoch-begun": (t, facts) => t("ledger.match.epoch-begun", size(facts)),
  "match.epoch-broken": (t, facts, calling) =>
    t("ledger.match.epoch-broken", { ...who(facts, calling), reason: text(facts, "reason") }),
  "match.epoch-changed": (t, facts) =>
    t("ledger.match.epoch-changed", { added: number(facts, "added"), removed: number(facts, "removed") }),
  "match.epoch-ended": (t) => t("ledger.match.epoch-ended"),
  "match.keys-renewed": (t) => t("ledger.match.keys-renewed"),
  "match.knowing-asked": (t, facts, calling) =>
    t(isTheirs(facts) ? "ledger.match.knowing-asked-of-us" : "ledger.match.knowing-asked", {
      ...{ ...who(facts, calling), items: number(facts, "items") },
    }),
  "match.knowing-declined": (t, facts, calling) =>
    t(isTheirs(facts) ? "ledger.match.knowing-declined-there" : "ledger.match.knowing-declined", who(facts, calling)),
  "match.knowing-told": (t, facts, calling) =>
    t(isTheirs(facts) ? "ledger.match.knowing-told-us" : "ledger.match.knowing-told", {
      ...{ ...who(facts, calling), items: number(facts, "told") },
    }),
  "match.question": (t, facts, calling) => t("ledger.match.question", { names: names(facts, calling) }),
  "match.question-answered": (t, facts, calling) =>
    text(facts, "state") === "answered"
      ? t("ledger.match.question-answered", who(facts, calling))
      : t("ledger.match.question-unanswered", { ...who(facts, calling), state: text(facts, "state") }),
  "match.question-cancelled": (t) => t("ledger.match.question-cancelled"),
  "match.quota-refused": (t, facts, calling) =>
    t("ledger.match.quota-refused", { ...who(facts, calling), evaluations: number(facts, "evaluations") }),
  "match.subject-added": (t) => t("ledger.match.subject-added"),
  "match.subject-ended": (t) => t("ledger.match.subject-ended"),
}
