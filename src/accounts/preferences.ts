import type { Language, Theme } from "../http/index.ts"
import type { Store } from "../store/index.ts"
import type { AccountId } from "./model.ts"
import { saveLanguage, saveTheme } from "./queries.ts"

export type Wishes = { language?: Language | null; theme?: Theme | null }

/** How a person wants the pages, whichever browser it comes with; what is not named stays. No matter for the ledger. */
export async function setPreferences(store: Store, account: AccountId, { language, theme }: Wishes): Promise<void> {
  await store.write(async (tx) => {
    if (language !== undefined) await saveLanguage(tx, account, language)
    if (theme !== undefined) await saveTheme(tx, account, theme)
  })
}
