import { type Translate, tlpText } from "../../../http/index.ts"
import { PURPOSES, purposeWord } from "../../../policy/index.ts"
import { ofQuestions } from "./happenings-of-questions.ts"

type Values = Readonly<Record<string, string | number>>
type Facts = Readonly<Record<string, unknown>>

/** What the ledger names by commitment or id becomes what people call it. */
export type Calling = { account(commitment: string): string; collection(id: string): string; party(id: string): string }

type Say = (t: Translate, facts: Facts, calling: Calling) => string

const text = (facts: Facts, name: string): string => (typeof facts[name] === "string" ? String(facts[name]) : "")
const number = (facts: Facts, name: string): number => (typeof facts[name] === "number" ? Number(facts[name]) : 0)
const whom = (facts: Facts, calling: Calling): Values => ({ whom: calling.account(text(facts, "account")) })
const where = (facts: Facts, calling: Calling): Values => ({
  collection: calling.collection(text(facts, "collection")),
})

const who = (facts: Facts, calling: Calling): Values => ({ name: calling.party(text(facts, "party")) })
const listOf = (facts: Facts, name: string): string[] =>
  Array.isArray(facts[name]) ? facts[name].filter((one) => typeof one === "string") : []
const readersOf = (facts: Facts, calling: Calling): string => listOf(facts, "audience").map(calling.party).join(", ")
/** How many collections, entries and answers a recall or a mark took. */
const reach = (facts: Facts): Values => ({
  ...{ collections: listOf(facts, "collections").length, entries: number(facts, "entries") },
  receipts: number(facts, "receipts"),
})

/** Whom it came from or went to, and the beginning of the hash that both sides wrote down. */
const sealedFile = (facts: Facts, calling: Calling): Values => ({
  ...who(facts, calling),
  digest: text(facts, "sha256").slice(0, 16),
})

/** What a second person was asked about. */
const asked = (facts: Facts, calling: Calling): Values => ({
  ...where(facts, calling),
  objects: number(facts, "objects"),
})

const wayOf = (facts: Facts): Values => ({
  ...{ from: text(facts, "from"), to: text(facts, "to") },
  ...{ measure: text(facts, "measure"), channel: text(facts, "channel") },
})

