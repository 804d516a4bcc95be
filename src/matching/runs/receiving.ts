import { ComityError } from "../../kernel/errors.ts"
import { DAY, parseInstant, plusMicroseconds } from "../../kernel/time.ts"
import { record } from "../../ledger/index.ts"
import { bodyOf, keysOf, type PeerAnswer, type PeerMessage, parseBody } from "../../peering/index.ts"
import type { Tx } from "../../store/index.ts"
import { type Fault, faultIn, faultInAcceptance } from "./checking.ts"
import { endRun } from "./ending.ts"
import { PROPOSED_MOST, requireLeft } from "./limits.ts"
import {
  Message,
  openStatement,
  ROUNDS,
  type Round,
  type Said,
  type Statement,
  type Step,
  textHash,
} from "./message.ts"
import type { Run } from "./model.ts"
import { begin, type RunParts, requireAgreement, requireOpen } from "./operations.ts"
import { countProposed, insertRun, insertWord, selectRun, selectWords, setConsent, type Words } from "./queries.ts"
import { settleRound } from "./rounds.ts"
import { factsOf, type Speaker, signedHash, speakerOf } from "./saying.ts"
import { roundsOf, transcriptBefore } from "./standing.ts"

/** A proposal that would stand longer is none that anybody here has to keep. */
const EXPIRES_MOST = 8 * DAY

/** Words by which a run is over: where nobody knows it, there is nothing left to end. */
const ENDS: ReadonlySet<Step> = new Set(["refuse", "decline", "cancel", "broken", "close"])

type Heard = { said: Statement; note: string }

/**
 * `match`: one signed word of a partner's about a run. Said again it is answered as before; another word for the same
 * step ends the run. Throws `conflict match.differs`, `not-found match.unknown`, `unavailable match.too-early` for a word
 * that came before one on which it rests, `invalid peer.body`, and what `openNote` throws.
 */
export async function takeMatch(parts: RunParts, message: PeerMessage): Promise<PeerAnswer> {
  const { note } = parseBody(Message, message.body)
  const { peer } = message
  const said = openStatement(note, peer.party, await keysOf(parts.store, peer))
  const speaker = await speakerOf(parts.self)
  if (said.to !== speaker.party) throw new ComityError("invalid", "peer.body")
  const taken = await parts.store.write(async (tx) => {
    await message.admit(tx)
    const run = await selectRun(tx, said.run)
    if (run !== null && run.peer !== peer.key) throw new ComityError("conflict", "match.differs")
    if (run === null && said.step === "propose") return takeProposal(tx, peer, said, note)
    if (run === null && ENDS.has(said.step)) return true
    if (run === null) throw new ComityError("not-found", "match.unknown")
    return takeWord(tx, parts, speaker, run, { said, note })
  })
  parts.wake(said.run)
  if (!taken) throw new ComityError("conflict", "match.differs")
  return { body: bodyOf({ v: 1, taken: true }) }
}

async function takeProposal(tx: Tx, peer: PeerMessage["peer"], said: Said<"propose">, note: string): Promise<boolean> {
  const expiresAt = parseInstant(said.expires)
  if (expiresAt === null || expiresAt > plusMicroseconds(tx.now, EXPIRES_MOST)) {
    throw new ComityError("invalid", "peer.body")
  }
  if (expiresAt <= tx.now) throw new ComityError("refused", "match.expired")
  if ((await countProposed(tx, peer.key)) >= PROPOSED_MOST) throw new ComityError("full", "match.too-many")
  const { run: id, purpose, basis, agreement } = said
  const common = { id, peer: peer.key, role: "acceptor", state: "proposed", list: null, expiresAt } as const
  const key = await insertRun(tx, { ...common, purpose, basis, agreement, learners: said.learns.items }, said.types)
  await insertWord(tx, key, { side: "theirs", step: "propose", note, outbox: null })
  const facts = { ...factsOf({ id, party: peer.party, types: [] }), types: said.types.map(({ type }) => type) }
  const more = { limits: said.types, purpose, agreement, learners: said.learns.items, side: "them" }
  await record(tx, { what: "match.proposed", by: null, facts: { ...facts, ...more, signed: signedHash(note) } })
  return true
}

