import type { Visit } from "../../../accounts/index.ts"
import type { Signer } from "../../../crypto/index.ts"
import type { Translate } from "../../../http/index.ts"
import { type Collection, loadCollection, type Search } from "../../../library/index.ts"
import type { Store } from "../../../store/index.ts"
import type { Verifications } from "./verification.ts"

/** What the pages of collections and of the node's own logs are made from. */
export type CollectionParts = {
  store: Store
  search: Pick<Search, "names">
  verifications: Verifications
  /** The node's key, whose holder signs every log. */
  signer: Pick<Signer, "publicKey">
}

/** The collection that the address names; throws `not-found collection.unknown`. */
export function collectionOfVisit({ store }: CollectionParts, { ask }: Visit): Promise<Collection> {
  return loadCollection(store, ask.params.id ?? "")
}

export function collectionPath({ id }: Pick<Collection, "id">): string {
  return `/share/collections/${id}`
}

/** Where TAXII clients find it; the closing slash is the standard's. */
export function taxiiAddress(visit: Visit, { id }: Pick<Collection, "id">): string {
  return `${visit.site.origin}/taxii2/api/collections/${id}/`
}

export function kindWord(t: Translate, { kind }: Pick<Collection, "kind">): string {
  switch (kind) {
    case "inbox":
      return t("collections.kind-inbox")
    case "shared":
      return t("collections.kind-shared")
    case "received":
      return t("collections.kind-received")
  }
}

const LARGEST = 9_007_199_254_740_991

/** A whole number in an address; null where there is none that could be meant. */
export function wholeNumber(text: string | null | undefined): number | null {
  if (text == null || !/^\d{1,16}$/.test(text)) return null
  return Math.min(Number(text), LARGEST)
}

/** A name for a downloaded file: nothing that a file system or a header could take for more than a name. */
export function safeFileName(text: string): string {
  return text.replace(/[^A-Za-z0-9-]+/g, "_").slice(0, 120)
}
