import type { PageRoute, Visit } from "../../accounts/index.ts"
import { actions, errorSummary, type Faults, type Given, html, nothing, notice, type Reply } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { oneOf } from "../../law/index.ts"
import type { Store } from "../../store/index.ts"
import { coreOf } from "../core.ts"
import { noteRequest } from "../diary.ts"
import { type Draft, readyDraft } from "../drafts.ts"
import { measureOf, nameKey } from "../forms.ts"
import { PRESERVATION_DAYS, plainChannels } from "../model.ts"
import { entryFields, NewEntry } from "./diary-forms.ts"

export function diaryNewPages(store: Store): PageRoute[] {
  const who = "role:analyst"
  return [
    { method: "GET", path: "/respond/diary/new", who, handle: (visit) => fresh(store, visit) },
    { method: "POST", path: "/respond/diary", who, handle: (visit) => note(store, visit) },
  ]
}

/** With a draft in the address: what the draft says stands in the fields, to be looked at once more. */
async function fresh(store: Store, visit: Visit): Promise<Reply> {
  const id = visit.ask.query.get("draft")
  if (id === null) return page(visit, { given: asked(visit), faults: {} }, null)
  const { draft } = await readyDraft(store, id, visit.now)
  return page(visit, { given: prefilled(visit, draft), faults: {} }, draft.id)
}

/** What another page knows of the request already, such as the channel that somebody decided for. */
function asked({ ask: { query } }: Visit): Given {
  const channel = query.get("channel") ?? ""
  const isPlain = channel === "" || oneOf(plainChannels, channel) !== null
  const fields: Record<string, string> = {
    ...Object.fromEntries(["measure", "category", "place", "title"].map((name) => [name, query.get(name) ?? ""])),
    channel: isPlain ? channel : "by-id",
    "channel-id": isPlain ? "" : channel,
  }
  return givenOf(Object.entries(fields).filter(([, value]) => value !== ""))
}

function givenOf(fields: readonly (readonly [name: string, value: string])[]): Given {
  return Object.fromEntries(fields.map(([name, value]) => [name, [value]]))
}

function prefilled({ t, now }: Visit, draft: Draft): Given {
  const core = coreOf(draft.fields, measureOf(draft.form))
  const fields: Record<string, string> = {
    title: `${t(nameKey(draft.form))}: ${core.reference}`.slice(0, 200).replaceAll(/\p{Cc}/gu, " "),
    ...{ measure: core.measure, category: core.items[0]?.category ?? "none", place: core.whom.place },
    ...{ authority: core.whom.authority, reference: core.reference, basis: core.basis.slice(0, 2000) },
    ...{ sent: formatInstant(now).slice(0, 16).replace("T", " "), zone: "UTC" },
    preserve: draft.form === "budapest-29" ? String(PRESERVATION_DAYS) : "",
  }
  return givenOf(Object.entries(fields))
}

function page(
  visit: Visit,
  { given, faults }: { given: Given; faults: Faults },
  draft: string | null,
  status = 200,
): Reply {
  const { t } = visit
  const shown = { t, given, faults }
  const from = draft === null ? nothing : html`<input type="hidden" name="draft" value="${draft}">`
  const told = draft === null ? nothing : notice(t("diary.from-draft"))
  return visit.page({
    ...{ title: t("diary.note"), place: "diary", status },
    body: html`${errorSummary(t, faults)}${told}<p>${t("diary.note-what")}</p><form method="post" action="/respond/diary">${from}${entryFields(visit, shown)}
${actions(t("diary.note-go"), { href: "/respond/diary", label: t("diary.back") })}</form>`,
  })
}

async function note(store: Store, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewEntry)
  const sentDraft = form.given.draft?.[0] ?? ""
  if (!form.ok) return page(visit, form, sentDraft === "" ? null : sentDraft, 400)
  const { draft, ...entry } = form.value
  try {
    const made = draft === null ? null : await readyDraft(store, draft, visit.now)
    const document = made === null ? null : { form: made.draft.form, hash: made.hash }
    const id = await noteRequest(store, { ...entry, document }, visit.person().commitment)
    return visit.redirect(`/respond/diary/${id}`)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "request.not-sent-yet") throw error
    return page(visit, { ...form, faults: { sent: { key: "error.request.not-sent-yet" } } }, draft, 400)
  }
}
