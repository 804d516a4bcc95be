import { z } from "zod"
import {
  attemptOf,
  checkSetupLink,
  faultsOf,
  type PageRoute,
  type Sessions,
  sessionCookie,
  type Visit,
} from "../accounts/index.ts"
import { type Faults, type Given, html, parseForm, type Reply } from "../http/index.ts"
import type { Clock } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import { type KeyParts, Passphrase, passphraseForm, sealKeys } from "./keys-page.ts"
import { missingOf, type Setup, setUp } from "./setting-up.ts"
import { AdministratorStep, administratorForm, PartyStep, partyForm } from "./setup-forms.ts"

export type SetupParts = { store: Store; sessions: Sessions; clock: Clock; keys: KeyParts }

const KEYS = "/setup/keys"

/** First the party, then the first administrator, who adds a passkey or a password and code, then the keys. */
export function setupPages(parts: SetupParts): PageRoute[] {
  const keys = { who: "role:administrator", stepUp: true } as const
  return [
    { ...keys, method: "GET", path: KEYS, handle: async (visit) => sealing(parts, visit) },
    { ...keys, method: "POST", path: KEYS, handle: (visit) => seal(parts, visit) },
    { method: "GET", path: "/setup/:token", who: "visitor", handle: (visit) => begin(parts, visit) },
    { method: "POST", path: "/setup/:token", who: "visitor", handle: (visit) => goOn(parts, visit) },
  ]
}

async function begin({ store, clock }: SetupParts, visit: Visit): Promise<Reply> {
  await checkSetupLink(store, clock, visit.ask.params.token ?? "")
  const missing = await missingOf(store)
  return missing.party ? partyPage(visit) : administratorPage(visit)
}

/** What was said before travels along in the form: nothing is kept until all of it is there. */
async function goOn(parts: SetupParts, visit: Visit): Promise<Reply> {
  await checkSetupLink(parts.store, parts.clock, visit.ask.params.token ?? "")
  const missing = await missingOf(parts.store)
  const { given } = await visit.form(z.looseObject({}))
  const party = missing.party ? parseForm(given, PartyStep) : null
  if (party?.ok === false) return partyPage(visit, given, party.faults)
  if (missing.administrator && given.name === undefined) return administratorPage(visit, given)
  const first = missing.administrator ? parseForm(given, AdministratorStep) : null
  if (first?.ok === false) return administratorPage(visit, given, first.faults)
  return finish(parts, visit, { party: party?.value ?? null, administrator: first?.value ?? null }, given)
}

async function finish({ store, sessions }: SetupParts, visit: Visit, setup: Setup, given: Given): Promise<Reply> {
  try {
    const token = await setUp(store, sessions, visit.ask.params.token ?? "", setup, attemptOf(visit))
    if (token === null) return visit.redirect("/sign-in")
    return visit.redirect(`/account/enrol?to=${KEYS}`, [sessionCookie(visit, token)])
  } catch (error) {
    return administratorPage(visit, given, faultsOf(error, "name"))
  }
}

function partyPage(visit: Visit, given: Given = {}, faults: Faults = {}): Reply {
  const { t } = visit
  return step(visit, 1, t("setup.party"), partyForm(visit, given, faults), faults)
}

function administratorPage(visit: Visit, given: Given = {}, faults: Faults = {}): Reply {
  const { t } = visit
  return step(visit, 2, t("setup.administrator"), administratorForm(visit, given, faults), faults)
}

function sealing({ keys }: SetupParts, visit: Visit, faults: Faults = {}): Reply {
  const { t } = visit
  if (!keys.unsealed()) return visit.redirect("/")
  const later = html`<p>${t("setup.keys-later")} <a href="/">${t("setup.skip")}</a></p>`
  return step(visit, 3, t("setup.keys"), html`${passphraseForm(visit, faults, KEYS)}${later}`, faults)
}

async function seal(parts: SetupParts, visit: Visit): Promise<Reply> {
  if (!parts.keys.unsealed()) return visit.redirect("/")
  const form = await visit.form(Passphrase)
  if (!form.ok) return sealing(parts, visit, form.faults)
  return sealKeys(parts.keys, visit, form.value.passphrase)
}

function step(visit: Visit, number: number, title: string, form: ReturnType<typeof html>, faults: Faults): Reply {
  const { t } = visit
  const body = html`<p class="quiet">${t("setup.step", { number, all: 3 })}</p>${form}`
  return visit.page({ title, body, bare: true, status: Object.keys(faults).length === 0 ? 200 : 400 })
}
