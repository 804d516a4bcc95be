import { type KeyFiles, type KeyPair, type KeyRing, newKeyPair, type OfflineKeys, signerOf } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { sha256 } from "../kernel/hash.ts"
import type { Reader, Store } from "../store/index.ts"
import { journal, record } from "./journal.ts"
import { ownStatements } from "./key-log.ts"
import { type KeyState, keyStateOf, lastSizeHash, type Saying, signStatement } from "./key-statements.ts"
import { openLog, signWith } from "./log.ts"
import { listOwnLogs } from "./queries.ts"

/** What changes of keys work with; `offline` are the keys that lie off the machine, `passphrase` seals those that follow. */
export type KeyChange = {
  store: Store
  files: KeyFiles
  ring: KeyRing
  offline: OfflineKeys
  /** Null where next and recovery key are not sealed. */
  passphrase: string | null
}

/**
 * The next key becomes the current one, and another is announced. Every log of this node is signed anew by it in the
 * same transaction. Throws `refused key.offline-other` if these are not the keys that were announced, `unavailable
 * key.revoked` while the key is revoked.
 */
export async function rotateKey(change: KeyChange): Promise<void> {
  const { store, offline } = change
  const state = await ownKeyState(store)
  if (state.current === null) throw new ComityError("unavailable", "key.revoked")
  if (!state.next?.equals(sha256(offline.next.publicKey))) throw new ComityError("refused", "key.offline-other")
  const [current, next] = [offline.next, newKeyPair()]
  await change.files.prepare({ current, next, recovery: offline.recovery }, change.passphrase)
  const says = { type: "rotate", current: current.publicKey, next: sha256(next.publicKey) } as const
  await apply(change, { says, by: current, current })
}

/**
 * From here on nothing that the node signs counts, and it signs nothing: reading goes on, writing waits for
 * `recoverKey`. Throws `refused key.offline-other`, `conflict key.already-revoked`.
 */
export async function revokeKey(change: KeyChange): Promise<void> {
  const { store, offline } = change
  const state = await ownKeyState(store)
  if (state.current === null) throw new ComityError("conflict", "key.already-revoked")
  requireRecovery(state, offline)
  await apply(change, { says: { type: "revoke" }, by: offline.recovery, current: null })
}

/**
 * The recovery key brings three new keys, itself included, whatever became of the others. Throws `refused
 * key.offline-other`.
 */
export async function recoverKey(change: KeyChange): Promise<void> {
  const { store, offline } = change
  requireRecovery(await ownKeyState(store), offline)
  const [current, next, recovery] = [newKeyPair(), newKeyPair(), newKeyPair()]
  await change.files.prepare({ current, next, recovery }, change.passphrase)
  const keys = { current: current.publicKey, next: sha256(next.publicKey), recovery: recovery.publicKey }
  await apply(change, { says: { type: "recover", ...keys }, by: offline.recovery, current })
}

export async function ownKeyState(reader: Reader): Promise<KeyState> {
  return keyStateOf(await ownStatements(reader))
}

/**
 * At the start of a node: what a crash left of a change of keys is brought to its end, and the ring signs with the key
 * that the key log names. Returns the first key that the node ever had. Throws as `settleKeys`.
 */
export async function settleRing(ring: KeyRing, reader: Reader, files: KeyFiles): Promise<Buffer> {
  const state = await ownKeyState(reader)
  settleKeys(files, state)
  ring.use(state.current === null ? null : signerOf(files.load("current")))
  return state.first
}

/**
 * What a crash left between files and database is brought to what the key log says; it decides. Throws `unavailable
 * key.differs` where neither the key in the folder nor the one prepared is the one that it names.
 */
function settleKeys(files: KeyFiles, state: KeyState): void {
  const coming = files.coming()
  if (coming !== null) files.settle(coming.current?.publicKey.equals(state.current ?? Buffer.alloc(0)) === true)
  if (state.current === null) return
  if (!files.load("current").publicKey.equals(state.current)) throw new ComityError("unavailable", "key.differs")
}

const happened = {
  rotate: { what: "key.rotated" },
  revoke: { what: "key.revoked" },
  recover: { what: "key.recovered" },
} as const

type WithoutSizes<S> = S extends { sizes: unknown } ? Omit<S, "sizes"> : never
type Change = { says: WithoutSizes<Saying>; by: KeyPair; current: KeyPair | null }

async function apply({ store, files, ring }: KeyChange, { says, by, current }: Change): Promise<void> {
  try {
    await store.write(async (tx) => {
      const state = await ownKeyState(tx)
      const logs = await listOwnLogs(tx)
      const sizes = logs.map(({ origin, size }) => lastSizeHash(origin, size))
      const saying = { ...says, sizes } as Saying
      signWith(tx, signerOf(current ?? by))
      if (current !== null) for (const { key } of logs) await openLog(tx, key)
      const statement = signStatement(state, saying, signerOf(by))
      await journal(tx, "keys", { what: `key.${says.type}`, by: null, facts: statement })
      await record(tx, { ...happened[says.type], by: null, facts: { logs: logs.length } })
    })
  } catch (error) {
    files.settle(false)
    throw error
  }
  ring.use(current === null ? null : signerOf(current))
  files.settle(true)
}

function requireRecovery({ recovery }: KeyState, offline: OfflineKeys): void {
  if (!recovery.equals(offline.recovery.publicKey)) throw new ComityError("refused", "key.offline-other")
}
