import { errorSummary, type Fault, type Faults, type Html, html, nothing, type Reply } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import {
  checkFacts,
  type FactFiles,
  factsFrom,
  importFacts,
  newestSet,
  type Problem,
  tableNames,
} from "../../law/index.ts"
import type { FactPageParts, Look } from "./look.ts"
import { item } from "./problems.ts"
import { receiveFiles } from "./receiving.ts"
import { FACTS } from "./words.ts"

/** Bytes of all files together. */
export const IMPORT_BYTES_MOST = 16 * 1024 * 1024
/** So many faults are told; who mends a set looks at all with the command. */
const TOLD_MOST = 20

type Refused = { fault: Fault; problems: readonly Problem[] } | null

export async function importPage(look: Look, refused: Refused = null): Promise<Reply> {
  const { visit, facts } = look
  const { t, format } = visit
  const faults: Faults = refused === null ? {} : { files: refused.fault }
  const names = ["VERSION", ...tableNames.map((name) => `${name}.csv`)].join(" · ")
  const told =
    refused === null
      ? nothing
      : html`<p class="fault" id="field-files-fault">${t(refused.fault.key, refused.fault.values)}</p>${problems(look, refused.problems)}`
  return visit.page({
    ...{ title: t("fact.import"), place: "facts", ...(refused === null ? {} : { status: 400 }) },
    body: html`${errorSummary(t, faults)}<div class="decision"><p>${t("fact.import-what")}</p><ul><li>${t("fact.import-counts", { version: facts.version })}</li><li>${t("fact.import-corrections")}</li><li>${t("fact.import-ledger")}</li></ul>
<form method="post" action="${FACTS}/import" enctype="multipart/form-data"><div class="field${refused === null ? "" : " faulty"}"><label for="field-files">${t("fact.files")}</label><p class="hint" id="field-files-hint">${t("fact.files-hint", { size: format.bytes(IMPORT_BYTES_MOST), names })}</p>${told}<input type="file" id="field-files" name="files" multiple aria-describedby="field-files-hint"></div>
<p class="actions"><button class="primary">${t("fact.import-go")}</button><a href="${FACTS}">${t("fact.facts-back")}</a></p></form></div>`,
  })
}

function problems({ visit: { t, format } }: Look, list: readonly Problem[]): Html {
  if (list.length === 0) return nothing
  const shown = list.slice(0, TOLD_MOST).map((one) => html`${t(`facts.problem.${one.code}`)}: ${item(one)}`)
  const rest = list.length - TOLD_MOST
  const more =
    rest <= 0
      ? nothing
      : html`<p class="quiet">${t("fact.more-rows", { count: format.number(rest) })} <code>comity facts check DIR</code></p>`
  return html`<ul>${shown}</ul>${more}`
}

/** Reads the whole set at the door; what has a fault changes nothing. */
export async function importSet(parts: FactPageParts, look: Look): Promise<Reply> {
  const { visit, today } = look
  let files: FactFiles
  try {
    files = await receiveFiles(visit, IMPORT_BYTES_MOST)
  } catch (error) {
    if (!(error instanceof ComityError) || !error.code.startsWith("fact.")) throw error
    return importPage(look, { fault: { key: `error.${error.code}`, values: error.details }, problems: [] })
  }
  if (Object.keys(files).length === 0) return importPage(look, { fault: { key: "fact.no-files" }, problems: [] })
  const faults = checkFacts(factsFrom(files), today).problems.filter(({ severity }) => severity === "error")
  if (faults.length > 0) return importPage(look, { fault: { key: "fact.import-faulty" }, problems: faults })
  const { digest } = await importFacts(parts, files, today, visit.person().commitment)
  const counts = (await newestSet(parts.store))?.digest === digest
  return visit.redirect(`${FACTS}?done=${counts ? "imported" : "older"}`)
}