/** False if it contradicts what the partner said before. */
async function takeWord(tx: Tx, parts: RunParts, speaker: Speaker, run: Run, { said, note }: Heard): Promise<boolean> {
  const words = await selectWords(tx, run.key)
  const before = words.theirs[said.step]
  if (before === note) return true
  if (before !== undefined) {
    await breakRun(tx, speaker, run, "match.differs")
    return false
  }
  // Over here already; that a run that was opened is closed there too is still of use.
  if (run.endedAt !== null && said.step !== "close") return true
  const fault = faultInWord(run, words, said)
  if (fault !== null) return breakRun(tx, speaker, run, fault)
  await insertWord(tx, run.key, { side: "theirs", step: said.step, note, outbox: null })
  await follow(tx, parts, speaker, run, { said, note })
  return true
}

/** Each word of a round says where the run stood before it, as both sides must have seen it. */
function faultInWord(run: Run, words: Words, said: Statement): Fault | null {
  const decided = said.step === "decline"
  if (!decided && !isRound(said)) return null
  if (decided && words.theirs.consent !== undefined) return "match.step"
  const t = transcriptBefore(words, run.role, decided ? "consent" : said.step, roundsOf(run))
  return t === said.t ? faultIn(run, said) : "match.transcript"
}

type RoundSaid = Extract<Statement, { step: Round }>

function isRound(said: Statement): said is RoundSaid {
  return ROUNDS.some((round) => round === said.step)
}

/** True: the word was heard, and it is why the run ends. */
async function breakRun(tx: Tx, speaker: Speaker, run: Run, reason: Fault): Promise<true> {
  await endRun(tx, speaker, run, { state: "broken", reason, endedBy: "us", by: null })
  return true
}

async function follow(tx: Tx, parts: RunParts, speaker: Speaker, run: Run, { said, note }: Heard): Promise<void> {
  const ends = { endedBy: "them", by: null } as const
  switch (said.step) {
    case "accept":
      return takeAcceptance(tx, parts, speaker, run, said, note)
    case "refuse":
      return run.state === "proposed" && run.role === "proposer"
        ? endRun(tx, speaker, run, { state: "refused", reason: null, ...ends })
        : void (await breakRun(tx, speaker, run, "match.step"))
    case "decline":
      await setConsent(tx, run.key, "theirs", [])
      return endRun(tx, speaker, run, { state: "declined", reason: null, ...ends })
    case "cancel":
      return endRun(tx, speaker, run, { state: "cancelled", reason: said.reason, ...ends })
    case "broken":
      return endRun(tx, speaker, run, { state: "broken", reason: said.reason, ...ends })
    case "propose":
      return void (await breakRun(tx, speaker, run, "match.step"))
    case "consent":
      await record(tx, {
        what: "match.consented",
        by: null,
        facts: { ...factsOf(run), opens: said.types, side: "them", signed: signedHash(note) },
      })
  }
  await settleRound(tx, speaker, run, said.step, "theirs")
}

async function takeAcceptance(
  tx: Tx,
  parts: RunParts,
  speaker: Speaker,
  run: Run,
  said: Said<"accept">,
  note: string,
): Promise<void> {
  const proposal = (await selectWords(tx, run.key)).own.propose ?? ""
  const possible = run.state === "proposed" && run.role === "proposer"
  const fault = possible ? faultInAcceptance(run, said, textHash(proposal)) : "match.step"
  if (fault !== null) return void (await breakRun(tx, speaker, run, fault))
  try {
    await requireOpen(tx, run)
    await requireAgreement(tx, run, run.agreement)
    await requireLeft(tx, parts.limits, { peer: run.peer, now: tx.now, types: said.types })
  } catch (error) {
    if (!(error instanceof ComityError)) throw error
    return endRun(tx, speaker, run, { state: "cancelled", reason: error.code, endedBy: "us", by: null })
  }
  await begin(tx, run, said.types)
  const facts = { ...factsOf(run), limits: said.types, purpose: run.purpose, agreement: run.agreement, side: "them" }
  await record(tx, { what: "match.accepted", by: null, facts: { ...facts, signed: signedHash(note) } })
}
