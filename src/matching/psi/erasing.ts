import { ComityError } from "../../kernel/errors.ts"

/** Overwrites and removes all that a run left in its folder, the keys first; nothing is said if there is none. */
export async function erase(_folder: string): Promise<void> {
  throw new ComityError("unavailable", "worker.gone")
}