/** Every happening that this version of the node writes down, as a sentence. */
const sentences: Readonly<Record<string, Say>> = {
  ...ofQuestions,
  "access.refused": (t, facts) => t("ledger.access.refused", { route: text(facts, "route") }),
  "account.added": (t, facts, calling) =>
    t(
      text(facts, "kind") === "program" ? "ledger.account.added-program" : "ledger.account.added",
      whom(facts, calling),
    ),
  "account.invited": (t, facts, calling) => t("ledger.account.invited", whom(facts, calling)),
  "account.removed": (t, facts, calling) =>
    t(
      text(facts, "kind") === "program" ? "ledger.account.removed-program" : "ledger.account.removed",
      whom(facts, calling),
    ),
  "account.roles-changed": (t, facts, calling) =>
    t("ledger.account.roles-changed", { ...whom(facts, calling), roles: rolesOf(t, facts) }),
  "account.slowed": (t) => t("ledger.account.slowed"),
  "approval.approved": (t, facts, calling) => t("ledger.approval.approved", asked(facts, calling)),
  "approval.asked": (t, facts, calling) => t("ledger.approval.asked", asked(facts, calling)),
  "approval.declined": (t, facts, calling) => t("ledger.approval.declined", asked(facts, calling)),
  "approval.expired": (t, facts, calling) => t("ledger.approval.expired", asked(facts, calling)),
  "approval.objected": (t, facts, calling) => t("ledger.approval.objected", asked(facts, calling)),
  "approval.reviewed": (t, facts, calling) => t("ledger.approval.reviewed", asked(facts, calling)),
  "approval.urgent": (t, facts, calling) => t("ledger.approval.urgent", asked(facts, calling)),
  "approval.void": (t, facts, calling) => t("ledger.approval.void", asked(facts, calling)),
  "approval.withdrawn": (t, facts, calling) => t("ledger.approval.withdrawn", asked(facts, calling)),
  "audience.decided-anew": (t, facts, calling) =>
    t("ledger.audience.decided-anew", {
      ...{ ...where(facts, calling), ...who(facts, calling) },
      reasons: [...listOf(facts, "reasons"), ...listOf(facts, "rows")].join(", "),
    }),
  "audience.left": (t, facts, calling) =>
    t("ledger.audience.left", { ...where(facts, calling), ...who(facts, calling) }),
  "code.removed": (t) => t("ledger.code.removed"),
  "code.set": (t) => t("ledger.code.set"),
  "collection.added": (t, facts, calling) => t("ledger.collection.added", where(facts, calling)),
  "collection.closed": (t, facts, calling) =>
    text(facts, "successor") === ""
      ? t("ledger.collection.closed", where(facts, calling))
      : t("ledger.collection.succeeded", {
          ...where(facts, calling),
          successor: calling.collection(text(facts, "successor")),
        }),
  "collection.terms": (t, facts, calling) => t("ledger.collection.terms", where(facts, calling)),
  "collection.shared": (t, facts, calling) =>
    t("ledger.collection.shared", { ...where(facts, calling), names: readersOf(facts, calling) }),
  "counts.switched": (t, facts, calling) =>
    t(facts.on === true ? "ledger.counts.switched-on" : "ledger.counts.switched-off", who(facts, calling)),
  "counts.taken": (t, facts, calling) => t("ledger.counts.taken", who(facts, calling)),
  "counts.theirs": (t, facts, calling) =>
    t(facts.on === true ? "ledger.counts.theirs-on" : "ledger.counts.theirs-off", who(facts, calling)),
  "counts.told": (t, facts, calling) => t("ledger.counts.told", who(facts, calling)),
  "facts.corrected": (t, facts) =>
    t("ledger.facts.corrected", { ref: text(facts, "replaces") || text(facts, "table") }),
  "facts.correction-withdrawn": (t, facts) => t("ledger.facts.correction-withdrawn", { id: text(facts, "id") }),
  "facts.imported": (t, facts) => t("ledger.facts.imported", { version: text(facts, "version") }),
  "facts.set-withdrawn": (t, facts) => t("ledger.facts.set-withdrawn", { version: text(facts, "version") }),
  "feed.claimed-twice": (t, facts, calling) => t("ledger.feed.claimed-twice", who(facts, calling)),
  "feed.terms-changed": (t, facts, calling) =>
    t("ledger.feed.terms-changed", { ...where(facts, calling), ...who(facts, calling) }),
  "feed.terms-wider": (t, facts, calling) =>
    t("ledger.feed.terms-wider", { ...where(facts, calling), ...who(facts, calling) }),
  "retention.erased": (t, facts, calling) =>
    t("ledger.retention.erased", {
      ...{ ...where(facts, calling), ...who(facts, calling) },
      ...{ days: number(facts, "days"), count: number(facts, "count") },
    }),
  "feed.begun": (t, facts, calling) => t("ledger.feed.begun", { ...where(facts, calling), ...who(facts, calling) }),
  "feed.conflicting": (t, facts, calling) =>
    t("ledger.feed.conflicting", { ...where(facts, calling), ...who(facts, calling) }),
  "feed.exported": (t, facts, calling) =>
    t("ledger.feed.exported", { ...who(facts, calling), entries: number(facts, "entries") }),
  "feed.settled": (t, facts, calling) => t("ledger.feed.settled", { ...where(facts, calling), ...who(facts, calling) }),
  "feed.switched": (t, facts) =>
    t("ledger.feed.switched", { feed: number(facts, "feed"), state: peerState(t, text(facts, "state")) }),
  "guard.confirmed": (t, facts, calling) => t("ledger.guard.confirmed", where(facts, calling)),
  "guard.given-up": (t, facts, calling) => t("ledger.guard.given-up", where(facts, calling)),
  "import.done": (t, facts, calling) =>
    t("ledger.import.done", {
      ...where(facts, calling),
      accepted: number(facts, "accepted"),
      duplicate: number(facts, "duplicate"),
      conflicting: number(facts, "conflicting"),
      rejected: number(facts, "rejected"),
    }),
  "invitation.accepted": (t) => t("ledger.invitation.accepted"),
  "key.recovered": (t) => t("ledger.key.recovered"),
  "key.revoked": (t) => t("ledger.key.revoked"),
  "key.rotated": (t) => t("ledger.key.rotated"),
  "key.incept": (t) => t("ledger.key.incept"),
  "key.moved": (t) => t("ledger.key.moved"),
  "key.sealed": (t) => t("ledger.key.sealed"),
  "library.exported": (t, facts) =>
    t("ledger.library.exported", { count: number(facts, "count"), format: text(facts, "format").toUpperCase() }),
  "object.decided-anew": (t, facts) =>
    t("ledger.object.decided-anew", { entries: number(facts, "entries"), receipts: number(facts, "receipts") }),
  "object.erased": (t, facts, calling) =>
    t("ledger.object.erased", {
      ...where(facts, calling),
      entries: Array.isArray(facts.entries) ? facts.entries.slice(0, 20).join(", ") : "",
    }),
  "object.marked": (t, facts) =>
    t("ledger.object.marked", { ...reach(facts), marking: tlpText(text(facts, "marking")) }),
  "object.recalled": (t, facts) => t("ledger.object.recalled", reach(facts)),
  "openid.linked": (t) => t("ledger.openid.linked"),
  "openid.unlinked": (t) => t("ledger.openid.unlinked"),
  "party.added": (t, facts) => t("ledger.party.added", { name: text(facts, "name") }),
  "party.card-changed": (t) => t("ledger.party.card-changed"),
  "passkey.added": (t) => t("ledger.passkey.added"),
  "passkey.removed": (t) => t("ledger.passkey.removed"),
  "password.set": (t) => t("ledger.password.set"),
  "path.asked": (t, facts) => t("ledger.path.asked", wayOf(facts)),
  "path.chosen": (t, facts) => t("ledger.path.chosen", wayOf(facts)),
  "peer.accepted": (t, facts, calling) => t("ledger.peer.accepted", who(facts, calling)),
  "peer.activated": (t, facts, calling) => t("ledger.peer.activated", who(facts, calling)),
  "peer.card-switched": (t, facts, calling) =>
    t(facts.gives === true ? "ledger.peer.card-given" : "ledger.peer.card-withheld", who(facts, calling)),
  "peer.card-taken": (t, facts, calling) => t("ledger.peer.card-taken", who(facts, calling)),
  "peer.compared": (t, facts, calling) => t("ledger.peer.compared", who(facts, calling)),
  "peer.fingerprint-differs": (t, facts, calling) => t("ledger.peer.fingerprint-differs", who(facts, calling)),
  "peer.invited": (t, facts) => t("ledger.peer.invited", { label: text(facts, "label") }),
  "peer.join-refused": (t, facts, calling) => t("ledger.peer.join-refused", who(facts, calling)),
  "peer.joined": (t, facts, calling) => t("ledger.peer.joined", who(facts, calling)),
  "peer.moved": (t, facts, calling) =>
    t("ledger.peer.moved", { ...who(facts, calling), endpoint: text(facts, "endpoint") }),
  "peer.renamed": (t, facts) => t("ledger.peer.renamed", { before: text(facts, "before"), name: text(facts, "name") }),
  "peer.state-changed": (t, facts, calling) =>
    t("ledger.peer.state-changed", { ...who(facts, calling), state: peerState(t, text(facts, "state")) }),
  "peer.they-changed": (t, facts, calling) =>
    t("ledger.peer.they-changed", { ...who(facts, calling), state: peerState(t, text(facts, "state")) }),
  "peer.they-compared": (t, facts, calling) => t("ledger.peer.they-compared", who(facts, calling)),
  "peer.uninvited": (t) => t("ledger.peer.uninvited"),
  "peer.keys-forked": (t, facts, calling) => t("ledger.peer.keys-forked", who(facts, calling)),
  "peer.keys-learned": (t, facts, calling) => t("ledger.peer.keys-learned", who(facts, calling)),
  "program.rights-changed": (t, facts, calling) => t("ledger.program.rights-changed", whom(facts, calling)),
  "program.token-renewed": (t, facts, calling) => t("ledger.program.token-renewed", whom(facts, calling)),
  "receipt.given": (t, facts, calling) =>
    t("ledger.receipt.given", { ...who(facts, calling), answers: number(facts, "number") }),
  "receipt.taken": (t, facts, calling) =>
    t("ledger.receipt.taken", { ...where(facts, calling), ...who(facts, calling), answers: number(facts, "answered") }),
  "refusal.added": (t, facts) => t("ledger.refusal.added", refused(t, facts)),
  "refusal.removed": (t, facts) => t("ledger.refusal.removed", refused(t, facts)),
  "release.begun": (t, facts, calling) =>
    t("ledger.release.begun", {
      collections: listOf(facts, "collections").map(calling.collection).join(", "),
      names: readersOf(facts, calling),
      objects: number(facts, "pairs"),
    }),
  "release.ended": (t, facts, calling) => {
    const counts = { released: number(facts, "released"), already: number(facts, "already") }
    const values = { ...where(facts, calling), ...counts, refused: number(facts, "refused") }
    const purpose = PURPOSES.find((one) => one === text(facts, "purpose"))
    if (purpose === undefined) return t("ledger.release.ended", values)
    return t("ledger.release.ended-for", { ...values, purpose: purposeWord(t, purpose) })
  },
  "request.clock-extended": (t, facts) => t("ledger.request.clock-extended", { days: number(facts, "days") }),
  "request.clock-set": (t) => t("ledger.request.clock-set"),
  "request.closed": (t) => t("ledger.request.closed"),
  "request.event": (t) => t("ledger.request.event"),
  "request.noted": (t) => t("ledger.request.noted"),
  "match-list.removed": (t) => t("ledger.match-list.removed"),
  "match-list.renamed": (t) => t("ledger.match-list.renamed"),
  "match-list.saved": (t) => t("ledger.match-list.saved"),
  "match.accepted": (t, facts, calling) => t("ledger.match.accepted", who(facts, calling)),
  "match.approval-expired": (t, facts, calling) => t("ledger.match.approval-expired", who(facts, calling)),
  "match.approved": (t, facts, calling) => t("ledger.match.approved", who(facts, calling)),
  "match.asked": (t, facts, calling) => t("ledger.match.asked", who(facts, calling)),
  "match.not-approved": (t, facts, calling) => t("ledger.match.not-approved", who(facts, calling)),
  "match.void": (t, facts, calling) => t("ledger.match.void", who(facts, calling)),
  "match.withdrawn": (t, facts, calling) => t("ledger.match.withdrawn", who(facts, calling)),
  "match.broken": (t, facts, calling) =>
    t("ledger.match.broken", { ...who(facts, calling), reason: text(facts, "reason") }),
  "match.committed": (t, facts, calling) => t("ledger.match.committed", who(facts, calling)),
  "match.consented": (t, facts, calling) => t("ledger.match.consented", who(facts, calling)),
  "match.counted": (t, facts, calling) => t("ledger.match.counted", who(facts, calling)),
  "match.dense": (t, facts, calling) =>
    t("ledger.match.dense", { ...who(facts, calling), prefixes: number(facts, "prefixes") }),
  "match.ended": (t, facts, calling) => t("ledger.match.ended", who(facts, calling)),
  "match.opened": (t, facts, calling) =>
    t("ledger.match.opened", { ...who(facts, calling), items: number(facts, "items") }),
  "match.proposed": (t, facts, calling) =>
    t(text(facts, "side") === "them" ? "ledger.match.proposed-to-us" : "ledger.match.proposed", who(facts, calling)),
  "agreement.acted": (t) => t("ledger.agreement.acted"),
  "agreement.governs": (t) => t("ledger.agreement.governs"),
  "agreement.tabled": (t) => t("ledger.agreement.tabled"),
  "agreement-draft.deleted": (t) => t("ledger.agreement-draft.deleted"),
  "request-draft.deleted": (t) => t("ledger.request-draft.deleted"),
  "rule.added": (t, facts, calling) => t("ledger.rule.added", where(facts, calling)),
  "rule.off": (t, facts, calling) => t("ledger.rule.off", where(facts, calling)),
  "rule.on": (t, facts, calling) => t("ledger.rule.on", where(facts, calling)),
  "rule.removed": (t, facts, calling) => t("ledger.rule.removed", where(facts, calling)),
  "seal-key.published": (t) => t("ledger.seal-key.published"),
  "seal-key.registered": (t, facts) =>
    t(text(facts, "kind") === "desk" ? "ledger.seal-key.registered-desk" : "ledger.seal-key.registered"),
  "seal-key.retired": (t) => t("ledger.seal-key.retired"),
  "sealed.delivered": (t, facts, calling) => t("ledger.sealed.delivered", sealedFile(facts, calling)),
  "sealed.not-taken": (t, facts, calling) => t("ledger.sealed.not-taken", sealedFile(facts, calling)),
  "sealed.received": (t, facts, calling) => t("ledger.sealed.received", sealedFile(facts, calling)),
  "sealed.refused": (t, facts, calling) => t("ledger.sealed.refused", sealedFile(facts, calling)),
  "sealed.removed": (t, facts, calling) => t("ledger.sealed.removed", sealedFile(facts, calling)),
  "sealed.sent": (t, facts, calling) => t("ledger.sealed.sent", sealedFile(facts, calling)),
  "session.ended": (t, facts, calling) => t("ledger.session.ended", whom(facts, calling)),
  "session.proven": (t) => t("ledger.session.proven"),
  "session.started": (t, facts) => t(startedBy(text(facts, "method"))),
  "sessions.ended": (t, facts, calling) =>
    t("ledger.sessions.ended", { ...whom(facts, calling), number: number(facts, "number") }),
  "setup.link-made": (t) => t("ledger.setup.link-made"),
  "setup.link-used": (t) => t("ledger.setup.link-used"),
  "sign-in.refused": (t, facts) =>
    t(text(facts, "reason") === "many" ? "ledger.sign-in.refused-many" : "ledger.sign-in.refused"),
  "warning-list.added": (t, facts) => t("ledger.warning-list.added", { name: text(facts, "name") }),
  "warning-list.removed": (t, facts) => t("ledger.warning-list.removed", { name: text(facts, "name") }),
}

