import { ComityError } from "../kernel/errors.ts"

/**
 * Lets `abreast` tasks run at once and `waiting` more stand in line, first come, first served. Beyond that a task is
 * turned away with `slow-down <code>`.
 */
export function turnstile(abreast: number, waiting: number, code: string): <T>(task: () => Promise<T>) => Promise<T> {
  const line: (() => void)[] = []
  let running = 0
  const leave = () => {
    const next = line.shift()
    if (next === undefined) running -= 1
    else next()
  }
  return async (task) => {
    if (running < abreast) running += 1
    else if (line.length >= waiting) throw new ComityError("slow-down", code)
    else await new Promise<void>((resolve) => line.push(resolve))
    try {
      return await task()
    } finally {
      leave()
    }
  }
}
