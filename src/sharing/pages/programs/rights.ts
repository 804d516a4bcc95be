import { z } from "zod"
import type { Right, Use } from "../../../accounts/index.ts"
import { type Given, type Html, html, type Translate, table, visible, visibleText } from "../../../http/index.ts"
import type { Collection } from "../../../library/index.ts"
import { PURPOSES, purposeWord } from "../../../policy/index.ts"

/** The boxes that are ticked, each `<collection>:r` or `<collection>:w`. */
export const Rights = z
  .array(z.string().regex(/^[0-9a-f-]{36}:[rw]$/))
  .min(1, "programs.no-rights")
  .max(20_000)
export const RIGHTS = "rights[]"

/** Rights on collections that are there; nobody but this node writes into a shared one. */
export function rightsOf(ticked: readonly string[], collections: readonly Collection[]): Map<string, Right> {
  const wanted = new Set(ticked)
  const pairs = collections.map(({ id, kind }): [string, Right] => {
    const write = kind === "inbox" && wanted.has(`${id}:w`)
    return [id, { read: wanted.has(`${id}:r`), write }]
  })
  return new Map(pairs.filter(([, { read, write }]) => read || write))
}

/** A box for each right on each collection. What was ticked stays ticked when something was wrong. */
export function rightsField(
  t: Translate,
  collections: readonly Collection[],
  given: Given,
  has: ReadonlyMap<string, Right>,
): Html {
  const sent = Object.keys(given).length > 0
  const ticked = new Set(given[RIGHTS] ?? [])
  const box = ({ id, title }: Collection, letter: "r" | "w", label: string) => {
    const right = has.get(id)
    const before = letter === "r" ? right?.read === true : right?.write === true
    const on = sent ? ticked.has(`${id}:${letter}`) : before
    return html`<input type="checkbox" name="${RIGHTS}" value="${id}:${letter}" aria-label="${label}: ${visibleText(title)}"${on ? html` checked` : null}>`
  }
  return table<Collection>({
    caption: t("programs.rights"),
    rows: collections,
    empty: html`<p>${t("programs.no-collections")}</p>`,
    columns: [
      { label: t("nav.collections"), kind: "name", cell: ({ title }) => visible(title) },
      { label: t("programs.read"), cell: (one) => box(one, "r", t("programs.read")) },
      {
        label: t("programs.write"),
        cell: (one) => (one.kind === "inbox" ? box(one, "w", t("programs.write")) : t("programs.by-release-only")),
      },
    ],
  })
}

/** "Reads and writes", "reads", "writes". */
export function rightWord(t: Translate, { read, write }: Right): string {
  if (read && write) return t("programs.reads-and-writes")
  return read ? t("programs.reads") : t("programs.writes")
}

/** For whom a program reads. */
export function servedWord(t: Translate, serves: Use["serves"]): string {
  return serves === "party" ? t("programs.serves-party") : t("programs.serves-constituents")
}

/** For whom and for what, as people say it. */
export function useText(t: Translate, { serves, purpose }: Use): string {
  const known = PURPOSES.find((one) => one === purpose)
  return `${servedWord(t, serves)} · ${known === undefined ? purpose : purposeWord(t, known)}`
}
