import type { Visit } from "../../accounts/index.ts"
import {
  choiceField,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  parseForm,
  type Reply,
  selectField,
  visible,
} from "../../http/index.ts"
import type { Peer } from "../../parties/index.ts"
import { PURPOSES, purposeWord } from "../../policy/index.ts"
import type { ItemType } from "../items/types.ts"
import { listLists } from "../lists/lists.ts"
import type { MatchList } from "../lists/model.ts"
import { permittedWith } from "../restricted/permitting.ts"
import { LEARNERS, type Learners, SMALLEST_USUAL } from "../runs/model.ts"
import { propose } from "../runs/operations.ts"
import {
  activePartners,
  agreementsHere,
  faultOf,
  HOME,
  type InForceWith,
  LISTS,
  type MatchPageParts,
  NEW,
  partnersOf,
  runPath,
} from "./parts.ts"
import { explained } from "./picture.ts"
import { decisionPage } from "./propose-decision.ts"
import { BASIS_TYPED_MOST, fieldsOf, MOST_USUAL, offeredTypes, Proposed } from "./wish.ts"
import { nameOf, type Partners, typeWord } from "./words.ts"

type Sent = { given: Given; faults: Faults }

/** What is proposed is chosen first, then shown whole; both stand in the address, so that a colleague can be sent it. */
export async function newPage(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const given = fieldsOf(visit.ask.query)
  if (visit.ask.query.get("look") === null) return formPage(parts, visit, { given, faults: {} })
  const form = parseForm(given, Proposed)
  if (!form.ok) return formPage(parts, visit, form)
  return decisionPage(parts, visit, form.value)
}

export async function proposeIt(parts: MatchPageParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(Proposed)
  if (!form.ok) return formPage(parts, visit, form)
  try {
    return visit.redirect(runPath({ id: await propose(parts.runs, form.value, visit.person().commitment) }))
  } catch (error) {
    return formPage(parts, visit, { given: form.given, faults: { "": faultOf(visit, error) } })
  }
}

async function formPage(parts: MatchPageParts, visit: Visit, sent: Sent = noForm): Promise<Reply> {
  const { t } = visit
  const title = t("match.propose")
  const rest = { title, place: "match" }
  const [active, lists, agreements, partners] = await Promise.all([
    activePartners(parts.store, visit),
    listLists(parts.store),
    agreementsHere(parts.store),
    partnersOf(parts.store),
  ])
  if (active.length === 0) {
    const body = emptyState(t("match.no-partner"), { href: "/share/partners", label: t("nav.partners") })
    return visit.page({ ...rest, body })
  }
  if (lists.length === 0) {
    const body = emptyState(t("match.no-lists"), { href: "/share/library", label: t("match.choose-in-library") })
    return visit.page({ ...rest, body })
  }
  const permitted = await permittedWith(
    parts.store,
    active.map(({ party }) => party),
  )
  const fields = html`${withWhom(visit, sent, { active, lists })}${typesField(visit, sent, permitted)}${grounds(visit, sent, agreements, partners)}${learnersField(visit, sent)}`
  const learners = LEARNERS.find((one) => one === sent.given.learners?.[0]) ?? "both"
  const shown = { learners, role: "proposer", used: null, padded: null, common: null } as const
  const status = Object.keys(sent.faults).length === 0 ? {} : { status: 400 }
  const go = html`<p>${t("match.decides-nothing")}</p><p class="actions"><button class="primary">${t("match.look")}</button><a href="${HOME}">${t("match.back")}</a></p>`
  const body = html`${errorSummary(t, sent.faults)}<div class="columns explaining"><form method="get" action="${NEW}"><input type="hidden" name="look" value="yes">${fields}${go}</form>
<aside aria-label="${t("match.explained")}">${explained(t, shown)}</aside></div>`
  return visit.page({ ...rest, ...status, body })
}

type Choices = { active: readonly Peer[]; lists: readonly MatchList[] }

