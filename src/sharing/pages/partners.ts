import { type Html, html, type Translate, visible } from "../../http/index.ts"
import { listPeers } from "../../parties/index.ts"
import type { Reader } from "../../store/index.ts"

/** What partners are called here, by the ids of their parties. */
export type Partners = ReadonlyMap<string, string>

export async function partnersOf(reader: Reader): Promise<Partners> {
  return new Map((await listPeers(reader)).map(({ party, name }) => [party, name]))
}

/** A party by its name; by its id where nobody knows it any more. */
export function partnerShown(partners: Partners, party: string): Html {
  return visible(partners.get(party) ?? party)
}

/** From where an object came: a partner by its name. */
export function originShown(t: Translate, partners: Partners, origin: string): Html {
  return origin === "own" ? html`${t("library.own")}` : partnerShown(partners, origin)
}
