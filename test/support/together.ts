import { globSync } from "node:fs"
import { join } from "node:path"
import { suite } from "node:test"

const ROOT = join(import.meta.dirname, "../..")

/** The files of tests that a pattern names, in order; throws if there is none. */
export function testFiles(pattern: string): string[] {
  const found = globSync(pattern, { cwd: ROOT }).sort()
  if (found.length === 0) throw new Error(`no tests: ${pattern}`)
  return found
}

/** Runs files of tests one after the other in one process, which loads what they share once; each still runs by itself.
 *  What a file says at its top level about before and after belongs to the suite that carries its name. */
export async function together(pattern: string): Promise<void> {
  await import("./node.ts") // its `after` belongs to the whole process, not to the first file that imports it
  for (const file of testFiles(pattern)) suite(file, () => import(join(ROOT, file)))
}
