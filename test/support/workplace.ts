import assert from "node:assert/strict"
import { addProgram, commitmentOf, listPrograms, namesByCommitment, Sessions } from "../../src/accounts/index.ts"
import { addNewcomer } from "../../src/accounts/people.ts"
import { reviewAccess } from "../../src/accounts/review.ts"
import { cookieNames } from "../../src/http/index.ts"
import { sha256 } from "../../src/kernel/hash.ts"
import { systemClock } from "../../src/kernel/time.ts"
import { correct, FactBook, type FactRef, findPaths, type Query, shippedFacts } from "../../src/law/index.ts"
import { addCollection, addObjects, loadCollection } from "../../src/library/index.ts"
import { addOwnParty, type PartyId } from "../../src/parties/index.ts"
import { choosePath } from "../../src/paths/choices.ts"
import { addRefusal } from "../../src/policy/index.ts"
import { saveSearch } from "../../src/sharing/saved-searches.ts"
import { addAgreements } from "./agreements.ts"
import { type ApprovalThings, addApprovalThings } from "./approval-things.ts"
import { type AskingThings, addAskingThings } from "./asking-things.ts"
import type { Session, TestBrowser, View, Visitor } from "./browser.ts"
import { addMatchThings, type MatchThings } from "./match-things.ts"
import { type InProcess, openInProcess, prepared } from "./node-in-process.ts"
import type { Role } from "./pages.ts"
import { addRequests } from "./requests.ts"
import { addSealed } from "./sealed-scene.ts"
import { addSharedThings, type SharedThings } from "./shared-things.ts"
import type { Stix } from "./stix.ts"

const CORRECTED = "participation/budapest/BR/Brazil/in force" as FactRef

export const COLLECTIONS = {
  own: "Own findings",
  partners: "From partners",
  empty: "Nothing yet",
} as const

/** Who works here, each with one role. */
export const PEOPLE: Readonly<Record<Role, { name: string; role: "reader" | "analyst" | "officer" | null }>> = {
  reader: { name: "Rita Reader", role: "reader" },
  analyst: { name: "陳分析", role: "analyst" },
  officer: { name: "Olga Officer", role: "officer" },
  administrator: { name: "Adam Administrator", role: null },
}

/** A data folder of a node that is set up and has people who are signed in; nothing runs on it yet. */
export type Furnished = {
  data: string
  /** The cookie of the session of each. */
  cookies: Readonly<Record<Role, { name: string; value: string }>>
  collections: Readonly<Record<keyof typeof COLLECTIONS, string>>
  /** What the pages of one thing each are about; a test finds the address of its page by it. */
  ids: Readonly<
    Record<
      | ("person" | "program" | "search" | "refusal" | "correction" | "overdue" | "draft" | "choice")
      | ("agreementDraft" | "negotiation" | "saying" | "comment" | "agreementFirst" | "agreementNext")
      | ("sealed" | "sealedSent" | "sealedDraft" | "sealingKey"),
      string
    > &
      SharedThings &
      ApprovalThings &
      MatchThings &
      AskingThings
  >
}

export type Furniture = {
  objects: readonly Stix[]
  party?: string
  titles?: Partial<Record<keyof typeof COLLECTIONS, string>>
  /** Put behind the name of each person. */ names?: string
}

/**
 * Writes a data folder by the same operations that the pages call, so that a test of one page need not walk through
 * all others first; setting up and signing in have tests of their own.
 */
export async function furnish(data: string, furniture: Furniture): Promise<Furnished> {
  const node = await openInProcess({ path: data })
  try {
    node.clock.set(systemClock.now())
    const { party = "Harbour CERT", objects } = furniture
    await node.store.write((tx) => addOwnParty(tx, { name: party, kind: "government", place: "FI" }, null))
    const collections = await addCollections(node, { ...COLLECTIONS, ...furniture.titles })
    const middle = Math.ceil(objects.length / 2)
    await fill(node, collections.own, objects.slice(0, middle))
    await fill(node, collections.partners, objects.slice(middle))
    const cookies = await signIn(node, furniture.names ?? "")
    return { data, cookies, collections, ids: await belongings(node, collections.own, furniture.names ?? "") }
  } finally {
    await node.close()
  }
}

async function addCollections({ store }: InProcess, titles: Record<string, string>): Promise<Furnished["collections"]> {
  const made = { own: "", partners: "", empty: "" }
  for (const alias of ["own", "partners", "empty"] as const) {
    made[alias] = await addCollection(store, { title: titles[alias] ?? alias, id: null, alias })
  }
  return made
}

async function fill({ store }: InProcess, collection: string, objects: readonly Stix[]): Promise<void> {
  if (objects.length > 0) await addObjects(store, await loadCollection(store, collection), prepared(...objects))
}

