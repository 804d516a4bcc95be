import { z } from "zod"
import { colleagues, type Visit } from "../../../accounts/index.ts"
import {
  type Faults,
  type Given,
  type Html,
  html,
  noForm,
  nothing,
  selectField,
  textField,
  visible,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { loadCollection } from "../../../library/index.ts"
import { isReviewLate, NOTE_MOST, readTerms, type Urgent } from "../../../policy/index.ts"
import type { Reader } from "../../../store/index.ts"
import { nothingYet, type Release } from "../../release/model.ts"
import { type ReleasePageParts, releasePath } from "./parts.ts"

type Sent = { given: Given; faults: Faults }

/** Where the terms know urgent need: one officer lets out what waits for a second, says why, and tells somebody at once. */
export async function urgentForm(
  { store }: ReleasePageParts,
  visit: Visit,
  release: Release,
  sent: Sent = noForm,
): Promise<Html> {
  const { t } = visit
  if (!(await knowsUrgency(store, release))) return nothing
  const others = await toTell(store, visit.person().commitment)
  if (others.length === 0) return html`<p class="quiet">${t("release.urgent-nobody")}</p>`
  if (await isReviewLate(store, visit.now)) return html`<p class="quiet">${t("error.release.urgent-unreviewed")}</p>`
  const shown = { t, ...sent }
  const why = textField(shown, {
    ...{ name: "reason", label: t("approval.need"), hint: t("release.urgent-hint"), required: true },
    ...{ rows: 2, most: NOTE_MOST },
  })
  const told = selectField(shown, {
    ...{ name: "told", label: t("release.urgent-told"), hint: t("release.urgent-told-hint"), required: true },
    choices: others.map(({ commitment, name }) => ({ value: commitment, label: visible(name) })),
  })
  const open = Object.keys(sent.faults).length > 0 ? html` open` : nothing
  return html`<details${open}><summary>${t("release.urgent")}</summary><p>${t("release.urgent-what")}</p><form method="post" action="${releasePath(release)}/start"><input type="hidden" name="urgent" value="yes">${why}${told}<p class="actions"><button class="danger">${t("release.urgent-go")}</button></p></form></details>`
}

/** Terms that know it, of a collection for which a second person is missing, in whichever way. */
async function knowsUrgency(reader: Reader, { targets, outcome }: Release): Promise<boolean> {
  for (const [at, { collection }] of targets.entries()) {
    const { terms } = await loadCollection(reader, collection)
    const { held, grounds } = outcome[at] ?? nothingYet
    const needsTwo = held > 0 || grounds.some(({ code }) => code === "people.too-few")
    if (needsTwo && terms !== null && readTerms(terms.text)?.urgent === true) return true
  }
  return false
}

/** Another officer; where there is none, anybody else who has a role. */
async function toTell(reader: Reader, by: string) {
  const others = (await colleagues(reader)).filter(({ commitment }) => commitment !== by)
  const deciding = others.filter(({ role }) => role === "officer")
  return deciding.length > 0 ? deciding : others
}

const Need = z.object({
  urgent: z.literal("yes").optional(),
  reason: z.string().trim().max(NOTE_MOST).default(""),
  told: z.string().max(100).default(""),
})

/**
 * The urgent need that a form states: null if it states none. Throws `invalid release.urgent` where the reason or the
 * person is missing.
 */
export async function needIn({ store }: ReleasePageParts, visit: Visit): Promise<Urgent | null> {
  const form = await visit.form(Need)
  if (!form.ok) throw new ComityError("invalid", "release.urgent")
  const { urgent, reason, told } = form.value
  if (urgent === undefined) return null
  const known = (await toTell(store, visit.person().commitment)).some(({ commitment }) => commitment === told)
  if (reason === "" || !known) throw new ComityError("invalid", "release.urgent")
  return { reason, told }
}
