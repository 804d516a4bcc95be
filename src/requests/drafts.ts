import { ComityError } from "../kernel/errors.ts"
import { type Id, newId } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store } from "../store/index.ts"
import { contentHash, coreOf, type Fields, isField } from "./core.ts"
import { countDrafts, findDraft, insertDraft, listDrafts, removeDraft, updateDraft } from "./draft-queries.ts"
import { measureOf, type RenderedForm } from "./forms.ts"
import { faultsOf } from "./rules.ts"

export type DraftId = Id<"request-draft">

/** A form that is being filled in; it may have faults for as long as it is a draft. */
export type Draft = {
  id: DraftId
  form: RenderedForm
  fields: Fields
  account: string | null
  createdAt: Instant
  changedAt: Instant
}

export const DRAFTS_MOST = 500
const FIELD_MOST = 20_000

/** Throws `refused request.too-many-drafts`. */
export async function startDraft(
  store: Store,
  form: RenderedForm,
  fields: Fields,
  by: string | null,
): Promise<DraftId> {
  const id = newId("request-draft")
  await store.write(async (tx) => {
    if ((await countDrafts(tx)) >= DRAFTS_MOST) {
      throw new ComityError("refused", "request.too-many-drafts", { most: DRAFTS_MOST })
    }
    const kept = keptOf(fields)
    await insertDraft(tx, { id, form, fields: kept, account: by, createdAt: tx.now, changedAt: tx.now })
  })
  return id
}

/**
 * Keeps what was typed, faults and all. `seen` is when the draft was last changed as far as the writer knows: two who
 * write at once do not overwrite each other unseen. Throws `not-found request.no-draft`, `conflict request.draft-changed`.
 */
export async function saveDraft(store: Store, id: string, fields: Fields, seen: Instant): Promise<void> {
  await store.write(async (tx) => {
    const draft = await loadDraft(tx, id)
    if (draft.changedAt !== seen) throw new ComityError("conflict", "request.draft-changed")
    await updateDraft(tx, draft.id, keptOf(fields))
  })
}

/** Throws `not-found request.no-draft`. */
export async function loadDraft(reader: Reader, id: string): Promise<Draft> {
  const draft = await findDraft(reader, id)
  if (draft === undefined) throw new ComityError("not-found", "request.no-draft")
  return draft
}

export function drafts(reader: Reader): Promise<Draft[]> {
  return listDrafts(reader, DRAFTS_MOST)
}

/** What was in it is gone for good; that there was one stays in the ledger. Throws `not-found request.no-draft`. */
export async function deleteDraft(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const draft = await loadDraft(tx, id)
    await removeDraft(tx, draft.id)
    await record(tx, { what: "request-draft.deleted", by, facts: { draft: draft.id, form: draft.form } })
  })
}

/** What a draft is when it is sent. Throws `not-found request.no-draft`, `conflict request.has-faults`. */
export async function readyDraft(reader: Reader, id: string, now: Instant): Promise<{ draft: Draft; hash: string }> {
  const draft = await loadDraft(reader, id)
  const faults = Object.keys(faultsOf(draft.form, draft.fields, now)).length
  if (faults > 0) throw new ComityError("conflict", "request.has-faults", { count: faults })
  return { draft, hash: contentHash(draft.form, coreOf(draft.fields, measureOf(draft.form))) }
}

/** Only fields that a form has a place for, as typed; empty ones say nothing. */
function keptOf(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name, value]) => value !== "" && isField(name))
      .map(([name, value]) => [name, value.slice(0, FIELD_MOST).toWellFormed()]),
  )
}
