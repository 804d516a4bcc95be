import {
  type Choice,
  checkField,
  choiceField,
  type Html,
  html,
  inputField,
  nothing,
  type Shown,
  selectField,
} from "../../http/index.ts"
import { dataCategories, measures, urgencies } from "../../law/index.ts"
import { offenceClasses } from "../asking.ts"
import { FINDER, type Look, offenceWord, placesByName } from "./look.ts"
import { goodAnswers, type Read } from "./reading.ts"

const MORE = ["offence", "penalty", "date"]

/** What a duty officer is asked: who asks whom for what, of which data, how soon; the rest only where it is known. */
export function finderForm(look: Look, read: Read): Html {
  const { given, faults } = read
  const { t } = look.visit
  const shown: Shown = { t, given, faults }
  const open = MORE.some((name) => faults[name] !== undefined) || given.offence !== undefined
  const answers = goodAnswers(read).map((told) => html`<input type="hidden" name="answer" value="${told}">`)
  return html`<form method="get" action="${FINDER}" class="ask">
<div class="pair">${placeField(look, shown, "from")}${placeField(look, shown, "to")}</div>
${checkField(shown, { name: "provider", label: t("path.provider"), hint: t("path.provider-hint") })}
<div class="many">${measureField(shown)}</div>
<div class="only-data">${dataField(shown)}</div>
${urgencyField(shown)}
<details class="more"${open ? html` open` : nothing}><summary>${t("path.more")}</summary>${moreFields(look, shown)}</details>
${answers}<p class="actions"><button class="primary">${t("path.find")}</button></p></form>`
}

export function placeField(look: Look, shown: Shown, name: "from" | "to"): Html {
  const { t, format } = look.visit
  const choices: Choice[] = placesByName(look.visit).map((code) => ({ value: code, label: format.place(code) }))
  const label = name === "from" ? t("path.from") : t("path.to")
  return selectField(shown, { name, label, choices: [{ value: "", label: t("path.choose-place") }, ...choices] })
}

function measureField(shown: Shown): Html {
  const { t } = shown
  const choices = measures.map((code) => ({
    ...{ value: code, label: t(`law.measure.${code}`), hint: t(`path.help.${code}`) },
  }))
  return choiceField(shown, { name: "measure", label: t("path.measure"), choices })
}

function dataField(shown: Shown): Html {
  const { t } = shown
  const choices = dataCategories.map((code) => ({
    ...{ value: code, label: code === "none" ? t("path.data-not-said") : t(`law.data.${code}`) },
  }))
  return choiceField(shown, {
    name: "category",
    label: t("path.data"),
    hint: t("path.data-hint"),
    choices,
    value: "none",
  })
}

function urgencyField(shown: Shown): Html {
  const { t } = shown
  const choices = urgencies.map((code) => ({ value: code, label: t(`law.urgency.${code}`) }))
  return choiceField(shown, { name: "urgency", label: t("path.urgency"), choices, value: "normal" })
}

function moreFields(look: Look, shown: Shown): Html {
  const { t } = shown
  const classes = offenceClasses(look.facts).map((code) => ({ value: code, label: offenceWord(look, code) }))
  const choices = [{ value: "", label: t("path.offence-none") }, ...classes]
  return html`${selectField(shown, { name: "offence", label: t("path.offence"), hint: t("path.offence-hint"), choices })}
${inputField(shown, { name: "penalty", label: t("path.penalty"), hint: t("path.penalty-hint"), inputmode: "numeric", size: "short", most: 6 })}
${inputField(shown, { name: "date", label: t("path.date"), hint: t("path.date-hint"), type: shown.faults.date === undefined ? "date" : "text", value: look.today, size: "short" })}`
}

/** Choices of the pages that look at one measure at a time. */
export function measureSelects(shown: Shown): Html {
  const { t } = shown
  const measureChoices = measures.map((code) => ({ value: code, label: t(`law.measure.${code}`) }))
  const dataChoices = dataCategories.map((code) => ({
    ...{ value: code, label: code === "none" ? t("path.data-not-said") : t(`law.data.${code}`) },
  }))
  const urgencyChoices = urgencies.map((code) => ({ value: code, label: t(`law.urgency.${code}`) }))
  return html`${selectField(shown, { name: "measure", label: t("path.measure"), choices: measureChoices })}
${selectField(shown, { name: "category", label: t("path.data"), choices: dataChoices, value: "none" })}
${selectField(shown, { name: "urgency", label: t("path.urgency"), choices: urgencyChoices, value: "normal" })}`
}
