import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import {
  actions,
  checkField,
  choiceField,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  type Reply,
  type Shown,
  section,
  selectField,
  visible,
} from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import type { Instant } from "../../kernel/time.ts"
import { listPeers, ownParty, type PartyId } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import type { Draft } from "../draft-queries.ts"
import { loadDraft, saveDraft, startDraft } from "../drafts.ts"
import { emptyText, type Frame, framed, tidy } from "../editing.ts"
import { type AgreementText, LANGUAGES_MOST, LINE_MOST, natures, partRoles, type TextParty } from "../model.ts"
import { natureChoices, roleWord } from "./words.ts"

/** Languages in which texts are authentic most often; a draft from a file may name any other. */
const LANGUAGES = ["en", "zh-Hant", "zh-Hans", "ar", "de", "es", "fr", "id", "ja", "ko", "pt", "ru", "sw", "uk", "vi"]
const Typed = z.record(z.string(), z.union([z.string(), z.array(z.string())]))

type Known = { party: PartyId; name: string }
type Look = { given: Given; faults: Faults; status?: number; seen?: Instant }
const fresh: Look = { given: {}, faults: {} }

export async function newPage(store: Store, visit: Visit, look: Look = fresh): Promise<Reply> {
  const { t, viewer } = visit
  const own = await ownParty(store)
  const parties = own === null ? [] : [{ party: own.id, name: own.name, role: "negotiator", ...UNBOUND } as const]
  const nature = "arrangement"
  const text = emptyText({ nature, languages: [viewer.language], title: {}, parties })
  return page(store, visit, { text, action: "/agree/new", out: "/agree", seen: null }, look, t("agreement.new"))
}

const UNBOUND = { binder: "", instrument: "" }

export async function framePage(store: Store, visit: Visit, draft: Draft, look: Look = fresh): Promise<Reply> {
  const home = `/agree/${draft.id}`
  const about = { text: draft.text, action: `${home}/frame`, out: home, seen: look.seen ?? draft.changedAt }
  return page(store, visit, about, look, visit.t("agreement.edit-frame"))
}

type About = { text: AgreementText; action: string; out: string; seen: Instant | null }

async function page(store: Store, visit: Visit, about: About, look: Look, title: string): Promise<Reply> {
  const { t } = visit
  const { text } = about
  const shown = { t, given: look.given, faults: look.faults }
  const seen = about.seen === null ? null : html`<input type="hidden" name="seen" value="${about.seen}">`
  const parties = await knownParties(store, text)
  const alone =
    parties.length < 2 && visit.may("role:officer")
      ? html`<p><a href="/share/partners">${t("shared.to-partners")}</a></p>`
      : null
  return visit.page({
    ...{ title, place: "agreements", status: look.status ?? 200 },
    body: html`${errorSummary(t, look.faults)}<form method="post" action="${about.action}">${seen}
${languageFields(visit, shown, text)}${titleFields(visit, shown, text)}
${section(t("agreement.nature"), choiceField(shown, { name: "nature", label: t("agreement.nature-which"), choices: natureChoices(t), value: text.nature }))}
${section(t("agreement.parties"), html`<p class="hint">${t("agreement.parties-what")}</p>${parties.map((one) => partyFields(visit, shown, one, text))}${alone}`)}
${actions(about.seen === null ? t("agreement.start") : t("agreement.save"), { href: about.out, label: t("agreement.cancel") })}</form>`,
  })
}

/** The own party first, then partners, then whoever else the text names. */
async function knownParties(store: Store, { parties }: AgreementText): Promise<Known[]> {
  const own = await ownParty(store)
  const peers = (await listPeers(store)).filter(({ state }) => state !== "left")
  const all: Known[] = [...(own === null ? [] : [{ party: own.id, name: own.name }]), ...peers, ...parties]
  return all.flatMap(({ party, name }, i) =>
    all.findIndex((one) => one.party === party) === i ? [{ party, name }] : [],
  )
}

function languageFields({ format, t }: Visit, shown: Shown, text: AgreementText): Html {
  const all = [...new Set([...LANGUAGES, ...text.languages])]
  const boxes = all.map((one) =>
    checkField(shown, {
      name: `language.${one}`,
      label: format.languageName(one),
      checked: text.languages.includes(one),
    }),
  )
  const hint = t("agreement.languages-what", { most: format.number(LANGUAGES_MOST) })
  return section(
    t("agreement.languages"),
    html`<p class="hint">${hint}</p><div class="line-boxes" id="field-languages">${boxes}</div>`,
  )
}