async function signIn({ store, clock, signer }: InProcess, names: string): Promise<Furnished["cookies"]> {
  const { session } = cookieNames(sha256(signer.publicKey).toString("hex"), false)
  const sessions = new Sessions(store, clock)
  const enter = (who: Role) =>
    store.write(async (tx) => {
      const { name: short, role } = PEOPLE[who]
      const name = `${short}${names}`
      const { key, salt } = await addNewcomer(tx, { name, role, administrator: who === "administrator" }, null)
      const entry = { account: key, commitment: commitmentOf(salt, name), agent: "test", replaces: null }
      return { name: session, value: await sessions.start(tx, { ...entry, method: "passkey" }) }
    })
  return {
    reader: await enter("reader"),
    analyst: await enter("analyst"),
    officer: await enter("officer"),
    administrator: await enter("administrator"),
  }
}

/** What one has to have to see the pages of one of it. */
async function belongings(node: InProcess, collection: string, names: string): Promise<Furnished["ids"]> {
  const { store } = node
  const rights = new Map([[collection, { read: true, write: true }]])
  await addProgram(store, { name: `OpenCTI${names}`, admin: false, rights })
  const [program] = await listPrograms(store)
  const analyst = (await reviewAccess(store, systemClock.now())).find(({ role }) => role === "analyst")
  assert.ok(program !== undefined && analyst !== undefined)
  const view = { name: `Signs${names}`, address: "type=indicator" }
  const search = await saveSearch(store, analyst.account, view)
  const shared = await addSharedThings(node, names)
  const more = {
    ...(await addSealed(node, await commitmentOfRole(store, "analyst"), names)),
    refusal: await refuse(store, names),
    correction: await correctFact(store, names),
    ...(await addRequests(node, names)),
    choice: await choosePreservation(store, names),
    ...shared,
    ...(await addApprovalThings(node, shared.partner as PartyId, names)),
    ...(await addMatchThings(node, shared.partner as PartyId, names)),
    ...(await addAskingThings(node, [shared.partner, shared.partnerUntold] as PartyId[], names)),
    ...(await addAgreements(node, { party: shared.partner as PartyId, name: `Coastal CERT${names}` }, names)),
  }
  return { person: analyst.account, program: program.account, search, ...more }
}

async function commitmentOfRole(store: InProcess["store"], who: Role): Promise<string> {
  const people = [...(await namesByCommitment(store))]
  return people.find(([, name]) => name.startsWith(PEOPLE[who].name))?.[0] ?? ""
}

/** One row that this node reads otherwise than the set that was shipped. */
async function correctFact(store: InProcess["store"], names: string): Promise<string> {
  const cells = {
    ...{ instrument: "budapest", place: "BR", name: `Brazil${names}`, status: "in force", date: "2023-03-01" },
    ...{ date_kind: "entry into force", source_url: "https://depositary.example/185", as_of: "2026-11" },
    ...{ as_of_note: "", read_on: "2026-11-26", verified: "yes", note: "" },
  }
  const reason = `The depositary answered our letter of 12 November${names}`
  const wish = { table: "participation", replaces: CORRECTED, cells, reason } as const
  return correct({ store, book: new FactBook(store) }, wish, null)
}

/** Finland asks Brazil to preserve traffic data, by the first path that a person may choose. */
async function choosePreservation(store: InProcess["store"], names: string): Promise<string> {
  const facts = shippedFacts()
  const query: Query = {
    ...{ from: "FI", to: "BR", provider: false, measure: "preserve", data: "traffic", urgency: "urgent" },
    ...{ offence: { class: "fraud", penaltyYears: 4 }, answers: {}, date: facts.version },
  }
  const [best] = findPaths(query, facts).findings
  const by = await commitmentOfRole(store, "analyst")
  assert.ok(best)
  const ticked = best.safeguards.map(({ code }) => code)
  const wish = {
    query,
    channel: best.channel.id,
    ticked,
    note: `File 2026/7${names}\nSent by telephone first`,
    by,
  }
  const chosen = await choosePath(store, facts, new Map(), wish)
  assert.equal(chosen.state, "chosen", JSON.stringify(best.reasons))
  return chosen.state === "chosen" ? chosen.id : ""
}

async function refuse(store: InProcess["store"], names: string): Promise<string> {
  const reason = `Export needs a licence that we do not have${names}`
  const source = "https://sanctions.example/list/7"
  const wish = { source, reason, since: "2020-03-01" }
  const { id } = await addRefusal(store, { ...wish, kind: "place", value: "AQ" }, null)
  await addRefusal(store, { ...wish, kind: "party", value: `Example Trading${names}`, reason: null }, null)
  await addRefusal(store, { ...wish, kind: "object-kind", value: "exploit-code", since: null }, null)
  return id
}

/** A visitor of the node that runs on the folder, signed in as that role. */
export async function enter(
  browser: TestBrowser,
  { cookies }: Furnished,
  origin: string,
  who: Role | "visitor",
  view: View = {},
): Promise<Visitor> {
  if (who === "visitor") return browser.visitor(origin, view)
  const cookie = { ...cookies[who], domain: "localhost", path: "/", expires: -1, httpOnly: true, secure: false }
  const session: Session = { cookies: [{ ...cookie, sameSite: "Lax" }], origins: [] }
  return browser.visitor(origin, { ...view, session })
}
