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
  /** For once it was moved: takes it off this machine. */
  removeSealedFile(): void
}

const SEALED = "offline-keys.age"

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
    async seal(passphrase) {
      const content = JSON.stringify({ next: exportPrivate(load("next")), recovery: exportPrivate(load("recovery")) })
      const file = await sealWithPassphrase(Buffer.from(content), passphrase, workFactor)
      const opened = await openWithPassphrase(file, passphrase)
      if (!opened.equals(Buffer.from(content))) throw new Error("the sealed file does not open to what was sealed")
      // Another passphrase was quicker: its file must not be written over.
      if (!open()) throw new ComityError("conflict", "key.already-sealed")
      writeDurably(path(SEALED), file)
      for (const name of ["next", "recovery"] as const) rmSync(pem(name), { force: true })
      return path(SEALED)
    },
  }
}

/** The whole file or none: a crash leaves at most a temporary file beside it. */
function writeDurably(path: string, content: string): void {
  const temporary = `${path}.new`
  const file = openSync(temporary, "w", 0o600)
  writeSync(file, content)
  fsyncSync(file)
  closeSync(file)
  renameSync(temporary, path)
  const folder = openSync(dirname(path), "r")
  fsyncSync(folder)
  closeSync(folder)
}
