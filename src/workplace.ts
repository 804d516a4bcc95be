import { Brake, errorPage, type Instruments, Pending, Sessions, type Visiting } from "./accounts/index.ts"
import type { Config } from "./config.ts"
import { openIdProvider } from "./crypto/index.ts"
import { type Refuse, type Row, type Site, siteOf } from "./http/index.ts"
import { sha256 } from "./kernel/hash.ts"
import { type FactBook, instrumentNames } from "./law/index.ts"
import { keyHistory, record } from "./ledger/index.ts"
import { verifyLogs } from "./library/index.ts"
import { Previews } from "./matching/index.ts"
import type { Matching } from "./matchings.ts"
import { navigation, pagesOf } from "./pages.ts"
import { ownFingerprint, ownParty } from "./parties/index.ts"
import type { Core, NodeParts } from "./parts.ts"
import type { PeeringParts } from "./peering/index.ts"
import { partnersOf, sealingOf } from "./peers.ts"
import { Trials } from "./policy/index.ts"
import { Imports, Verifications } from "./sharing/index.ts"

/** The pages of a node and what they need beside the store, for as long as it answers. */
export type Workplace = {
  rows: Row[]
  refuse: Refuse
  close(): Promise<void>
}

export async function openWorkplace(
  parts: NodeParts,
  core: Core,
  peering: PeeringParts,
  { matches, runs, lists, questions }: Matching,
): Promise<Workplace> {
  const { config, folder, clock, diagnostics } = parts
  const { store, signer, search, warnings, book, authenticator, site } = core
  const visiting = visitingOf(parts, core)
  const { sessions, refusals } = visiting
  const imports = await openImports(parts, core)
  const { releases } = core
  await releases.resume()
  core.standing.start()
  const verifications = new Verifications({
    clock,
    verify: (name) => verifyLogs(folder.database, name),
    onFailure: (error) => diagnostics.error("verify.failed", { name: error instanceof Error ? error.name : "unknown" }),
  })
  const trials = new Trials({ store, clock, database: folder.database })
  const previews = new Previews(lists)
  const rows = pagesOf({
    ...{ store, folder, search, visiting, authenticator, imports, releases, warnings, book, verifications, signer },
    sealing: sealingOf(peering),
    partners: partnersOf(peering, core.counting),
    ...{ trials, counting: core.counting },
    matching: { matches, runs, previews, lists, knownHere: questions.knownHere },
    provider: providerOf(config),
    entrance: { store, sessions, clock, refusals, site, brake: new Brake(), pending: new Pending(clock) },
    keys: keyPartsOf(core),
  })
  return {
    rows,
    refuse: (error, ask) => errorPage(visiting, error, ask),
    async close() {
      await previews.close()
      await trials.close()
      await verifications.close()
      await imports.close()
    },
  }
}

/** The key that came first names the cookies for good. Where the pages are: at the configured port until the node says at which one it listens. */
export function siteFor(config: Config, firstKey: Buffer): Site {
  const site = siteOf({ ...config, tls: config.tlsCert !== null }, sha256(firstKey).toString("hex"))
  site.listensAt(config.port)
  return site
}

function providerOf({ oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret }: Config) {
  return issuer === null || clientId === null ? null : openIdProvider({ issuer, clientId, clientSecret })
}

function visitingOf({ clock }: NodeParts, { store, site, refusals, book }: Core): Visiting {
  return {
    ...{ site, clock, navigation },
    sessions: new Sessions(store, clock),
    refusals,
    party: async () => (await ownParty(store))?.name ?? "",
    instruments: () => namesOfInstruments(book),
  }
}

async function namesOfInstruments(book: FactBook): Promise<Instruments> {
  const facts = await book.current()
  return (language) => instrumentNames(facts, language)
}

function openImports({ config, folder, clock, diagnostics }: NodeParts, core: Core): Promise<Imports> {
  const { store, preparer, warnings, files } = core
  return Imports.open({
    ...{ store, preparer, clock, warnings, diagnostics },
    secret: files.secret(),
    folder: folder.uploads,
    bytesMost: config.maxImportMib * 1024 * 1024,
    identity: async () => (await ownParty(store))?.id ?? null,
  })
}

function keyPartsOf({ files, store }: Core) {
  return {
    known: async () => ({ fingerprint: await ownFingerprint(store), history: await keyHistory(store) }),
    unsealed: () => !files.sealed(),
    async seal(passphrase: string, by: string | null) {
      await files.seal(passphrase)
      await store.write((tx) => record(tx, { what: "key.sealed", by, facts: {} }))
    },
    sealedFile: () => files.sealedFile(),
    async remove(by: string) {
      await store.write((tx) => record(tx, { what: "key.moved", by, facts: {} }))
      files.removeSealedFile()
    },
  }
}
