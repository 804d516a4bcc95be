import { z } from "zod"
import { type Declaration, type Handlers, type Translate, translator } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { type Clock, formatInstant, type Instant } from "../../kernel/time.ts"
import { type ApprovalRequest, listDecided, listWaiting, withdrawAsking } from "../../policy/index.ts"
import type { Store } from "../../store/index.ts"
import { idsOf } from "../release/queries.ts"
import { asTheyStand, loadOne, objectsOf, purposeAsked } from "./deciding.ts"
import { standing } from "./words.ts"

export const approvalDeclarations: readonly Declaration[] = [
  { name: "approval list", positionals: [], options: { all: { type: "boolean" } }, show: showList },
  { name: "approval show", positionals: ["ID"], options: {}, show: showOne },
  { name: "approval withdraw", positionals: ["ID"], options: {}, show: () => [] },
]

const List = z.strictObject({ all: z.boolean().default(false) })
const One = z.strictObject({ ID: z.string().max(100) })
const DECIDED_MOST = 1000
const NAMED_AT_ONCE = 500

/** A yes is a person's, on the pages: a command has no name that could stand for a second one. */
export function approvalHandlers({ store, clock }: { store: Store; clock: Clock }): Handlers {
  return {
    "approval list": async (call) => {
      const { all } = List.parse(call.arguments)
      const waiting = await asTheyStand(store, await listWaiting(store), clock.now())
      const rows = [...waiting, ...(all ? await listDecided(store, DECIDED_MOST) : [])]
      return rows.map((approval) => told(approval, clock.now()))
    },
    "approval show": async (call) => {
      const [approval] = await asTheyStand(store, [await loadOne(store, One.parse(call.arguments).ID)], clock.now())
      if (approval === undefined) throw new ComityError("not-found", "approval.unknown")
      const keys = await objectsOf(store, approval)
      const ids: string[] = []
      for (let at = 0; at < keys.length; at += NAMED_AT_ONCE) {
        ids.push(...(await idsOf(store, keys.slice(at, at + NAMED_AT_ONCE))).map(({ id }) => id))
      }
      const reasons = approval.grounds.map(({ code, values, count }) => ({ code, values: { ...values }, count }))
      return {
        ...told(approval, clock.now()),
        audience: [...approval.audience],
        purpose: await purposeAsked(store, approval),
        reasons,
        ids,
      }
    },
    "approval withdraw": async (call) => {
      await withdrawAsking(store, One.parse(call.arguments).ID, null)
      return {}
    },
  }
}

function told(approval: ApprovalRequest, now: Instant) {
  const { id, kind, collection, terms, objects, digest, askedBy, askedAt, expiresAt, decidedBy, note } = approval
  return {
    ...{ id, kind, state: approval.state, standing: standing(translator("en"), approval, now).word },
    ...{ collection, terms, objects, digest, asked_by: askedBy, asked_at: formatInstant(askedAt) },
    ...{ expires_at: formatInstant(expiresAt), decided_by: decidedBy, note },
  }
}

type Told = { id: string; standing: string; objects: number; collection: string; expires_at: string }

function showList(t: Translate, result: Json): string[] {
  const rows = result as Told[]
  return rows.length === 0 ? [t("approval.none-for-others")] : rows.map(line)
}

function line({ id, standing: word, objects, collection, expires_at: until }: Told): string {
  return [id, word, String(objects), collection, until].join("\t")
}

function showOne(_: Translate, result: Json): string[] {
  const one = result as Told & { audience: string[]; purpose: string; ids: string[]; digest: string | null }
  return [line(one), ...(one.digest === null ? [] : [one.digest]), one.purpose, ...one.audience, ...one.ids]
}
