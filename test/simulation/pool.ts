import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** What became of one seed, as a child process says it. */
export type Played = {
  seed: number
  violation: { invariant: string; message: string } | null
  counts: [what: string, times: number][]
}

/** Processes that play at the same time. */
export const ABREAST = Math.max(1, Math.min(8, availableParallelism()))

export type Range = { from: number; to: number; steps: number }

/** Plays the seeds of a range in child processes, by the code in `folder`; `tell` hears of each as it ends. */
export async function playAll(
  folder: string,
  range: Range,
  tell: (played: Played) => void,
  abreast = ABREAST,
): Promise<void> {
  const lanes = Array.from({ length: abreast }, (_, lane) =>
    playLane(folder, { ...range, from: range.from + lane }, abreast, tell),
  )
  await Promise.all(lanes)
}

async function playLane(
  folder: string,
  { from, to, steps }: Range,
  every: number,
  tell: (played: Played) => void,
): Promise<void> {
  if (from > to) return
  const program = join(folder, "test/simulation/child.ts")
  const child = spawn(process.execPath, [program, ...[steps, from, to, every].map(String)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...cacheIn(folder) },
  })
  let complaints = ""
  child.stderr.on("data", (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-4000)
  })
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
  for await (const line of createInterface({ input: child.stdout })) tell(JSON.parse(line) as Played)
  const code = await ended
  if (code !== 0) throw new Error(`a simulation ended with ${code}: ${complaints}`)
}

/** What one fault compiles the next one need not: only the file in which it stands differs. */
export const CACHE = ".cache"

function cacheIn(folder: string): Record<string, string> {
  const cache = join(folder, CACHE)
  return existsSync(cache) ? { NODE_COMPILE_CACHE: cache } : {}
}
