import type { Ready } from "./person.ts"

// What officers do with agreements on the pages of their nodes, as a person would who clicks there.

export type Position = "accept" | "object"
/** A draft at home, or a version of a negotiation by the hash of its text. */
export type Version = { negotiation: string; hash: string }

/** Tables a draft for good, with the hash of the text as the page shows it before. */
export async function table(officer: Ready, draft: string): Promise<Version> {
  const path = `/agree/${draft}/table`
  const hash = found(/class="mono hash">([A-Za-z0-9+/]{43}=)</, await page(officer, path))
  const negotiation = found(/^\/agree\/negotiations\/([^?]+)/, await send(officer, path, {}))
  return { negotiation, hash }
}

/** Drafts the next version with other words for one clause, and other terms for personal data beside it. */
export async function redraft(officer: Ready, { negotiation, hash }: Version, words: Rewording): Promise<string> {
  const location = await send(officer, `/agree/negotiations/${negotiation}/draft`, { version: hash })
  const draft = found(/^\/agree\/([^?]+)/, location)
  const article = `/agree/${draft}/articles/${words.article}`
  await send(officer, article, { ...words.fields, ...(await seen(officer, article)) })
  const terms = `/agree/${draft}/terms/${words.clause}?term=personal`
  const { value, safeguard } = words.personal
  await send(officer, terms, { value, "value.safeguard": safeguard, ...(await seen(officer, terms)) })
  return draft
}

/** All fields of the article's form, and what the clause settles about personal data. */
export type Rewording = {
  article: string
  clause: string
  fields: Readonly<Record<string, string>>
  personal: { value: "forbid" | "redact" | "allow"; safeguard: string }
}

/** Keeps a position on a clause at home, and tables it. */
export async function take(
  officer: Ready,
  { negotiation, hash }: Version,
  { clause, position, text }: { clause: string; position: Position; text: string },
): Promise<void> {
  const home = `/agree/negotiations/${negotiation}`
  const about = new URLSearchParams({ version: hash, part: clause })
  await send(officer, `${home}/say?${about}`, { is: "position", position, text })
  const saying = found(/name="saying" value="([^"]+)"/, await page(officer, `${home}/table`))
  await send(officer, `${home}/table`, { saying })
}

/** Signs exactly this text with the node's key. */
export async function sign(officer: Ready, { negotiation, hash }: Version, by: string): Promise<void> {
  await send(officer, `/agree/negotiations/${negotiation}/act?${new URLSearchParams({ version: hash, is: "sign" })}`, {
    by,
  })
}

/** When the draft was last changed, as the form says it back. */
async function seen(officer: Ready, path: string): Promise<{ seen: string }> {
  return { seen: found(/name="seen" value="(\d+)"/, await page(officer, path)) }
}

async function page(officer: Ready, path: string): Promise<string> {
  const { status, body } = await officer.visit(path)
  if (status !== 200) throw new Error(`${officer.name} cannot open ${path}: ${status}`)
  return body
}

/** Where it leads; a form that was taken always leads on. */
async function send(officer: Ready, path: string, form: Readonly<Record<string, string>>): Promise<string> {
  const { status, location } = await officer.visit(path, form)
  if (status !== 303 || !location.startsWith("/agree/")) {
    throw new Error(`${officer.name} cannot send ${path}: ${status} ${location}`)
  }
  return location
}

function found(pattern: RegExp, text: string): string {
  const [, one] = pattern.exec(text) ?? []
  if (one === undefined) throw new Error(`there is no ${pattern} where it should be`)
  return one
}