/** All that can happen at this node. */
export const happenings: readonly string[] = Object.keys(sentences).toSorted()

/** What a person asks the ledger for: happenings by the first word of their names. */
const subjects = {
  accounts: ["account", "invitation", "party", "program", "setup"],
  entering: ["access", "code", "openid", "passkey", "password", "session", "sessions", "sign-in"],
  library: ["import", "library", "warning-list"],
  partners: ["counts", "peer"],
  sharing: [
    "approval",
    "audience",
    "collection",
    "feed",
    "guard",
    "object",
    "receipt",
    "release",
    "retention",
    "rule",
    "seal-key",
    "sealed",
  ],
  law: ["facts", "path"],
  requests: ["request", "request-draft"],
  agreements: ["agreement", "agreement-draft"],
  matching: ["match", "match-list"],
  keys: ["key"],
  refusals: ["refusal"],
} as const satisfies Record<string, readonly string[]>

export type Subject = keyof typeof subjects
export const SUBJECTS: readonly Subject[] = [
  ...([
    "accounts",
    "entering",
    "library",
    "sharing",
    "partners",
    "law",
    "requests",
    "agreements",
    "matching",
    "keys",
    "refusals",
  ] as const),
]

export function happeningsOf(subject: Subject): string[] {
  const first: readonly string[] = subjects[subject]
  return happenings.filter((what) => first.includes(what.split(".")[0] ?? ""))
}

