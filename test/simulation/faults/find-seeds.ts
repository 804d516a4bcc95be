import { ABREAST, playAll } from "../pool.ts"
import { FAULTS } from "./faults.ts"
import { newGarden } from "./planting.ts"

// node test/simulation/faults/find-seeds.ts [SEEDS] [STEPS] [WORD]
// For each planted fault the first seeds that find it: to be written into faults.ts when histories or code changed.

const [seeds = 200, steps = 80] = process.argv.slice(2, 4).map(Number)
const word = process.argv[4] ?? ""
const BATCH = 4 * ABREAST

const garden = newGarden()
try {
  for (const fault of FAULTS.filter(({ name }) => name.includes(word))) {
    const takeOut = garden.plant(fault)
    const began = Date.now()
    const found: string[] = []
    for (let from = 1; from <= seeds && found.length === 0; from += BATCH) {
      const range = { from, to: Math.min(seeds, from + BATCH - 1), steps }
      await playAll(garden.folder, range, ({ seed, violation }) => {
        if (violation !== null) found.push(`${seed} ${violation.invariant}`)
      })
    }
    takeOut()
    const sorted = found.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    console.log(`${sorted.length === 0 ? "NOT FOUND" : sorted.join(", ")}: ${fault.name} (${Date.now() - began} ms)`)
  }
} finally {
  garden.remove()
}
