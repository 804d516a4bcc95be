import sql from "sql-template-tag"
import { canonicalize, type Json } from "../kernel/canonical.ts"
import type { Instant } from "../kernel/time.ts"
import type { Query, Verdict } from "../law/index.ts"
import type { Reader, Tx } from "../store/index.ts"
import type { Choice, ChoiceId } from "./choices.ts"

type Row = {
  key: number
  id: ChoiceId
  asked_at: Instant
  account: string | null
  query: string
  advice: string
  channel: string
  verdict: Verdict
  safeguards: string
  note: string
  facts_version: string
  facts_digest: string
}

const columns = sql`key, id, asked_at, account, query, advice, channel, verdict, safeguards, note, facts_version, facts_digest`

export async function insertChoice(tx: Tx, choice: Omit<Choice, "key" | "chosenAt">): Promise<void> {
  const { id, by, query, advice, channel, verdict, safeguards, note, version, digest } = choice
  const [asked, advised, ticked] = [query, advice, safeguards].map((value) => canonicalize(value as unknown as Json))
  await tx.run(sql`insert into path_choice
    (id, asked_at, account, query, advice, channel, verdict, safeguards, note, facts_version, facts_digest)
    values (${id}, ${tx.now}, ${by}, ${asked}, ${advised}, ${channel}, ${verdict}, ${ticked}, ${note}, ${version}, ${digest})`)
}

/** The newest first; `before` is the key of the last one of the page before. */
export async function selectChoices(reader: Reader, before: number | null, most: number): Promise<Choice[]> {
  const older = before === null ? sql`` : sql`where key < ${before}`
  const rows = await reader.all<Row>(sql`select ${columns} from path_choice ${older} order by key desc limit ${most}`)
  return rows.map(choiceOf)
}

export async function selectChoice(reader: Reader, id: string): Promise<Choice | null> {
  const row = await reader.get<Row>(sql`select ${columns} from path_choice where id = ${id}`)
  return row === undefined ? null : choiceOf(row)
}

function choiceOf({ key, id, channel, verdict, note, ...row }: Row): Choice {
  return {
    ...{ key, id, channel, verdict, note, chosenAt: row.asked_at, by: row.account },
    query: JSON.parse(row.query) as Query,
    advice: JSON.parse(row.advice) as Choice["advice"],
    safeguards: JSON.parse(row.safeguards) as Choice["safeguards"],
    ...{ version: row.facts_version, digest: row.facts_digest },
  }
}
