import { z } from "zod"
import { type KeyFiles, type KeyRing, type OfflineKeys, readOfflineKeys } from "../crypto/index.ts"
import type { Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { formatInstant, parseInstant } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import { record } from "./journal.ts"
import { type KeyEvent, keyHistory, ownKeyState } from "./key-log.ts"
import { type EntriesUntil, type KeyChange, recoverKey, revokeKey, rotateKey } from "./rotating.ts"

const SECRET = { option: "passphrase", environment: "COMITY_KEY_PASSPHRASE" } as const
const offline = { offline: { type: "string", value: "FILE" } } as const

/** Where the keys are sealed the command needs the file that was moved off the machine, and its passphrase. */
const change = {
  positionals: [],
  options: offline,
  contents: ["offline"],
  secret: { ...SECRET, with: "offline" },
} as const

export const keyDeclarations: readonly Declaration[] = [
  { name: "key show", positionals: [], options: {}, show: showKeys },
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
  {
    ...{ ...change, name: "key revoke", show: (t) => [t("key.is-revoked")] },
    options: { ...offline, "stolen-since": { type: "string", value: "TIME" } },
  },
  {
    ...{ ...change, name: "key recover" },
    show: (t, result) => [t("key.is-recovered"), ...moveAgain(t, result as { file: string | null })],
  },
]

function moveAgain(t: Translate, { file }: { file: string | null }): string[] {
  return file === null ? [t("key.unsealed-again")] : [t("key.move-again", { file })]
}

/** Long enough that guessing costs more than the node is worth: the file may be stolen and tried at leisure. */
const Seal = z.strictObject({ passphrase: z.string() })
const None = z.strictObject({})
const Change = z.strictObject({
  offline: z
    .string()
    .max(64 * 1024)
    .optional(),
  passphrase: z.string().optional(),
})
const Revoke = Change.extend({ "stolen-since": z.string().optional() })
const PASSPHRASE_LEAST = 12

export type KeyCommandParts = {
  store: Store
  files: KeyFiles
  ring: KeyRing
  entriesUntil: EntriesUntil
  /** By what the node is known to others; null until it is set up. */
  fingerprint: () => Promise<{ party: string; words: readonly string[]; digits: string } | null>
}

export function keyHandlers(parts: KeyCommandParts): Handlers {
  const { store, files, ring, entriesUntil } = parts
  const changing = (apply: (wanted: KeyChange) => Promise<void>) => async (given: z.output<typeof Change>) => {
    await apply({ store, files, ring, ...(await offlineOf(files, given)) })
    return { file: files.sealedFile()?.path ?? null }
  }
  return {
    "key show": async (call) => {
      None.parse(call.arguments)
      return shown(parts)
    },
    "key seal": async (call) => {
      const { passphrase } = Seal.parse(call.arguments)
      if (passphrase.length < PASSPHRASE_LEAST) {
        throw new ComityError("invalid", "key.passphrase-short", { least: PASSPHRASE_LEAST })
      }
      const file = await files.seal(passphrase)
      await store.write((tx) => record(tx, { what: "key.sealed", by: null, facts: {} }))
      return { file }
    },
    "key rotate": async (call) => changing(rotateKey)(Change.parse(call.arguments)),
    "key revoke": async (call) => {
      const { "stolen-since": since, ...given } = Revoke.parse(call.arguments)
      const theft = since === undefined ? null : { since: timeOf(since), entriesUntil }
      return changing((wanted) => revokeKey(wanted, theft))(given)
    },
    "key recover": async (call) => changing(recoverKey)(Change.parse(call.arguments)),
  }
}

/** The keys that lie off the machine, from their file; where they were never sealed, from the folder. */
async function offlineOf(
  files: KeyFiles,
  { offline: file, passphrase }: z.output<typeof Change>,
): Promise<{ offline: OfflineKeys; passphrase: string | null }> {
  if (file !== undefined && passphrase !== undefined) {
    return { offline: await readOfflineKeys(file, passphrase), passphrase }
  }
  if (files.sealed()) throw new ComityError("invalid", "key.offline-needed")
  return { offline: { next: files.load("next"), recovery: files.load("recovery") }, passphrase: null }
}

function timeOf(text: string) {
  const found = parseInstant(text)
  if (found === null) throw new ComityError("invalid", "key.theft-time", { text })
  return found
}

async function shown({ store, files, fingerprint }: KeyCommandParts): Promise<Json> {
  const { root, current } = await ownKeyState(store)
  const text = (bytes: Buffer | null) => bytes?.toString("base64") ?? null
  const known = await fingerprint()
  const history = await keyHistory(store)
  return {
    party: known?.party ?? null,
    words: known?.words.join(" ") ?? null,
    digits: known?.digits ?? null,
    root: text(root),
    current: text(current),
    sealed: files.sealed(),
    history: history.map(({ at, type, current: key }) => ({ at: formatInstant(at), type, current: text(key) })),
  }
}

type Shown = {
  party: string | null
  words: string | null
  digits: string | null
  current: string | null
  sealed: boolean
  history: { at: string; type: KeyEvent["type"]; current: string | null }[]
}

const CHANGES = {
  incept: "key.change-incept",
  rotate: "key.change-rotate",
  revoke: "key.change-revoke",
  recover: "key.change-recover",
} as const

/** The words three by three, as one reads them aloud. */
function showKeys(t: Translate, result: Json): string[] {
  const { party, words, digits, current, sealed, history } = result as Shown
  const known =
    words === null || digits === null
      ? [t("key.no-party")]
      : [t("key.fingerprint", { id: party ?? "" }), ...threes(words).map((line) => `  ${line}`), `  ${digits}`]
  return [
    ...known,
    current === null ? t("key.now-revoked") : t("key.now", { key: current }),
    sealed ? t("key.now-sealed") : t("key.unsealed-again"),
    ...history.map(({ at, type, current: key }) => [at, t(CHANGES[type]), key ?? ""].join("\t").trimEnd()),
  ]
}

function threes(words: string): string[] {
  const all = words.split(" ")
  return [0, 3, 6, 9].map((from) => all.slice(from, from + 3).join("  "))
}
