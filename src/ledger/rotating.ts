import { type KeyFiles, type KeyPair, type KeyRing, newKeyPair, type OfflineKeys, signerOf } from "../crypto/index.ts"
import { ComityError } from "../kernel/errors.ts"
import { random, sha256 } from "../kernel/hash.ts"
import { formatInstant, type Instant } from "../kernel/time.ts"
import type { Reader, Store, Tx } from "../store/index.ts"
import { journal, record } from "./journal.ts"
import { ownKeyState } from "./key-log.ts"
import { type KeyState, lastSizeHash, type Saying, signStatement } from "./key-statements.ts"
import { type Ended, entriesOfOwnUntil } from "./last-sizes.ts"
import { endWriting, openLog, signWith } from "./log.ts"
import { type Guarded, listOwnLogs } from "./queries.ts"

/** What changes of keys work with; `offline` are the keys that lie off the machine, `passphrase` seals those that follow. */
export type KeyChange = {
  store: Store
  files: KeyFiles
  ring: KeyRing
  offline: OfflineKeys
  /** Null where next and recovery key are not sealed. */
  passphrase: string | null
}

/** Since when a key was another's, and how many entries the log of a collection had then (null: no such log). */
export type Theft = { since: Instant; entriesUntil: EntriesUntil }
export type EntriesUntil = (reader: Reader, log: number, at: Instant) => Promise<number | null>

/**
 * The next key becomes the current one, and another is announced. Every log of this node is signed anew by it in the
 * same transaction. Throws `refused key.offline-other` if these are not the keys that were announced, `unavailable
 * key.revoked` while the key is revoked.
 */
export async function rotateKey(change: KeyChange): Promise<void> {
  await alone(change, async (state) => {
    const { offline, files, passphrase } = change
    if (state.current === null) throw new ComityError("unavailable", "key.revoked")
    if (!state.next?.equals(sha256(offline.next.publicKey))) throw new ComityError("refused", "key.offline-other")
    requireRecovery(state, offline)
    const [current, next] = [offline.next, newKeyPair()]
    await files.prepare({ current, next, recovery: offline.recovery }, passphrase)
    const says = { type: "rotate", current: current.publicKey, next: sha256(next.publicKey) } as const
    await apply(change, { says, by: current, current })
  })
}

/**
 * From here on the node signs nothing: reading goes on, writing waits for `recoverKey`. What the key signed counts as
 * far as it had come; with `theft`, as far as it had come when it was still only ours. The recovery key signs every log
 * once, as it stands. Throws `refused key.offline-other`, `conflict key.already-revoked`, `invalid key.theft-to-come`.
 */
export async function revokeKey(change: KeyChange, theft: Theft | null = null): Promise<void> {
  await alone(change, async (state) => {
    if (state.current === null) throw new ComityError("conflict", "key.already-revoked")
    requireRecovery(state, change.offline)
    await apply(change, { says: { type: "revoke" }, by: change.offline.recovery, current: null, theft })
  })
}

/**
 * The recovery key brings three new keys, itself included, whatever became of the others. Throws `refused
 * key.offline-other`.
 */
export async function recoverKey(change: KeyChange): Promise<void> {
  await alone(change, async (state) => {
    const { offline, files, passphrase } = change
    requireRecovery(state, offline)
    const [current, next, recovery] = [newKeyPair(), newKeyPair(), newKeyPair()]
    await files.prepare({ current, next, recovery }, passphrase)
    const keys = { current: current.publicKey, next: sha256(next.publicKey), recovery: recovery.publicKey }
    await apply(change, { says: { type: "recover", ...keys }, by: offline.recovery, current })
  })
}

/**
 * At the start of a node: what a crash left of a change of keys is brought to its end, and the ring signs with the key
 * that the key log names. Returns the first key that the node ever had. Throws `unavailable key.differs` where neither
 * the key in the folder nor one that was prepared is the one that it names.
 */
export async function settleRing(ring: KeyRing, reader: Reader, files: KeyFiles): Promise<Buffer> {
  const state = await ownKeyState(reader)
  settle(ring, files, state)
  return state.first
}

/** One change of keys at a time. The key log decides how it ended, whatever went wrong in between. */
async function alone({ store, files, ring, passphrase }: KeyChange, work: (state: KeyState) => Promise<void>) {
  await files.alone(async () => {
    if (passphrase === null && files.sealed()) throw new ComityError("invalid", "key.offline-needed")
    try {
      await work(await ownKeyState(store))
    } finally {
      settle(ring, files, await ownKeyState(store))
    }
  })
}

function settle(ring: KeyRing, files: KeyFiles, state: KeyState): void {
  const { current, recovery } = state
  files.settle(current !== null && files.coming()?.publicKey.equals(current) === true)
  if (current === null) {
    ring.end(recovery)
    return
  }
  const pair = files.load("current")
  if (!pair.publicKey.equals(current)) throw new ComityError("unavailable", "key.differs")
  ring.use(signerOf(pair))
}

const happened = {
  rotate: { what: "key.rotated" },
  revoke: { what: "key.revoked" },
  recover: { what: "key.recovered" },
} as const

type WithoutSizes<S> = S extends { sizes: unknown } ? Omit<S, "sizes"> : never
type Change = { says: WithoutSizes<Saying>; by: KeyPair; current: KeyPair | null; theft?: Theft | null }

async function apply({ store, ring }: KeyChange, { says, by, current, theft = null }: Change): Promise<void> {
  await store.write(async (tx) => {
    const state = await ownKeyState(tx)
    if (theft !== null && theft.since > tx.now) throw new ComityError("invalid", "key.theft-to-come")
    const logs = await listOwnLogs(tx)
    const ended = await Promise.all(logs.map((log) => endOf(tx, log, theft)))
    const sizes = padded(ended.map(([origin, size]) => lastSizeHash(origin, size)))
    signWith(tx, signerOf(current ?? by))
    for (const { key } of logs.filter((log) => isSigned(log, says))) await openLog(tx, key)
    const statement = signStatement(state, { ...says, sizes } as Saying, signerOf(by))
    await journal(tx, "keys", { what: `key.${says.type}`, by: null, facts: statement })
    const since = theft === null ? {} : { since: formatInstant(theft.since) }
    await record(tx, { ...happened[says.type], by: null, facts: { sizes: ended, ...since } })
    if (current === null) endWriting(tx)
  })
  // At once: the next transaction must not be signed by a key that has ended.
  if (current === null) ring.end(by.publicKey)
  else ring.use(signerOf(current))
}

async function endOf(
  tx: Tx,
  { key, origin, size }: { key: number; origin: string; size: number },
  theft: Theft | null,
): Promise<Ended> {
  if (theft === null) return [origin, size]
  const { since, entriesUntil } = theft
  const before = (await entriesUntil(tx, key, since)) ?? (await entriesOfOwnUntil(tx, key, since))
  return [origin, Math.min(before, size)]
}

/** With others that mean nothing: the number of a node's logs is nobody's business either. */
function padded(sizes: string[]): string[] {
  const others = Array.from({ length: -sizes.length & 15 }, () => random(32).toString("base64"))
  return [...sizes, ...others]
}

/** A guarded log stays as it is; a rotation waits until it is free, the others cannot wait. */
function isSigned({ guarded }: { guarded: Guarded }, { type }: { type: Saying["type"] }): boolean {
  return guarded === 0 || (guarded === 1 && type === "rotate")
}

function requireRecovery({ recovery }: KeyState, offline: OfflineKeys): void {
  if (!recovery.equals(offline.recovery.publicKey)) throw new ComityError("refused", "key.offline-other")
}
