import type { Instant } from "../kernel/time.ts"
import type { Reader } from "../store/index.ts"
import { type Means, meansOf } from "./enrolling.ts"
import { listInvitations } from "./link-queries.ts"
import type { AccountId, AccountKind, Role } from "./model.ts"
import { rightLetters } from "./operations.ts"
import { type AccountRow, listRows, loadRights } from "./queries.ts"
import { listSessions, type SessionRow } from "./session-queries.ts"
import { isOpen, type OpenSession, openSession } from "./sessions.ts"

/** One person or program: who it is, what it may do, how it comes in, when it was here last. */
export type Reviewed = {
  account: AccountId
  kind: AccountKind
  name: string
  role: Role | null
  administrator: boolean
  /** Rights over TAXII by collection id: `r`, `w` or `rw`. */
  rights: ReadonlyMap<string, string>
  means: Means
  createdAt: Instant
  lastUsedAt: Instant | null
  sessions: OpenSession[]
  /** Until when an invitation is open. */
  invitedUntil: Instant | null
}

/** The report for the review of access: everybody who may do anything here, people and programs. */
export async function reviewAccess(reader: Reader, now: Instant): Promise<Reviewed[]> {
  const [rows, sessions, invitations] = await Promise.all([
    listRows(reader),
    listSessions(reader, null),
    listInvitations(reader, now),
  ])
  const open = sessions.filter((session) => isOpen(session, now))
  return Promise.all(
    rows.map(async (row) => ({
      ...whois(row),
      rights: await rightsOf(reader, row),
      means: await meansOf(reader, row),
      sessions: ofAccount(open, row),
      invitedUntil: invitations.get(row.key) ?? null,
    })),
  )
}

function whois(row: AccountRow) {
  const { id: account, kind, name, role, admin, created_at: createdAt, last_used_at: lastUsedAt } = row
  return { account, kind, name, role, administrator: admin === 1, createdAt, lastUsedAt }
}

async function rightsOf(reader: Reader, { key }: AccountRow): Promise<Reviewed["rights"]> {
  const rights = await loadRights(reader, key)
  return new Map([...rights].map(([collection, right]) => [collection, rightLetters(right)]))
}

function ofAccount(sessions: readonly SessionRow[], { key }: AccountRow): OpenSession[] {
  return sessions.filter(({ account }) => account === key).map(openSession)
}
