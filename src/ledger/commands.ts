import { z } from "zod"
import { type KeyFiles, type KeyRing, type OfflineKeys, readOfflineKeys } from "../crypto/index.ts"
import type { Call, Declaration, Handlers } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Store } from "../store/index.ts"
import { record } from "./journal.ts"
import { type KeyChange, recoverKey, revokeKey, rotateKey } from "./rotating.ts"

const SECRET = { option: "passphrase", environment: "COMITY_KEY_PASSPHRASE" } as const

/** Where the keys are sealed the command needs the file that was moved off the machine, and its passphrase. */
const change = {
  positionals: [],
  options: { offline: { type: "string", value: "FILE" } },
  contents: ["offline"],
  secret: { ...SECRET, with: "offline" },
} as const

export const keyDeclarations: readonly Declaration[] = [
  {
    name: "key seal",
    positionals: [],
    options: {},
    secret: SECRET,
    show: (t, result) => [t("key.sealed", result as { file: string })],
  },
  {
    ...{ ...change, name: "key rotate" },
    show: (t, result) => [t("key.is-rotated"), ...moveAgain(t, result as { file: string | null })],
  },
  { ...{ ...change, name: "key revoke" }, show: (t) => [t("key.is-revoked")] },
  {
    ...{ ...change, name: "key recover" },
    show: (t, result) => [t("key.is-recovered"), ...moveAgain(t, result as { file: string | null })],
  },
]

function moveAgain(t: Parameters<Declaration["show"]>[0], { file }: { file: string | null }): string[] {
  return file === null ? [t("key.unsealed-again")] : [t("key.move-again", { file })]
}

/** Long enough that guessing costs more than the node is worth: the file may be stolen and tried at leisure. */
const Seal = z.strictObject({ passphrase: z.string() })
const Change = z.strictObject({
  offline: z
    .string()
    .max(64 * 1024)
    .optional(),
  passphrase: z.string().optional(),
})
const PASSPHRASE_LEAST = 12

export function keyHandlers({ store, files, ring }: { store: Store; files: KeyFiles; ring: KeyRing }): Handlers {
  const changing = (apply: (wanted: KeyChange) => Promise<void>) => async (call: Call) => {
    const offline = await offlineOf(files, call)
    await apply({ store, files, ring, ...offline })
    return { file: files.sealedFile()?.path ?? null }
  }
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
    "key rotate": changing(rotateKey),
    "key revoke": changing(revokeKey),
    "key recover": changing(recoverKey),
  }
}

/** The keys that lie off the machine, from their file; where they were never sealed, from the folder. */
async function offlineOf(files: KeyFiles, call: Call): Promise<{ offline: OfflineKeys; passphrase: string | null }> {
  const { offline: file, passphrase } = Change.parse(call.arguments)
  if (file !== undefined && passphrase !== undefined) {
    return { offline: await readOfflineKeys(file, passphrase), passphrase }
  }
  if (files.sealed()) throw new ComityError("invalid", "key.offline-needed")
  return { offline: { next: files.load("next"), recovery: files.load("recovery") }, passphrase: null }
}