/** One field for each language that is authentic so far; a language that is added now gets its title next. */
function titleFields({ t, format }: Visit, shown: Shown, { languages, title }: AgreementText): Html {
  const fields = languages.map((one) => {
    const label = t("agreement.title-in", { language: format.languageName(one) })
    return inputField(shown, { name: `title.${one}`, label, value: title[one] ?? "", most: LINE_MOST, size: "long" })
  })
  return section(t("agreement.title"), html`${fields}`)
}

function partyFields({ t }: Visit, shown: Shown, { party, name }: Known, text: AgreementText): Html {
  const now = text.parties.find((one) => one.party === party)
  const roles = [
    { value: "", label: t("agreement.role-none") },
    ...partRoles.map((value) => ({ value, label: roleWord(t, value) })),
  ]
  const field = (part: string) => `${part}.${party}`
  return html`<fieldset class="group party"><legend>${visible(name)}</legend>
${selectField(shown, { name: field("role"), label: t("agreement.role"), choices: roles, value: now?.role ?? "" })}
${inputField(shown, { name: field("binder"), label: t("agreement.binder"), hint: t("agreement.binder-what"), value: now?.binder ?? "", most: LINE_MOST, size: "long" })}
${inputField(shown, { name: field("instrument"), label: t("agreement.instrument"), hint: t("agreement.instrument-what"), value: now?.instrument ?? "", most: LINE_MOST, size: "long" })}</fieldset>`
}

type Read = { frame: Frame; given: Given; faults: Faults }

async function read(store: Store, visit: Visit, text: AgreementText): Promise<Read> {
  const form = await visit.form(Typed)
  const { given } = form
  const said = (name: string) => tidy(given[name]?.[0] ?? "").replaceAll("\n", " ")
  const languages = [...new Set([...text.languages, ...LANGUAGES])].filter((one) => said(`language.${one}`) === "yes")
  const nature = natures.find((one) => one === said("nature"))
  const titles = Object.fromEntries(languages.map((one) => [one, said(`title.${one}`).slice(0, LINE_MOST)]))
  const parties = (await knownParties(store, text)).flatMap(({ party, name }): TextParty[] => {
    const role = partRoles.find((one) => one === said(`role.${party}`))
    const [binder, instrument] = ["binder", "instrument"].map((part) => said(`${part}.${party}`).slice(0, LINE_MOST))
    return role === undefined ? [] : [{ party, name, role, binder: binder ?? "", instrument: instrument ?? "" }]
  })
  const faults: Faults = {
    ...(languages.length === 0 ? { languages: { key: "agreement.fault-no-language" } } : {}),
    ...(languages.length > LANGUAGES_MOST ? { languages: { key: "agreement.fault-languages" } } : {}),
    ...(nature === undefined ? { nature: { key: "form.missing" } } : {}),
  }
  return { frame: { nature: nature ?? text.nature, languages, title: titles, parties }, given, faults }
}

export async function begin(store: Store, visit: Visit): Promise<Reply> {
  const languages = [visit.viewer.language]
  const { frame, given, faults } = await read(store, visit, emptyText({ ...EMPTY, languages }))
  if (Object.keys(faults).length > 0) return newPage(store, visit, { given, faults, status: 400 })
  const id = await startDraft(store, emptyText(frame), visit.person().commitment)
  return visit.redirect(`/agree/${id}`)
}

const EMPTY: Frame = { nature: "arrangement", languages: [], title: {}, parties: [] }

export async function saveFrame(store: Store, visit: Visit): Promise<Reply> {
  const draft = await loadDraft(store, visit.ask.params.id ?? "")
  const { frame, given, faults } = await read(store, visit, draft.text)
  if (Object.keys(faults).length > 0) return framePage(store, visit, draft, { given, faults, status: 400 })
  const seen = Number(given.seen?.[0]) as Instant // compared alone; anything else is another time
  try {
    await saveDraft(store, draft.id, framed(draft.text, frame), seen)
  } catch (error) {
    if (!(error instanceof ComityError) || error.code !== "agreement.draft-changed") throw error
    // Sent once more, it is meant: the writer has now been told.
    const told = { "": { key: "error.agreement.draft-changed" } }
    return framePage(store, visit, draft, { given, faults: told, status: 409, seen: draft.changedAt })
  }
  return visit.redirect(`/agree/${draft.id}?saved=yes`)
}
