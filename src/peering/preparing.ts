import type { Preparer } from "../library/index.ts"
import type { PrepareBodies } from "./model.ts"

const BEGIN = Buffer.from('{"objects":[')
const COMMA = Buffer.from(",")
const END = Buffer.from("]}")

/**
 * Bodies are read by the workers that read every other body too, as one envelope. What a body claims to be is believed
 * only where the worker found exactly its bytes at its place: a body with a comma of its own cannot become two objects.
 */
export function preparedBy(preparer: Preparer): PrepareBodies {
  return async (bodies) => {
    if (bodies.length === 0) return []
    const joined = Buffer.concat([BEGIN, ...bodies.flatMap((body, i) => (i === 0 ? [body] : [COMMA, body])), END])
    const batch = await preparer.whole(joined, false)
    const found = new Map(batch.objects.map((object) => [object.position, object]))
    const whole = bodies.map((body, i) => {
      const object = found.get(i)
      return object?.bytes.equals(body) === true ? object : null
    })
    // One crooked body shifts all that follow: then each is read alone, and only that one is lost.
    if (bodies.length > 1 && whole.includes(null)) {
      const alone: PrepareBodies = preparedBy(preparer)
      return Promise.all(bodies.map(async (body, i) => whole[i] ?? (await alone([body]))[0] ?? null))
    }
    return whole
  }
}
