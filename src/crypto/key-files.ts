import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { ComityError } from "../kernel/errors.ts"
import { random } from "../kernel/hash.ts"
import { openWithPassphrase, sealWithPassphrase, WORK_FACTOR } from "./seal.ts"
import { exportPrivate, importPrivate, type KeyPair } from "./signing.ts"
import { turnstile } from "./turnstile.ts"

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
   * operator moves off the machine. Throws `conflict key.already-sealed` if there is nothing to seal.
   */
  seal(passphrase: string): Promise<string>
  /** The sealed file while it still lies on this machine. */
  sealedFile(): { path: string; bytes: Buffer } | null
  /** Runs after whatever else changes these files: two changes at once would leave the one's keys under the other's name. */
  alone<T>(change: () => Promise<T>): Promise<T>
  /**
   * Lays the keys of a coming change beside those that count; sealed if a passphrase is given. They count from
   * `settle(true)`, and are gone with `settle(false)`: which of the two is for the key log to say.
   */
  prepare(coming: OfflineKeys & { current: KeyPair }, passphrase: string | null): Promise<void>
  /** What was prepared and neither settled nor dropped, as after a crash: the current key that it brings. */
  coming(): KeyPair | null
  /** Ends what `prepare` began, also where a crash cut it off. */
  settle(counts: boolean): void
  /** For once it was moved: takes it off this machine. */
  removeSealedFile(): void
}

/** The keys that lie off the machine: the next one, and the one for recovery. */
export type OfflineKeys = { next: KeyPair; recovery: KeyPair }

const SEALED = "offline-keys.age"
const OFFLINE = ["next", "recovery"] as const
/** Ends the names of files that were prepared; the marker says that they are whole. */
const COMING = ".coming"
const MARKER = `keys${COMING}`
/** Ends the name of a file while it is written. */
const UNFINISHED = ".new"
/** Changes of keys that may wait for another. */
const WAITING = 16

/** The work factor is that of `sealWithPassphrase`; tests take a small one. */
export function keyFiles(folder: string, workFactor: number = WORK_FACTOR): KeyFiles {
  const path = (name: string) => join(folder, name)
  const pem = (name: KeyName) => path(`${name}.pem`)
  const load = (name: KeyName) => importPrivate(readFileSync(pem(name), "utf8"))
  const open = () => existsSync(pem("next")) || existsSync(pem("recovery"))
  const alone = turnstile(1, WAITING, "key.changing")
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
    alone,
    async prepare({ current, ...offline }, passphrase) {
      dropComing(folder)
      const lay = (name: string, content: string) => writeDurably(path(`${name}${COMING}`), content)
      if (passphrase !== null) lay(SEALED, await sealed(offline, passphrase, workFactor))
      else for (const name of OFFLINE) lay(`${name}.pem`, exportPrivate(offline[name]))
      lay("current.pem", exportPrivate(current))
      writeDurably(path(MARKER), "")
    },
    coming() {
      if (!existsSync(path(MARKER))) return null
      const file = [path(`current.pem${COMING}`), pem("current")].find((one) => existsSync(one)) ?? ""
      return importPrivate(readFileSync(file, "utf8"))
    },
    settle(counts) {
      if (counts && existsSync(path(MARKER))) takeComing(folder)
      dropComing(folder)
    },
    seal: (passphrase) =>
      alone(async () => {
        if (!open()) throw new ComityError("conflict", "key.already-sealed")
        const file = await sealed({ next: load("next"), recovery: load("recovery") }, passphrase, workFactor)
        writeDurably(path(SEALED), file)
        for (const name of OFFLINE) rmSync(pem(name), { force: true })
        return path(SEALED)
      }),
  }
}

/** Each file takes its name, the current key last; a crash in between is made up for by doing it again. */
function takeComing(folder: string): void {
  const path = (name: string) => join(folder, name)
  const there = (name: string) => existsSync(path(`${name}${COMING}`))
  const take = (name: string) => {
    if (there(name)) renameSync(path(`${name}${COMING}`), path(name))
  }
  const open = OFFLINE.map((name) => `${name}.pem`)
  // What lies there in the other form belongs to the keys before.
  if (there(SEALED)) for (const name of open) rmSync(path(name), { force: true })
  if (open.some(there)) rmSync(path(SEALED), { force: true })
  for (const name of [...open, SEALED, "current.pem"]) take(name)
  syncFolder(folder)
}

/** The marker goes first: without it the rest counts for nothing. */
function dropComing(folder: string): void {
  rmSync(join(folder, MARKER), { force: true })
  const left = readdirSync(folder).filter((name) => name.endsWith(COMING) || name.endsWith(`${COMING}${UNFINISHED}`))
  for (const name of left) rmSync(join(folder, name))
  syncFolder(folder)
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
  const temporary = `${path}${UNFINISHED}`
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
