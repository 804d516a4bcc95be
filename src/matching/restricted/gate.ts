import { countOfficers, isOfficer } from "../../accounts/index.ts"
import { canonicalize, type Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { sha256 } from "../../kernel/hash.ts"
import { newId } from "../../kernel/ids.ts"
import { DAY, formatInstant, type Instant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import { findList } from "../lists/lists.ts"
import type { Run } from "../runs/model.ts"
import type { Gate, GatedAct } from "../runs/operations.ts"
import { factsOf } from "../runs/saying.ts"
import type { MatchApproval, MatchApprovalState } from "./model.ts"
import { requirePermitted, restrictedIn } from "./permitting.ts"
import { insertApproval, selectSets, selectWaiting, updateState } from "./queries.ts"

/** For so long a second person can agree, or until the run is given up. */
const WAITS = DAY

/**
 * Before anything of a run that names people is said: an agreement in force has to let it, and what one officer wants is
 * an intention until another one wants exactly the same. Throws what `requirePermitted` throws, `refused
 * match.restricted-command` where nobody says who that is, `refused match.restricted-officer`, `refused
 * match.restricted-few` at a node where no second officer could agree, `refused approval.same-person`.
 */
export const restrictedGate: Gate = async (tx, act) => {
  const by = await requireOfficer(tx, act.by)
  const text = await intention(tx, act, tx.now)
  const digest = digestOf(text)
  const { run, act: name } = act
  const waiting = await selectWaiting(tx, { run: run.key, act: name })
  if (waiting !== null) {
    const state = await standing(tx, waiting, digest)
    if (state === "waiting" && waiting.askedBy === by) throw new ComityError("refused", "approval.same-person")
    if (state === "waiting") {
      await close(tx, run, waiting, { state: "approved", by, note: null })
      return "go"
    }
    await close(tx, run, waiting, { state, by: null, note: null })
  }
  const end = plusMicroseconds(tx.now, WAITS)
  const expiresAt = end < run.expiresAt ? end : run.expiresAt
  const fresh = { id: newId("match-approval"), run: run.key, act: name, text, digest, askedBy: by, expiresAt }
  await insertApproval(tx, fresh)
  await record(tx, { what: "match.asked", by, facts: factsFor(run, fresh) })
  return "waits"
}

/** By command nobody is a person, and whoever is no officer decides on nothing that leaves. */
async function requireOfficer(tx: Tx, by: string | null): Promise<string> {
  if (by === null) throw new ComityError("refused", "match.restricted-command")
  if (!(await isOfficer(tx, by))) throw new ComityError("refused", "match.restricted-officer")
  if ((await countOfficers(tx)) < 2) throw new ComityError("refused", "match.restricted-few")
  return by
}

/** What became of a first yes until now; it counts as long as whoever gave it may give one. */
async function standing(
  reader: Reader & { now: Instant },
  { digest, expiresAt, askedBy }: MatchApproval,
  now: string,
): Promise<"waiting" | "expired" | "void"> {
  if (reader.now >= expiresAt) return "expired"
  return digest === now && (await isOfficer(reader, askedBy)) ? "waiting" : "void"
}

/**
 * All that two people agree to, as one text: which run with whom, types and sizes, purpose and basis, what the agreement
 * says of each type, and of the own list what it looks for, or, once it is committed to, its root.
 */
export async function intention(
  reader: Reader,
  { act, run, list }: Pick<GatedAct, "act" | "run" | "list">,
  now: Instant,
): Promise<string> {
  const permitted = await requirePermitted(reader, run, restrictedIn(run), now)
  const { id, party, role, purpose, basis, agreement, learners } = run
  const consents = act === "consent"
  return canonicalize({
    ...{ v: 1, act, run: id, party, role, purpose, basis, agreement, learners, list },
    expires: formatInstant(run.expiresAt),
    types: run.types.map(({ type, most, smallest, count }) => ({
      type,
      most,
      smallest,
      count: consents ? count : null,
    })),
    permitted: permitted.map(({ article, row }) => ({ article, ...row })),
    query: consents ? null : ((await findList(reader, list)).query as unknown as Json),
    sets: consents ? await selectSets(reader, run.key) : null,
  })
}

export function digestOf(text: string): string {
  return sha256("comity/match-approval/v1\n", text).toString("base64")
}

const HAPPENED = {
  approved: { what: "match.approved" },
  declined: { what: "match.not-approved" },
  withdrawn: { what: "match.withdrawn" },
  expired: { what: "match.approval-expired" },
  void: { what: "match.void" },
} as const

export async function close(
  tx: Tx,
  run: Pick<Run, "id" | "party" | "types">,
  approval: MatchApproval,
  { state, by, note }: { state: Exclude<MatchApprovalState, "waiting">; by: string | null; note: string | null },
): Promise<void> {
  await updateState(tx, { ...approval, state, decidedBy: by, note })
  await record(tx, { ...HAPPENED[state], by, facts: factsFor(run, approval) })
}

function factsFor(
  run: Pick<Run, "id" | "party" | "types">,
  { id, act, digest }: Pick<MatchApproval, "id" | "act" | "digest">,
) {
  return { ...factsOf(run), approval: id, act, digest }
}
