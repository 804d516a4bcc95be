import { type AccountId, type Authenticator, listPrograms, type Program, type Visit } from "../../../accounts/index.ts"
import { copyable, html, notice, type Reply } from "../../../http/index.ts"
import { type Collection, listCollections } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import { recipeList } from "./recipe-list.ts"

export type ProgramParts = { store: Store; authenticator: Pick<Authenticator, "forget"> }

export function programPath(account: AccountId): string {
  return `/share/programs/${account}`
}

/** Shown once, as the answer to the form that made it; frames and caches keep nothing of a page. */
export async function tokenPage({ store }: ProgramParts, visit: Visit, name: string, token: string): Promise<Reply> {
  const { t } = visit
  const programs = await listPrograms(store)
  const program = programs.find((one) => one.name === name)
  if (program === undefined) throw new Error("a program that was just made is not there")
  const collection = (await collectionsOf(store, program))[0]
  return visit.page({
    title: t("programs.token-title"),
    place: "programs",
    body: html`${notice(t("programs.token-once"), "warning")}<p class="token">${copyable(t, token, token)}</p>
<p><a class="button" href="${programPath(program.account)}">${t("programs.token-kept")}</a></p>
${collection === undefined ? null : recipeList(visit, program, collection, token)}`,
  })
}

/** Those that the program has a right on, by title. */
export async function collectionsOf(store: Store, { rights }: Pick<Program, "rights">): Promise<Collection[]> {
  const all = await listCollections(store)
  return all.filter(({ id }) => rights.has(id)).toSorted((a, b) => (a.title < b.title ? -1 : 1))
}
