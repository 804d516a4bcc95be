import { ComityError } from "../../kernel/errors.ts"
import type { Folder, Sections } from "./model.ts"
import type { Work } from "./pool.ts"

/** Hides the partner's list by the own key too, and cuts and shuffles what goes back. `sections` are the partner's. */
export async function remask(_folder: Folder, _sections: Sections, _work: Work): Promise<{ root: string }> {
  throw new ComityError("unavailable", "worker.gone")
}
