import { tlpMarkingId } from "../../src/stix/index.ts"
import { day } from "../support/node-in-process.ts"
import { indicator, type Stix } from "../support/stix.ts"
import type { Mark, Version } from "./oracle.ts"

export const LEVELS = ["clear", "green", "amber", "amber+strict", "red"] as const

/** In the bytes of one version and nowhere else: wherever it is found, that version is. */
const TOKEN = /TAINT-(\d+)-/g

export function markOf(level: string | null): Mark {
  return Math.max(0, LEVELS.indexOf(level as (typeof LEVELS)[number])) as Mark
}

/** The object of a version; later tokens are later versions. */
export function objectOf({ token, thing, mark, revoked }: Version): Stix {
  return indicator({
    ...{ id: thing, name: `TAINT-${token}-`, created: day(0), modified: day(token + 1) },
    object_marking_refs: [tlpMarkingId(LEVELS[mark])],
    ...(revoked ? { revoked: true } : {}),
  })
}

/** Tokens that stand in some bytes. */
export function tokensIn(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
  return [...text.matchAll(TOKEN)].map(([, number]) => Number(number))
}

/** Why something is recalled: as secret as what it is about. */
export function reasonOf(number: number): string {
  return `REASON-${number}-`
}

export function reasonsIn(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
  return [...text.matchAll(/REASON-(\d+)-/g)].map(([, number]) => Number(number))
}
