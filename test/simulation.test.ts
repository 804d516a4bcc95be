import assert from "node:assert/strict"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { FAULTS } from "./simulation/faults/faults.ts"
import { newGarden } from "./simulation/faults/planting.ts"
import { play } from "./simulation/history.ts"
import { draw, STEPS } from "./simulation/operations.ts"
import { ABREAST, type Played, playAll } from "./simulation/pool.ts"
import { RECORDED } from "./simulation/recorded.ts"

const HISTORIES = 185
const root = fileURLToPath(new URL("..", import.meta.url))

/** The first violation that each seed of a range ends in, by the code in a folder. */
async function played(folder: string, from: number, to: number, abreast = ABREAST): Promise<Played[]> {
  const all: Played[] = []
  await playAll(folder, { from, to, steps: STEPS }, (one) => all.push(one), abreast)
  return all.sort((a, b) => a.seed - b.seed)
}

test("in 185 histories of 3 to 7 nodes, one of them hostile, every invariant holds after every step", async (t) => {
  const all = await played(root, 1, HISTORIES)
  assert.deepEqual(
    all.map(({ seed }) => seed),
    Array.from({ length: HISTORIES }, (_, at) => at + 1),
  )
  const broken = all.flatMap(({ seed, violation }) => (violation === null ? [] : [`${seed} ${violation.message}`]))
  assert.deepEqual(broken, [], "npm run simulate -- --seeds 1 --from SEED shows the shortest history that fails alike")
  const counts = new Map<string, number>()
  for (const [what, times] of all.flatMap((one) => one.counts)) counts.set(what, (counts.get(what) ?? 0) + times)
  for (const what of HAPPENS) assert.ok((counts.get(what) ?? 0) > 0, `it never happened: ${what}`)
  t.diagnostic(
    [...counts]
      .sort()
      .map((one) => one.join(" "))
      .join(", "),
  )
})

/** A simulation in which something never happens proves nothing about it. */
const HAPPENS = [
  ...["put", "revoke", "mark", "recall", "erase", "closed"].map((kind) => `entry ${kind}`),
  ...["round done", "round ended by a crash", "round ended by peer.unreachable", "receipt applied"],
  ...["start after a crash, done", "start after a crash, not done"],
  ...["copy", "asked", "agreed", "not agreed: approval.same-person", "not agreed: approval.void"],
  ...["not agreed: approval.over", "terms narrowed", "terms widened", "taken back: recall", "taken back: erase"],
  ...["passed on: put", "passed on: recall", "expired", "outlived"],
  ...["split", "swap", "forge", "distort", "claim", "stale", "misname", "overhear"].map((trick) => `trick ${trick}`),
  ...["receipts", "flood", "huge", "garbage", "checkpoints"].map((trick) => `trick ${trick}`),
]

for (const { what, plan } of RECORDED) {
  test(`it once failed: ${what}`, async () => {
    const { violation } = await play(plan)
    assert.equal(violation, null)
  })
}

test("the same seed is the same history", async () => {
  assert.deepEqual(draw(7, STEPS), draw(7, STEPS))
  const [first, second] = [await played(root, 7, 7, 1), await played(root, 7, 7, 1)]
  assert.deepEqual(first, second)
})

test("planted faults", { concurrency: ABREAST }, async (t) => {
  assert.ok(FAULTS.length >= 40)
  const gardens = Array.from({ length: ABREAST }, newGarden)
  after(() => {
    for (const garden of gardens) garden.remove()
  })
  await Promise.all(
    FAULTS.map((fault) =>
      t.test(`the simulation finds it if ${fault.name}`, async () => {
        const garden = gardens.pop()
        assert.ok(garden)
        let takeOut = () => {}
        try {
          takeOut = garden.plant(fault)
          const [found] = await played(garden.folder, fault.seed, fault.seed, 1)
          assert.equal(found?.violation?.invariant, fault.breaks)
          // Without the fault the same seed is among those of the first test, which break nothing.
          assert.ok(fault.seed <= HISTORIES)
        } finally {
          takeOut()
          gardens.push(garden)
        }
      }),
    ),
  )
})
