import { ComityError } from "../kernel/errors.ts"

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
const BUSY = 5
const FULL = 13
const FATAL = new Set([8, 10, 11, 14, 26]) // READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB

function primaryCode(error: unknown): number | null {
  const code = fullCode(error)
  return code === null ? null : code & 0xff
}

function fullCode(error: unknown): number | null {
  return error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : null
}

/** After these nobody knows what the disk holds: nothing may be signed or acknowledged any more. */
export function isFatal(error: unknown): boolean {
  const code = primaryCode(error)
  return code !== null && FATAL.has(code)
}

/** Somebody else holds the lock of the file, beyond the time that SQLite waited. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY
}

const DAMAGED = new Set([10, 11, 26]) // IOERR, CORRUPT, NOTADB

const MOVED = 1032 // READONLY_DBMOVED: deleted or replaced while it was open

/** The file is not what it should be, or not there any more: a file that can be made again is. */
export function isDamaged(error: unknown): boolean {
  const code = primaryCode(error)
  return code !== null && (DAMAGED.has(code) || fullCode(error) === MOVED)
}

export function isFull(error: unknown): boolean {
  return primaryCode(error) === FULL
}

/** A full disk is an answer, not a bug: it was rolled back, reading goes on. Everything else passes unchanged. */
export function translated(error: unknown): unknown {
  return isFull(error) ? new ComityError("full", "store.full", {}, error) : error
}
