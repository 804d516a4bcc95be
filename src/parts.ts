import type { Authenticator, Refusals } from "./accounts/index.ts"
import type { Config } from "./config.ts"
import type { KeyFiles, KeyRing } from "./crypto/index.ts"
import type { Site } from "./http/index.ts"
import type { Diagnostics } from "./kernel/diagnostics.ts"
import type { Clock } from "./kernel/time.ts"
import type { FactBook } from "./law/index.ts"
import type { Preparer, Search, WarningLists } from "./library/index.ts"
import type { Counting } from "./peering/index.ts"
import type { Releases, StandingRules } from "./sharing/index.ts"
import type { Claim, Folder, Store } from "./store/index.ts"

/** What a node is opened with. */
export type NodeParts = {
  config: Config
  folder: Folder
  claim: Claim
  clock: Clock
  diagnostics: Diagnostics
  onFatal: (error: unknown) => void
}

/** What stands in the middle of an open node: pages, partners and commands all use it. */
export type Core = {
  store: Store
  preparer: Preparer
  search: Search
  counting: Counting
  warnings: WarningLists
  book: FactBook
  authenticator: Authenticator
  refusals: Refusals
  releases: Releases
  standing: StandingRules
  files: KeyFiles
  signer: KeyRing
  site: Site
}
