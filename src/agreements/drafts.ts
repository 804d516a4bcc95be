import { ComityError } from "../kernel/errors.ts"
import { newId } from "../kernel/ids.ts"
import type { Instant } from "../kernel/time.ts"
import { record } from "../ledger/index.ts"
import type { Reader, Store } from "../store/index.ts"
import {
  countDrafts,
  type Draft,
  type DraftId,
  findDraft,
  insertDraft,
  listDrafts,
  removeDraft,
  updateDraft,
} from "./draft-queries.ts"
import { type AgreementText, AgreementText as Schema } from "./model.ts"

export const DRAFTS_MOST = 200

/** Throws `refused agreement.too-many-drafts`, `invalid agreement.text`. */
export async function startDraft(
  store: Store,
  text: AgreementText,
  by: string | null,
  from: Pick<Draft, "negotiation" | "base"> = { negotiation: null, base: null },
): Promise<DraftId> {
  const id = newId("agreement-draft")
  await store.write(async (tx) => {
    if ((await countDrafts(tx)) >= DRAFTS_MOST) {
      throw new ComityError("refused", "agreement.too-many-drafts", { most: DRAFTS_MOST })
    }
    await insertDraft(tx, { id, text: storable(text), ...from, account: by })
  })
  return id
}

/**
 * `seen` is when the draft was last changed as far as the writer knows: two who write at once do not overwrite each
 * other unseen. Throws `not-found agreement.no-draft`, `conflict agreement.draft-changed`, `invalid agreement.text`.
 */
export async function saveDraft(store: Store, id: string, text: AgreementText, seen: Instant): Promise<void> {
  await store.write(async (tx) => {
    const draft = await loadDraft(tx, id)
    if (draft.changedAt !== seen) throw new ComityError("conflict", "agreement.draft-changed")
    await updateDraft(tx, draft.id, storable(text))
  })
}

/** Throws `not-found agreement.no-draft`. */
export async function loadDraft(reader: Reader, id: string): Promise<Draft> {
  const draft = await findDraft(reader, id)
  if (draft === null) throw new ComityError("not-found", "agreement.no-draft")
  return draft
}

export function drafts(reader: Reader): Promise<Draft[]> {
  return listDrafts(reader, DRAFTS_MOST)
}

/** What was in it is gone for good; that there was one stays in the ledger. Throws `not-found agreement.no-draft`. */
export async function deleteDraft(store: Store, id: string, by: string | null): Promise<void> {
  await store.write(async (tx) => {
    const draft = await loadDraft(tx, id)
    await removeDraft(tx, draft.id)
    await record(tx, { what: "agreement-draft.deleted", by, facts: { draft: draft.id } })
  })
}

function storable(text: AgreementText): AgreementText {
  const parsed = Schema.safeParse(text)
  if (!parsed.success) throw new ComityError("invalid", "agreement.text", {}, parsed.error)
  return parsed.data
}
