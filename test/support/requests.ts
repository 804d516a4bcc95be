import { DAY, type Instant, plusMicroseconds } from "../../src/kernel/time.ts"
import type { Fields } from "../../src/requests/core.ts"
import { addEvent, type NewRequest, noteRequest } from "../../src/requests/diary.ts"
import { loadDraft, saveDraft, startDraft } from "../../src/requests/drafts.ts"
import type { InProcess } from "./node-in-process.ts"

/** A request of the Harbour CERT, sent so many days ago, with the sixty days of its preservation. */
export function preservation(sent: Instant): NewRequest {
  return {
    ...{ title: "Lantern relay: preservation", measure: "preserve", category: "traffic", place: "EE" },
    ...{ authority: "24/7 contact point", channel: "bud-29", reference: "HC-2026-117" },
    ...{ basis: "Convention on Cybercrime, Art. 29", sent: { at: sent, zone: "Europe/Helsinki" }, document: null },
    clocks: [{ kind: "preservation", start: sent, days: 60 }],
  }
}

/** What has nothing that would have it sent back, for the form of Article 29. */
export const READY: Fields = {
  ...{ date: "2025-12-20", reference: "HC-2025-118", status: "new", "whom.place": "EE", language: "en" },
  "whom.authority": "National 24/7 contact point",
  "who.organisation": "Harbour CERT",
  "who.person": "Olga Officer",
  "who.address": "Quay 1, Turku",
  "who.telephone": "+358 2 555 0100",
  "who.email": "requests@harbour.example",
  basis: "Convention on Cybercrime (ETS 185), Art. 29",
  "offences.0.name": "Illegal access",
  "offences.0.law": "Criminal Code, chapter 38, section 8: a person who without right accesses a computer system…",
  "offences.0.penalty": "imprisonment for up to two years",
  facts: "On 18 December 2025 the relay took commands for the lantern loader.\nTwo hospitals were hit.",
  "items.0.type": "ipv4",
  "items.0.value": "198.51.100.7",
  "items.0.from": "2025-12-18 14:03:27",
  "items.0.to": "2025-12-18 14:05:00",
  "items.0.zone": "+02:00",
  "items.0.category": "traffic",
  link: "The address sent the commands.",
  "provider.name": "Baltic Hosting",
  "provider.confirmed": "yes",
  necessity: "Connection data are deleted after seven days.",
  intent: "yes",
  "urgency.level": "normal",
  signature: "Olga Officer, liaison officer",
}

/** One request that is overdue, one that is not, and a draft that lacks something; `names` stands behind every text. */
export async function addRequests(
  { store, clock }: InProcess,
  names: string,
): Promise<{ overdue: string; draft: string }> {
  const now = clock.now()
  const old = preservation(plusMicroseconds(now, -61 * DAY))
  const { title, authority, reference, basis } = old
  const texts = {
    title: title + names,
    authority: authority + names,
    reference: reference + names,
    basis: basis + names,
  }
  const overdue = await noteRequest(store, { ...old, ...texts }, null)
  const acknowledged = { kind: "acknowledged", when: old.sent, text: `by telephone${names}` } as const
  await addEvent(store, overdue, acknowledged, null)
  const young = { ...preservation(plusMicroseconds(now, -46 * DAY)), title: "釣魚網站紀錄保存", channel: "telephone" }
  await noteRequest(store, young, null)
  const draft = await startDraft(store, "budapest-29", {}, null)
  const started = await loadDraft(store, draft)
  const { link: _, ...lacking } = READY
  const typed = Object.entries(lacking).map(([name, value]) => [name, TEXTS.has(name) ? value + names : value])
  clock.forward(1) // saved once, so that it is told what it lacks
  await saveDraft(
    store,
    draft,
    { ...Object.fromEntries(typed), "items.0.value": `10.0.0.7${names}` },
    started.changedAt,
  )
  return { overdue, draft }
}

const TEXTS: ReadonlySet<string> = new Set([
  ...["reference", "whom.authority", "who.organisation", "who.address", "facts", "basis", "provider.name"],
  ...["offences.0.name", "offences.0.law", "items.0.zone", "signature", "language"],
])
