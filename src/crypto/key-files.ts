import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname, join } from "node:path"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { openWithPassphrase, sealWithPassphrase, WORK_FACTOR } from "./seal.ts"
import { exportPrivate, importPrivate, type KeyPair } from "./signing.ts"

export type KeyName = "current" | "next" | "recovery"

/** The folder of private keys, each file readable by its owner alone. */
export type KeyFiles = {
  has(name: KeyName): boolean
  load(name: KeyName): KeyPair
  save(name: KeyName, pair: KeyPair): void
  /** The node's secret for cursors and redacted ids: 32 bytes, made at the first call. */
  secret(): Buffer
  /** True once next and recovery key no longer lie here in the open. */
  sealed(): boolean
  /**
   * Seals next and recovery key into one age file and removes the open ones. Returns the file's path, which the
   * operator moves off the machine. Throws `conflict key.already-sealed` if another call was quicker.
   */
  seal(passphrase: string): Promise<string>
  /** The sealed file while it still lies on this machine. */
  sealedFile(): { path: string; bytes: Buffer } | null
  /**
   * Lays the keys of a coming change beside those that count; sealed if a passphrase is given. They count from
   * `settle(true)`, and are gone with `settle(false)`: which of the two is for the key log to say.
   */
  prepare(coming: OfflineKeys & { current: KeyPair | null }, passphrase: string | null): Promise<void>
  /** What was prepared and neither settled nor dropped, as after a crash: the current key, null if it brings none. */
  coming(): { current: KeyPair | null } | null
  settle(counts: boolean): void
  /** For once it was moved: takes it off this machine. */
  removeSealedFile(): void
}

/** The keys that lie off the machine: the next one, and the one for recovery. */
export type OfflineKeys = { next: KeyPair; recovery: KeyPair }

const SEALED = "offline-keys.age"
/** Ends the names of files that were prepared; the marker is written last and removed last. */
const COMING = ".coming"
const MARKER = `keys${COMING}`

/** The work factor is that of `sealWithPassphrase`; tests take a small one. */
export function keyFiles(folder: string, workFactor: number = WORK_FACTOR): KeyFiles {
  const path = (name: string) => join(folder, name)
  const pem = (name: KeyName) => path(`${name}.pem`)
  const load = (name: KeyName) => importPrivate(readFileSync(pem(name), "utf8"))
  const open = () => existsSync(pem("next")) || existsSync(pem("recovery"))
  return {
    has: (name) => existsSync(pem(name)),
    load,
    save: (name, pair) => writeDurably(pem(name), exportPrivate(pair)),
    sealed: () => !open(),
    secret() {
      if (!existsSync(path("secret"))) writeDurably(path("secret"), random(32).toString("base64"))
      return Buffer.from(readFileSync(path("secret"), "utf8"), "base64")
    },
    sealedFile() {
      const file = path(SEALED)
      return existsSync(file) && !open() ? { path: file, bytes: readFileSync(file) } : null
    },
    removeSealedFile() {
      if (!open()) rmSync(path(SEALED), { force: true })
    },
    async prepare({ current, ...offline }, passphrase) {
      const names: string[] = []
      const lay = (name: string, content: string) => {
        writeDurably(path(`${name}${COMING}`), content)
        names.push(name)
      }
      if (passphrase !== null) lay(SEALED, await sealed(offline, passphrase, workFactor))
      else for (const name of ["next", "recovery"] as const) lay(`${name}.pem`, exportPrivate(offline[name]))
      if (current !== null) lay("current.pem", exportPrivate(current))
      writeDurably(path(MARKER), JSON.stringify(names))
    },
    coming() {
      if (!existsSync(path(MARKER))) return null
      const file = path(`current.pem${COMING}`)
      return { current: existsSync(file) ? importPrivate(readFileSync(file, "utf8")) : null }
    },
    settle(counts) {
      if (!existsSync(path(MARKER))) return
      for (const name of JSON.parse(readFileSync(path(MARKER), "utf8")) as string[]) {
        const from = path(`${name}${COMING}`)
        if (!existsSync(from)) continue // settled before a crash
        if (counts) renameSync(from, path(name))
        else rmSync(from)
      }
      rmSync(path(MARKER))
      syncFolder(folder)
    },
    async seal(passphrase) {
      const file = await sealed({ next: load("next"), recovery: load("recovery") }, passphrase, workFactor)
      // Another passphrase was quicker: its file must not be written over.
      if (!open()) throw new ComityError("conflict", "key.already-sealed")
      writeDurably(path(SEALED), file)
      for (const name of ["next", "recovery"] as const) rmSync(pem(name), { force: true })
      return path(SEALED)
    },
  }
}

/** The armored age file that holds both, opened once to see that it opens. */
async function sealed({ next, recovery }: OfflineKeys, passphrase: string, workFactor: number): Promise<string> {
  const content = JSON.stringify({ next: exportPrivate(next), recovery: exportPrivate(recovery) })
  const file = await sealWithPassphrase(Buffer.from(content), passphrase, workFactor)
  const opened = await openWithPassphrase(file, passphrase)
  if (!opened.equals(Buffer.from(content))) throw new Error("the sealed file does not open to what was sealed")
  return file
}

/** The reverse. Throws as `openWithPassphrase`, and `invalid key.file-malformed` for what was sealed otherwise. */
export async function readOfflineKeys(file: string, passphrase: string): Promise<OfflineKeys> {
  const content = await openWithPassphrase(file, passphrase)
  try {
    const kept: unknown = JSON.parse(content.toString("utf8"))
    if (typeof kept === "object" && kept !== null && "next" in kept && "recovery" in kept) {
      return { next: importPrivate(String(kept.next)), recovery: importPrivate(String(kept.recovery)) }
    }
  } catch (cause) {
    throw new ComityError("invalid", "key.file-malformed", {}, cause)
  }
  throw new ComityError("invalid", "key.file-malformed")
}

/** The whole file or none: a crash leaves at most a temporary file beside it. */
function writeDurably(path: string, content: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, "w", 0o600)
  writeSync(file, content)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r")
  fsyncSync(folder)
  closeSync(folder)
}
