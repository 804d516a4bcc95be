import { chmodSync, mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { ComityError } from "../kernel/errors.ts"

/** Where everything of one node lies. */
export type Folder = { root: string; database: string; index: string; socket: string; keys: string; uploads: string }

/** `sockaddr_un.sun_path` holds 108 bytes with its closing zero on Linux, 104 on other systems. */
const SOCKET_PATH_MAX = 103

/** Throws `invalid folder.path-too-long` where the socket's path would not fit. */
export function folderAt(path: string): Folder {
  const root = resolve(path)
  const socket = join(root, "comity.sock")
  const length = Buffer.byteLength(socket)
  if (length > SOCKET_PATH_MAX) {
    throw new ComityError("invalid", "folder.path-too-long", { path: root, length, most: SOCKET_PATH_MAX })
  }
  return {
    root,
    database: join(root, "comity.db"),
    index: join(root, "index.sqlite"),
    socket,
    keys: join(root, "keys"),
    uploads: join(root, "uploads"),
  }
}

/** The right to be the folder's only writer; gone by itself with the process, however that ends. */
export type Claim = { release(): void }

/** Null if another process owns the folder. The lock is one that the system takes back after a `kill -9`. */
export function claim(folder: Folder): Claim | null {
  mkdirSync(folder.root, { recursive: true, mode: 0o700 })
  mkdirSync(folder.keys, { recursive: true, mode: 0o700 })
  const path = join(folder.root, "lock.db")
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec("begin exclusive")
  } catch (error) {
    lock.close()
    if (error instanceof Error && "errcode" in error && error.errcode === 5) return null
    throw error
  }
  chmodSync(path, 0o600)
  return { release: () => lock.close() }
}