function withWhom({ t }: Visit, sent: Sent, { active, lists }: Choices): Html {
  const shown = { t, ...sent }
  return html`${selectField(shown, {
    ...{ name: "party", label: t("match.partner"), required: true },
    choices: active.map(({ party, name }) => ({ value: party, label: visible(name) })),
  })}
${selectField(shown, {
  ...{ name: "list", label: t("match.list"), required: true },
  hint: html`${t("match.list-hint")} <a href="${LISTS}">${t("match.lists")}</a>`,
  choices: lists.map(({ id, name }) => ({ value: id, label: visible(name) })),
})}`
}

/** A row for each type: whether it takes part, the largest list of either side, and the smallest number told. */
export function typesField(visit: Visit, { given, faults }: Sent, permitted: readonly ItemType[] = []): Html {
  const { t } = visit
  const chosen = given["type[]"] ?? []
  const rows = offeredTypes([...chosen, ...permitted]).map((type, i) => {
    const id = i === 0 ? "field-type[]" : `field-type-${type}`
    const tick = html`<input type="checkbox" id="${id}" name="type[]" value="${type}"${chosen.includes(type) ? html` checked` : nothing}>`
    const name = typeWord(t, type)
    return html`<tr><th scope="row"><span class="tick">${tick}<label for="${id}">${name}</label></span></th>${numberCell(given, faults, `most-${type}`, { usual: MOST_USUAL[type], label: `${name}: ${t("match.most")}` })}${numberCell(given, faults, `smallest-${type}`, { usual: SMALLEST_USUAL, label: `${name}: ${t("match.smallest")}` })}</tr>`
  })
  const wrong = Object.entries(faults).filter(([name]) => /^(type\[\]|most-|smallest-)/.test(name))
  const said = [...new Set(wrong.map(([, fault]) => t(fault.key, fault.values)))]
  const fault = said.map((text) => html`<p class="fault">${text}</p>`)
  const head = html`<tr><th scope="col">${t("match.type")}</th><th scope="col">${t("match.most")}</th><th scope="col">${t("match.smallest")}</th></tr>`
  return html`<fieldset class="field${said.length === 0 ? "" : " faulty"}"><legend>${t("match.types")}</legend><p class="hint">${t("match.types-hint")}</p>${fault}<div class="scroll"><table class="list item-types"><thead>${head}</thead><tbody>${rows}</tbody></table></div><p class="hint">${t("match.types-restricted")}</p></fieldset>`
}

type Figure = { usual: number; label: string }

function numberCell(given: Given, faults: Faults, name: string, { usual, label }: Figure): Html {
  const value = given[name]?.[0] ?? String(usual)
  const wrong = faults[name] === undefined ? nothing : html` aria-invalid="true"`
  return html`<td><input id="field-${name}" name="${name}" value="${value}" inputmode="numeric" maxlength="9" aria-label="${label}"${wrong}></td>`
}

function grounds({ t, format }: Visit, sent: Sent, agreements: readonly InForceWith[], partners: Partners): Html {
  const shown = { t, ...sent }
  const named = agreements.map(({ agreement, title, parties }) => {
    const names = format.list(parties.map((party) => nameOf(partners, party)))
    return { value: agreement, label: visible(`${title} (${names})`) }
  })
  return html`${selectField(shown, {
    ...{ name: "purpose", label: t("match.purpose"), hint: t("match.purpose-hint"), required: true },
    choices: PURPOSES.map((one) => ({ value: one, label: purposeWord(t, one) })),
  })}
${inputField(shown, { name: "basis", label: t("match.basis"), hint: t("match.basis-hint"), required: true, most: BASIS_TYPED_MOST, size: "long" })}
${selectField(shown, {
  ...{ name: "agreement", label: t("match.agreement"), hint: t("match.agreement-hint"), value: "" },
  choices: [{ value: "", label: t("match.agreement-none") }, ...named],
})}`
}

function learnersField({ t }: Visit, sent: Sent): Html {
  const words: Readonly<Record<Learners, string>> = {
    both: t("match.choose-both"),
    proposer: t("match.choose-us"),
    acceptor: t("match.choose-them"),
    none: t("match.choose-none"),
  }
  return choiceField(
    { t, ...sent },
    {
      ...{ name: "learners", label: t("match.learners"), hint: t("match.learners-hint"), value: "both" },
      choices: LEARNERS.map((value) => ({ value, label: words[value] })),
    },
  )
}
