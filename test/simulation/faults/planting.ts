import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { DISK } from "../../support/temp.ts"
import { CACHE } from "../pool.ts"
import type { Change, PlantedFault } from "./faults.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))

/** What the simulation is made of, and what its parts read at their start. */
const PARTS = ["src", "test/simulation", "test/support", "package.json"]

/** A copy of the code in which faults are planted, one at a time; it goes with `remove`. */
export type Garden = { folder: string; plant(fault: PlantedFault): () => void; remove(): void }

export function newGarden(): Garden {
  const folder = mkdtempSync(join(DISK, "cy-plant-"))
  for (const name of ["test", CACHE]) mkdirSync(join(folder, name))
  for (const part of PARTS) cpSync(join(root, part), join(folder, part), { recursive: true })
  for (const name of ["node_modules", "web"]) symlinkSync(join(root, name), join(folder, name))
  return {
    folder,
    plant: (fault) => plant(folder, fault),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Returns what takes it out again. Throws where a text that it changes does not stand exactly once. */
function plant(folder: string, { name, also, ...change }: PlantedFault): () => void {
  const changes = also === undefined ? [change] : [change, also]
  const undo = changes.map((one) => write(folder, name, one))
  return () => {
    for (const takeOut of undo) takeOut()
  }
}

function write(folder: string, name: string, { file, find, put }: Change): () => void {
  const path = join(folder, "src", file)
  const text = readFileSync(path, "utf8")
  const times = text.split(find).length - 1
  if (times !== 1) throw new Error(`cannot plant "${name}": its text stands ${times} times in src/${file}`)
  writeFileSync(
    path,
    text.replace(find, () => put),
  )
  return () => writeFileSync(path, text)
}
