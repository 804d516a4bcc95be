import { play } from "./history.ts"
import { draw } from "./operations.ts"

// Plays seeds, one after the other, and says what became of each in a line of JSON.
//   node child.ts STEPS FROM TO EVERY

const [steps = 0, from = 0, to = 0, every = 1] = process.argv.slice(2).map(Number)

for (let seed = from; seed <= to; seed += every) {
  const { violation, counts } = await play(draw(seed, steps))
  const said = violation === null ? null : { invariant: violation.invariant, message: violation.message }
  process.stdout.write(`${JSON.stringify({ seed, violation: said, counts: [...counts] })}\n`)
}