export function subjectWord(t: Translate, subject: Subject): string {
  const words: Readonly<Record<Subject, () => string>> = {
    accounts: () => t("ledger.about-accounts"),
    entering: () => t("ledger.about-entering"),
    library: () => t("ledger.about-library"),
    sharing: () => t("ledger.about-sharing"),
    partners: () => t("ledger.about-partners"),
    law: () => t("ledger.about-law"),
    requests: () => t("ledger.about-requests"),
    agreements: () => t("ledger.about-agreements"),
    matching: () => t("ledger.about-matching"),
    keys: () => t("ledger.about-keys"),
    refusals: () => t("ledger.about-refusals"),
  }
  return words[subject]()
}

/** The sentence of a happening; one that only another version knows is called by its code. */
export function happeningText(t: Translate, what: string, facts: Facts, calling: Calling): string {
  const say = Object.hasOwn(sentences, what) ? sentences[what] : undefined
  return say === undefined ? t("ledger.unknown", { what }) : say(t, facts, calling)
}

function peerState(t: Translate, state: string): string {
  const words: Readonly<Record<string, () => string>> = {
    active: () => t("partner.state-active"),
    suspended: () => t("partner.state-suspended"),
    left: () => t("partner.state-left"),
    open: () => t("partner.state-active"),
    paused: () => t("partner.state-suspended"),
  }
  return words[state]?.() ?? state
}

function refused(t: Translate, facts: Facts): Values {
  const kind = text(facts, "kind")
  const word =
    kind === "place" ? t("refusal.kind-place") : kind === "party" ? t("refusal.kind-party") : t("refusal.kind-object")
  return { kind: word, value: text(facts, "value") }
}

function startedBy(method: string): string {
  if (method === "passkey") return "ledger.session.started-passkey"
  if (method === "code") return "ledger.session.started-code"
  if (method === "openid") return "ledger.session.started-openid"
  return method === "link" ? "ledger.session.started-link" : "ledger.session.started-password"
}

function rolesOf(t: Translate, facts: Facts): string {
  const role = text(facts, "role")
  const names = [
    ...(role === "reader" ? [t("role.reader")] : []),
    ...(role === "analyst" ? [t("role.analyst")] : []),
    ...(role === "officer" ? [t("role.officer")] : []),
    ...(facts.administrator === true ? [t("role.administrator")] : []),
  ]
  return names.length === 0 ? t("ledger.no-role") : names.join(t("ledger.and"))
}
