import { tlpMarkingId } from "../../src/stix/index.ts"
import { day } from "../support/node-in-process.ts"
import { indicator, type Stix } from "../support/stix.ts"
import { type Mark, type Parts, typeOf, type Version } from "./oracle.ts"

export const LEVELS = ["clear", "green", "amber", "amber+strict", "red"] as const

/** In the bytes of one version and nowhere else: wherever one is found, that part of that version is. */
const TOKEN = /TAINT-(\d+)-([vpqs])-/g

export type Taint = { token: number; part: string }

export function markOf(level: string | null): Mark {
  return Math.max(0, LEVELS.indexOf(level as (typeof LEVELS)[number])) as Mark
}

/** What each part of a version is written into, beside its name. */
const WRITTEN: Readonly<Record<string, (taint: string) => Record<string, unknown>>> = {
  p: (taint) => ({ description: `Ask ${taint}@people.example for more.` }),
  q: (taint) => ({ x_contact: { desk: taint } }),
  s: (taint) => ({ external_references: [{ source_name: taint }, { source_name: "cve", external_id: "CVE-2026-1" }] }),
}

/** The object of a version; later tokens are later versions. */
export function objectOf(version: Pick<Version, "token" | "thing" | "mark" | "revoked" | "parts">): Stix {
  const { token, thing, mark, revoked, parts } = version
  const taint = (part: string) => `TAINT-${token}-${part}-`
  const object = indicator({
    ...{ id: thing, name: taint("v"), created: day(0), modified: day(token + 1) },
    object_marking_refs: [tlpMarkingId(LEVELS[mark])],
    ...(revoked ? { revoked: true } : {}),
    ...Object.assign({}, ...[...parts].map((part) => WRITTEN[part]?.(taint(part)))),
  })
  const { pattern: _, pattern_type: __, valid_from: ___, ...tool } = object
  return typeOf(version) === "tool" ? { ...tool, type: "tool" } : object
}

/** Tokens that stand in some bytes. */
export function taintsIn(bytes: Uint8Array): Taint[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
  return [...text.matchAll(TOKEN)].map(([, token, part]) => ({ token: Number(token), part: part ?? "" }))
}

/** Versions of which something stands in some bytes. */
export function tokensIn(bytes: Uint8Array): number[] {
  return [...new Set(taintsIn(bytes).map(({ token }) => token))]
}

/** What stands in an object of one version. */
export function partsIn(bytes: Uint8Array): Parts {
  return [...new Set(taintsIn(bytes).map(({ part }) => part))]
    .sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .join("")
}

/** As they are written down of a whole version. */
const ORDER = "vpqs"

/** Why something is recalled: as secret as what it is about. */
export function reasonOf(number: number): string {
  return `REASON-${number}-`
}

export function reasonsIn(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
  return [...text.matchAll(/REASON-(\d+)-/g)].map(([, number]) => Number(number))
}
