import { agreementsWaiting } from "../agreements/index.ts"
import type { Instant } from "../kernel/time.ts"
import { countContactsWaiting, countKnowingsWaiting, runsWaiting } from "../matching/index.ts"
import { approvalsFor, rulesStandingStill } from "../sharing/index.ts"
import type { Store } from "../store/index.ts"
import type { Sees, Waiting } from "./overview.ts"

/** What waits for a yes, a look, a signature or a word; what goes by itself and does not. */
export async function decisionsWaiting(store: Store, sees: Sees, by: string, now: Instant): Promise<Waiting[]> {
  const open = await approvalsFor(store, { person: by, officer: sees.decide }, now)
  const approvals = open.filter(({ kind }) => kind === "ask")
  const urgent = open.filter(({ kind }) => kind === "urgent")
  const late = urgent.filter(({ expiresAt }) => expiresAt <= now)
  const soon = urgent.filter(({ expiresAt }) => expiresAt > now)
  const rules = sees.decide ? await rulesStandingStill(store) : []
  const { sign, position, ending } = sees.work ? await agreementsWaiting(store, now) : NO_AGREEMENTS
  const matches = sees.decide ? await runsWaiting(store) : []
  const knowings = sees.decide ? await countKnowingsWaiting(store, null) : 0
  const contacts = sees.decide ? await countContactsWaiting(store) : 0
  const signable = sees.decide ? sign : []
  const all: Waiting[] = [
    { key: "urgent-late", count: late.length, href: whereOf("/share/approvals", late) },
    { key: "urgent", count: soon.length, href: whereOf("/share/approvals", soon) },
    { key: "approvals", count: approvals.length, href: whereOf("/share/approvals", approvals) },
    { key: "rules", count: rules.length, href: whereOf("/share/rules", rules) },
    { key: "sign", count: signable.length, href: whereOf(AGREEMENTS, signable) },
    { key: "position", count: position.length, href: whereOf(AGREEMENTS, position) },
    { key: "ending", count: ending.length, href: whereOf(AGREEMENTS, ending) },
    { key: "match", count: matches.length, href: whereOf(MATCHES, matches) },
    { key: "knowing", count: knowings, href: `${MATCHES}/knowing` },
    { key: "contact", count: contacts, href: `${MATCHES}/desks#contacts` },
  ]
  return all.filter(({ count }) => count > 0)
}

const NO_AGREEMENTS = { sign: [], position: [], ending: [] } as const
const AGREEMENTS = "/agree"
const MATCHES = "/find/match"
/** Where the pages of single things stand, where it is not under their list. */
const SINGLE: Readonly<Record<string, string>> = { [AGREEMENTS]: "/agree/negotiations", [MATCHES]: "/find/match/runs" }

/** The page of the only one: who is no officer, and was told of an urgent release, has no list of them. */
function whereOf(list: string, [only, ...others]: readonly { id: string }[]): string {
  const one = SINGLE[list] ?? list
  return only === undefined || others.length > 0 ? list : `${one}/${only.id}`
}
