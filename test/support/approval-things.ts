import { silent } from "../../src/kernel/diagnostics.ts"
import { addObjects, addShared, loadCollection } from "../../src/library/index.ts"
import type { PartyId } from "../../src/parties/index.ts"
import { approvalsOf, DEFAULT_TERMS, keptTerms } from "../../src/policy/index.ts"
import { Releases } from "../../src/sharing/index.ts"
import { newestEverKey } from "../../src/sharing/release/queries.ts"
import { RuleWish } from "../../src/sharing/standing/model.ts"
import { addRule } from "../../src/sharing/standing/rules.ts"
import { tlpMarkingId } from "../../src/stix/index.ts"
import { type InProcess, prepared } from "./node-in-process.ts"
import { addOfficer } from "./officers.ts"
import { indicator, type Stix } from "./stix.ts"

/** What pages of approvals and rules need to have something to show. */
export type ApprovalThings = Record<"approval" | "approvalUrgent" | "releaseHeld" | "rule" | "strict", string>

function strict(name: string): Stix {
  return indicator({ name, object_marking_refs: [tlpMarkingId("amber+strict")] })
}

/**
 * A collection under terms that need two people, a release that waits for the second of them, one that went in need, and
 * a standing rule.
 */
export async function addApprovalThings(node: InProcess, partner: PartyId, names: string): Promise<ApprovalThings> {
  const { store, clock } = node
  const [asks, needs] = [await addOfficer(node, `Omar Officer${names}`), await addOfficer(node, `Oona Officer${names}`)]
  const terms = keptTerms({ ...DEFAULT_TERMS, marking: "amber+strict", urgent: true })
  const title = `Strictly between two${names}`
  const strictly = await addShared(store, { title, alias: null, audience: [partner], terms }, null)
  const objects = ["Relay of the dam", "Relay of the pump", "Relay of the mast"].map((name) =>
    strict(`${name}${names}`),
  )
  await addObjects(store, await loadCollection(store, "own"), prepared(...objects))
  const releases = new Releases({ store, clock, diagnostics: silent })
  const release = async ({ id }: Stix, by: string, urgent: { reason: string; told: string } | null | undefined) => {
    const key = await newestEverKey(store, id)
    const chosen = { collections: [strictly], objects: key === null ? [] : [key], unmarked: null, again: false }
    const made = await releases.prepare({ ...chosen, by, officer: true })
    await releases.settled(made)
    if (urgent === undefined) return made
    await releases.start(made, { by, officer: true, urgent })
    await releases.settled(made)
    return made
  }
  const [one, two, three] = objects as [Stix, Stix, Stix]
  const asked = await release(one, asks, null)
  const went = await release(two, needs, { reason: `The pump stops tonight${names}`, told: asks })
  const releaseHeld = await release(three, needs, undefined)
  const rule = await addRule(
    store,
    RuleWish.parse({
      title: `Daily indicators${names}`,
      collection: strictly,
      types: ["indicator"],
      markings: ["green"],
    }),
    asks,
  )
  const idOf = async (of: string) => (await approvalsOf(store, of))[0]?.id ?? ""
  const { id } = await loadCollection(store, strictly)
  return { approval: await idOf(asked), approvalUrgent: await idOf(went), releaseHeld, rule: rule.id, strict: id }
}
