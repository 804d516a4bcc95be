import assert from "node:assert/strict"
import { type Diagnostics, silent } from "../../src/kernel/diagnostics.ts"
import { addObjects, type Collection } from "../../src/library/index.ts"
import { type Asking, openAsking } from "../../src/matching/asking/asking.ts"
import { here } from "../../src/matching/asking/bench.ts"
import type { GatherFor } from "../../src/matching/asking/following.ts"
import { type OpeningParts, openAnswers } from "../../src/matching/asking/opening.ts"
import { answersTo, askPartners, loadQuestion } from "../../src/matching/asking/questioning.ts"
import { typed } from "../../src/matching/items/canonical.ts"
import { OPEN_TYPES } from "../../src/matching/items/types.ts"
import { gatherSteps } from "../../src/matching/lists/gathering.ts"
import { jobFor } from "../../src/matching/lists/gatherings.ts"
import type { PeeringParts } from "../../src/peering/index.ts"
import { openReader } from "../../src/store/index.ts"
import { type Federation, type Member, testFederation } from "./federation.ts"
import { prepared } from "./node-in-process.ts"
import { addOfficer } from "./officers.ts"
import { marked } from "./sharing.ts"
import { tempFolder } from "./temp.ts"

/** A member with what it does about single items. */
export type Asker = Member & { asking: Asking; inbox: Collection }
export type AskingFederation = Federation & { members: Asker[] }

/** Nodes that ask each other; each list is the whole library, and everything is computed in the thread of the test. */
export async function askingFederation(names: readonly string[]): Promise<AskingFederation> {
  const byStore = new Map<PeeringParts, Asking>()
  const made: Member[] = []
  const federation = await testFederation(names, (parts) => {
    const gather: GatherFor = (answers, parties, folder) => gathered(made, parts, { answers, parties, folder })
    const common = { folder: tempFolder(), secret: Buffer.alloc(32, 7), benches: { quick: here, slow: here } }
    const asking = openAsking({ ...parts, ...common, gather, diagnostics: loud })
    byStore.set(parts, asking)
    return asking
  })
  made.push(...federation.members)
  const close = federation.close
  for (const member of federation.members) {
    for (const name of ["Ann", "Bo"]) await addOfficer(member, name)
    const asking = byStore.get(member.parts) as Asking
    Object.assign(member, { asking, inbox: await member.collection("incoming") })
  }
  return Object.assign(federation as AskingFederation, {
    async close() {
      for (const asking of byStore.values()) await asking.close()
      await close()
    },
  })
}

/** What works by itself says its faults to diagnostics alone: here they are faults of the test. */
const loud: Diagnostics = { ...silent, warn: raise, error: raise }

function raise(event: string, facts: Record<string, unknown> = {}): void {
  if (facts.code === "bug") throw new Error(`${event}: ${facts.stack}`)
}

type Gathering = { answers: Parameters<GatherFor>[0]; parties: Parameters<GatherFor>[1]; folder: string }

async function gathered(members: readonly Member[], parts: PeeringParts, { answers, parties, folder }: Gathering) {
  const member = members.find((one) => one.parts === parts)
  assert.ok(member)
  const keys = async () => ({
    keys: member.meddle("select key from object order by key desc").map(({ key }) => Number(key)),
    more: false,
  })
  const { agreement } = answers
  const types = answers.types.map(({ type }) => ({ type, most: 1000 }))
  const query = { text: "", types: [], markings: [], origins: [], collections: [], from: null, to: null } as const
  const whole = { query: { ...query, revoked: "any" as const }, purpose: null, approved: false }
  const search = { settled: async () => {}, keys }
  const job = await jobFor({ ...member, search }, { ...whole, parties, types, agreement } as never)
  const reader = openReader(member.folder.database)
  const steps = [...gatherSteps(reader, { ...job, folder, keep: true })]
  reader.close()
  const last = steps.at(-1)?.gathered
  assert.ok(last)
  return last
}

/** The canonical bytes of what a person types. */
export function item(text: string): Buffer {
  const read = typed(text)
  assert.ok("bytes" in read, text)
  return read.bytes
}

export function patternOf(text: string): string {
  if (/^[0-9.]+$/.test(text)) return `[ipv4-addr:value = '${text}']`
  if (/^[0-9a-f]{64}$/.test(text)) return `[file:hashes.'SHA-256' = '${text}']`
  return `[domain-name:value = '${text}']`
}

/** Indicators come into the library of a member, marked green; their ids. */
export async function know({ store, inbox, clock }: Asker, texts: readonly string[], more: object = {}) {
  clock.forward(1_000_000)
  const objects = texts.map((text) => marked("green", { pattern: patternOf(text), name: `About ${text}`, ...more }))
  await addObjects(store, inbox, prepared(...objects))
  return objects
}

export const anyList = async () => {}

/** Opens the whole library to these partners, and makes the tags. */
export async function open(
  member: Asker,
  partners: readonly Asker[],
  types: readonly { type: string; quota?: number }[] = [],
) {
  const parts: OpeningParts = { store: member.store, requireList: anyList }
  const all = types.length > 0 ? types : OPEN_TYPES.map((type) => ({ type }))
  const parties = partners.map(({ party }) => party)
  const id = await openAnswers(parts, { list: "list--x", title: "All", partners: parties, types: all }, null)
  await member.asking.answering.look({ now: true })
  return id
}

/** What the ledger of a member says of matching, the oldest first. */
export function ledgerOf({ meddle }: Member): { what: string; facts: Record<string, unknown> }[] {
  const rows = meddle("select header, body from journal_entry where header like '%\"match.%' order by seq")
  return rows.map(({ header, body }) => ({
    what: String(JSON.parse(String(header)).what),
    facts: JSON.parse(Buffer.from(body as Uint8Array).toString()) as Record<string, unknown>,
  }))
}

export async function ask(asker: Asker, partners: readonly Asker[], texts: readonly string[]) {
  const wish = { partners: partners.map(({ party }) => party), items: texts.map(item) }
  const id = await askPartners(asker.store, wish, null)
  await asker.asking.questions.settled()
  const question = await loadQuestion(asker.store, id)
  return { question, answers: await answersTo(asker.store, question) }
}
type Asked = Awaited<ReturnType<typeof ask>>

/** For each item, in the order of types and then as it was asked, who has it. */
export function foundIn({ answers }: Asked): string[][] {
  return answers.map(({ found }) => [...found])
}

export function statesOf({ question }: Asked): string[][] {
  return question.parts.map(({ name, type, state, reason }) => [
    ...[name, type, state],
    ...(reason === null ? [] : [reason]),
  ])
}

/** What the ledger of a member says of happenings of one kind. */
export function countsOf(member: Member, what: string): Record<string, unknown>[] {
  return ledgerOf(member).flatMap((one) => (one.what === what ? [one.facts] : []))
}
