import { isOfficer } from "../../accounts/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import type { Purpose } from "../../policy/index.ts"
import type { Reader, Tx } from "../../store/index.ts"
import type { ItemType } from "../items/types.ts"
import { endRun } from "../runs/ending.ts"
import { hasEnded, type Run } from "../runs/model.ts"
import { accept, confirmProposal, consent, type GatedAct, type RunParts } from "../runs/operations.ts"
import { speakerOf } from "../runs/saying.ts"
import { loadRun } from "../runs/standing.ts"
import { close, digestOf, intention } from "./gate.ts"
import type { MatchApproval } from "./model.ts"
import { selectAllWaiting, selectApproval, selectOfRun } from "./queries.ts"

export const MATCH_NOTE_MOST = 1000

/** What was wanted, read from what both agree to. */
export type Wanted = {
  run: Run["id"]
  list: string
  types: readonly { type: ItemType; most: number; smallest: number }[]
  permitted: readonly { article: string | null; type: ItemType; purpose: Purpose; basis: string; safeguard: string }[]
  sets: { own: string | null; theirs: string | null } | null
}

/** As `intention` wrote it here. */
export function wantedIn({ text }: Pick<MatchApproval, "text">): Wanted {
  return JSON.parse(text) as Wanted
}

/** Throws `not-found approval.unknown`. */
export async function loadMatchApproval(reader: Reader, id: string): Promise<MatchApproval> {
  const found = await selectApproval(reader, id)
  if (found === null) throw new ComityError("not-found", "approval.unknown")
  return found
}

/** What was asked about a run, the newest first. */
export function approvalsOfRun(reader: Reader, { key }: Pick<Run, "key">): Promise<MatchApproval[]> {
  return selectOfRun(reader, key)
}

/** What waits for this officer: never what that officer asked. */
export async function matchApprovalsFor(reader: Reader, person: string, now: Instant): Promise<MatchApproval[]> {
  if (!(await isOfficer(reader, person))) return []
  return (await selectAllWaiting(reader)).filter(({ askedBy, expiresAt }) => askedBy !== person && now < expiresAt)
}

/**
 * A second officer's yes to exactly what the digest says, and what was wanted is done. Throws `not-found
 * approval.unknown`, `conflict approval.over`, `conflict approval.changed` where the digest is another one, `conflict
 * approval.void` where what would be done now is not what was asked about any more, and what the act throws.
 */
export async function approveMatch(
  parts: RunParts,
  id: string,
  { by, digest }: { by: string; digest: string },
): Promise<Run["id"]> {
  const said = await parts.store.write(async (tx) => {
    const { approval, run } = await openIn(tx, id)
    if (approval.digest !== digest) throw new ComityError("conflict", "approval.changed")
    if (approval.askedBy === by) throw new ComityError("refused", "approval.same-person")
    const wanted = wantedIn(approval)
    if ((await digestNow(tx, approval, run, tx.now)) === digest) return { approval, wanted }
    await close(tx, run, approval, { state: "void", by: null, note: null })
    return null
  })
  if (said === null) throw new ComityError("conflict", "approval.void")
  const went = await redo(parts, said.approval, said.wanted, by)
  if (went === "waits") throw new ComityError("conflict", "approval.void")
  return said.wanted.run
}

/** Null where it may not be at all any more. */
async function digestNow(reader: Reader, approval: MatchApproval, run: Run, now: Instant): Promise<string | null> {
  try {
    return digestOf(await intention(reader, actOf(approval, run), now))
  } catch (error) {
    if (error instanceof ComityError && (error.kind === "refused" || error.kind === "not-found")) return null
    throw error
  }
}

function actOf(approval: MatchApproval, run: Run): Pick<GatedAct, "act" | "run" | "list"> {
  const { types, list } = wantedIn(approval)
  const rows = run.types.flatMap((row) => {
    const one = types.find(({ type }) => type === row.type)
    return one === undefined ? [] : [approval.act === "accept" ? { ...row, most: one.most } : row]
  })
  return { act: approval.act, run: { ...run, types: rows }, list }
}

/** The gate looks once more, and lets it through as the second yes; `waits` if it changed at that very moment. */
function redo(
  parts: RunParts,
  { act }: MatchApproval,
  { run, list, types }: Wanted,
  by: string,
): Promise<"go" | "waits"> {
  switch (act) {
    case "propose":
      return confirmProposal(parts, run, by)
    case "accept": {
      const most = Object.fromEntries(types.map((one) => [one.type, one.most]))
      return accept(parts, run, { list, most }, by)
    }
    case "consent": {
      const names = types.map(({ type }) => type)
      return consent(parts, run, names, by)
    }
  }
}

/**
 * Another officer's no, with a reason; a proposal is over by it. Throws `invalid approval.note` without a reason, and what
 * `approveMatch` throws.
 */
export async function objectToMatch(
  parts: RunParts,
  id: string,
  { by, note }: { by: string; note: string },
): Promise<void> {
  const why = note.trim()
  if (why === "" || why.length > MATCH_NOTE_MOST) {
    throw new ComityError("invalid", "approval.note", { most: MATCH_NOTE_MOST })
  }
  await endAsking(parts, id, async (tx, approval) => {
    if (approval.askedBy === by) throw new ComityError("refused", "approval.same-person")
    if (!(await isOfficer(tx, by))) throw new ComityError("refused", "match.restricted-officer")
    return { state: "declined", by, note: why }
  })
}

/** Whoever asked takes it back. Throws `conflict approval.over`. */
export async function withdrawMatch(parts: RunParts, id: string, by: string): Promise<void> {
  await endAsking(parts, id, async (_, approval) => {
    if (approval.askedBy !== by) throw new ComityError("conflict", "approval.over")
    return { state: "withdrawn", by, note: null }
  })
}

type Closing = Parameters<typeof close>[3]

async function endAsking(
  parts: RunParts,
  id: string,
  decide: (tx: Tx, approval: MatchApproval) => Promise<Closing>,
): Promise<void> {
  const speaker = await speakerOf(parts.self)
  const run = await parts.store.write(async (tx) => {
    const { approval, run: about } = await openIn(tx, id)
    const closing = await decide(tx, approval)
    await close(tx, about, approval, closing)
    if (approval.act === "propose") {
      await endRun(tx, speaker, about, { state: "cancelled", reason: null, endedBy: "us", by: closing.by })
    }
    return about
  })
  parts.wake(run.id)
}

async function openIn(tx: Tx, id: string): Promise<{ approval: MatchApproval; run: Run }> {
  const approval = await loadMatchApproval(tx, id)
  const run = await loadRun(tx, wantedIn(approval).run)
  if (approval.state !== "waiting" || tx.now >= approval.expiresAt || hasEnded(run)) {
    throw new ComityError("conflict", "approval.over")
  }
  return { approval, run }
}
