import { z } from "zod"
import type { KeyFiles } from "../crypto/index.ts"
import type { Declaration, Handlers } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Store } from "../store/index.ts"
import { record } from "./journal.ts"

export const keyDeclarations: readonly Declaration[] = [
  {
    name: "key seal",
    positionals: [],
    options: {},
    secret: { option: "passphrase", environment: "COMITY_KEY_PASSPHRASE" },
    show: (t, result) => [t("key.sealed", result as { file: string })],
  },
]

/** Long enough that guessing costs more than the node is worth: the file may be stolen and tried at leisure. */
const Seal = z.strictObject({ passphrase: z.string() })
const PASSPHRASE_LEAST = 12

export function keyHandlers({ store, files }: { store: Store; files: KeyFiles }): Handlers {
  return {
    "key seal": async (call) => {
      const { passphrase } = Seal.parse(call.arguments)
      if (passphrase.length < PASSPHRASE_LEAST) {
        throw new ComityError("invalid", "key.passphrase-short", { least: PASSPHRASE_LEAST })
      }
      if (files.sealed()) throw new ComityError("conflict", "key.already-sealed")
      const file = await files.seal(passphrase)
      await store.write((tx) => record(tx, { what: "key.sealed", by: null, facts: {} }))
      return { file }
    },
  }
}
