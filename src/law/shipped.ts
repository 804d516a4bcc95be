import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ComityError } from "../kernel/errors.ts"
import { type Facts, factsFrom } from "./facts.ts"
import type { FactFiles } from "./reading.ts"

const FOLDER = fileURLToPath(new URL("../../facts", import.meta.url))
/** All of the files together, in bytes; a hundred times what is shipped would still be read. */
const MOST = 64 * 1024 * 1024

let shipped: Facts | null = null

/** The facts that came with this version of the node; read once. */
export function shippedFacts(): Facts {
  shipped ??= factsFrom(shippedFiles())
  return shipped
}

export function shippedFiles(): FactFiles {
  return filesOf(FOLDER)
}

/** `VERSION` and the tables of a folder. Throws `not-found facts.folder`, `too-large facts.too-large`. */
export function filesOf(folder: string): FactFiles {
  const names = namesIn(folder)
    .filter((name) => name === "VERSION" || name.endsWith(".csv"))
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true)
  if (!names.includes("VERSION")) throw new ComityError("not-found", "facts.folder", { path: folder })
  const size = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  if (size > MOST) throw new ComityError("too-large", "facts.too-large", { limit: MOST })
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw new ComityError("not-found", "facts.folder", { path: folder }, error)
  }
}
