import { ComityError } from "../kernel/errors.ts"
import { type Id, newId } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import {
  type Answer,
  type Facts,
  type Finding,
  findPaths,
  type OwnRefusals,
  type Query,
  type SafeguardCode,
  type Verdict,
} from "../law/index.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store } from "../store/index.ts"
import { adviceFacts } from "./commands.ts"
import { insertChoice, selectChoice, selectChoices } from "./queries.ts"

export type ChoiceId = Id<"choice">

/** What a named person decided after the finder advised. */
export type Choice = {
  key: number
  id: ChoiceId
  chosenAt: Instant
  /** Commitment of the person. */
  by: string | null
  query: Query
  /** What was said of each channel. */
  advice: Readonly<Record<string, Verdict>>
  channel: string
  verdict: Verdict
  safeguards: readonly SafeguardCode[]
  note: string
  /** The facts that answered. */
  version: string
  digest: string
}

export type Wish = { query: Query; channel: string; ticked: readonly SafeguardCode[]; note: string; by: string }

/** `shut`: that channel is closed, unknown, or none of this question's. `unticked`: these were not looked at. */
export type Chosen =
  | { state: "chosen"; id: ChoiceId }
  | { state: "shut" }
  | { state: "unticked"; missing: readonly SafeguardCode[] }

/** The channel as it stands now, if a person may choose it. */
export function choosable({ findings }: Answer, channel: string): Finding | null {
  const finding = findings.find((one) => one.channel.id === channel)
  return finding?.verdict === "open" || finding?.verdict === "conditional" ? finding : null
}

/** The answer is found anew from the facts: nothing that a form says of it counts. */
export async function choosePath(store: Store, facts: Facts, refusals: OwnRefusals, wish: Wish): Promise<Chosen> {
  const { query, channel, ticked, note, by } = wish
  const answer = findPaths(query, facts, refusals)
  const finding = choosable(answer, channel)
  if (finding === null) return { state: "shut" }
  const wanted = finding.safeguards.map(({ code }) => code)
  const missing = wanted.filter((code) => !ticked.includes(code))
  if (missing.length > 0) return { state: "unticked", missing }
  const findings = answer.findings.map((one) => ({ channel: one.channel.id, verdict: one.verdict }))
  const told = adviceFacts({ query, facts, findings })
  const id: ChoiceId = newId("choice")
  const { version, digest } = facts
  await store.write(async (tx) => {
    const kept = { id, by, query, advice: told.advice, channel, verdict: finding.verdict, safeguards: wanted, note }
    await insertChoice(tx, { ...kept, version, digest })
    await record(tx, { what: "path.chosen", by, facts: { ...told, channel, safeguards: wanted, choice: id } })
  })
  return { state: "chosen", id }
}

export function listChoices(reader: Reader, before: number | null, most: number): Promise<Choice[]> {
  return selectChoices(reader, before, most)
}

/** Throws `not-found path.no-choice`. */
export async function loadChoice(reader: Reader, id: string): Promise<Choice> {
  const choice = await selectChoice(reader, id)
  if (choice === null) throw new ComityError("not-found", "path.no-choice")
  return choice
}
