import { scan } from "../store/index.ts"
import type { ExportOrder } from "./exporting.ts"
import type { FolderOrder, FolderStep } from "./log-folder.ts"
import type { VerifyStep } from "./verifying.ts"

const here = (file: string) => new URL(file, import.meta.url)

/** Verifies one log (`ledger`, `keys` or a collection's id), or every log of the node, in a thread of its own. */
export function verifyLogs(database: string, collection: string | null): AsyncGenerator<VerifyStep> {
  return scan<VerifyStep>(here("./verify-worker.ts"), database, { collection })
}

/** Writes a log as a folder of files, in a thread of its own. */
export function exportLog(database: string, order: FolderOrder): AsyncGenerator<FolderStep> {
  return scan<FolderStep>(here("./folder-worker.ts"), database, order)
}

/** The bytes of a bundle, read in a thread of its own. */
export function exportObjects(database: string, order: ExportOrder): AsyncGenerator<Uint8Array> {
  return scan<Uint8Array>(here("./export-worker.ts"), database, order)
}
