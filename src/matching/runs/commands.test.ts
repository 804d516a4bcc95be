import assert from "node:assert/strict"
import { test } from "node:test"
import { translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { matchDeclarations } from "./commands.ts"

const t = translator("en")
const run = {
  ...{ id: "match--1", name: "CERT Farol", role: "acceptor", state: "proposed", waits_for: "us", reason: null },
  ...{ purpose: "investigation", basis: "Joint inquiry 17", agreement: null, items: "both", refusal: "" },
  ...{ at: "2026-11-28T05:00:00Z", expires: "2026-11-29T05:00:00Z", items_found: [] },
  types: [{ type: "wallet", most: 100, smallest: 1, count: null }],
} satisfies Json

function shown(result: Json): string[] {
  return matchDeclarations.find(({ name }) => name === "match show")?.show(t, result) ?? []
}

test("who accepts by command is told what the partner proposes", () => {
  assert.deepEqual(shown(run).slice(1), [
    "Purpose\tinvestigation",
    "Legal basis\tJoint inquiry 17",
    "Agreement\tNone: the usual terms of this node",
    "Who learns which items are common\tBoth, once both consent",
    "Ends at the latest\t2026-11-29T05:00:00Z",
    "Wallets\tnot counted yet\tLargest list: 100\tSmallest number told: 1",
  ])
  assert.equal(
    shown({ ...run, items: "proposer" })[4],
    "Who learns which items are common\tOnly CERT Farol, once both consent",
  )
  assert.equal(shown({ ...run, items: "acceptor" })[4], "Who learns which items are common\tOnly we, once both consent")
})

test("why a proposal was refused is told in the partner's words", () => {
  assert.equal(
    shown({ ...run, state: "refused", waits_for: "nobody", refusal: "Not this week" })[1],
    "Reason: Not this week",
  )
})

test("of what is common each side's knowledge stands beside the item", () => {
  const known = { first_seen: "2026-11-08T00:00:00Z", last_seen: null, confidence: 80, marking: "green", objects: 1 }
  const ours = { ...known, names: ["Ransom note"], labels: ["ransom-payment"] }
  const items_found = [{ type: "wallet", item: "bc1q", ours, theirs: null }]
  const [last] = shown({ ...run, state: "done", items_found }).slice(-1)
  const words = "What we know: Ransom note, ransom-payment, 2026-11-08, 80 %, TLP:GREEN"
  assert.equal(last, `Wallets\tbc1q\t${words}\tWhat CERT Farol knows: Says nothing.`)
})
