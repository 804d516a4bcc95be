import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Authenticator, accountHandlers, makeSetupLink, Refusals } from "./accounts/index.ts"
import { agreementHandlers, Governor } from "./agreements/index.ts"
import type { Config } from "./config.ts"
import { type KeyFiles, KeyRing, keyFiles } from "./crypto/index.ts"
import { assetRoute, needsSetup } from "./desk/index.ts"
import {
  errorReply,
  guarded,
  type Handlers,
  type Listening,
  listen,
  listener,
  ReplyCache,
  type Route,
  type Row,
  reply,
  translator,
} from "./http/index.ts"
import { ComityError } from "./kernel/errors.ts"
import { collectGarbage, restWhenIdle } from "./kernel/rest.ts"
import { type Clock, DAY, plusMicroseconds } from "./kernel/time.ts"
import { FactBook, factHandlers } from "./law/index.ts"
import { inceptKeyLog, keyHandlers, loadOrCreateKeys, record, sealLogs, settleRing } from "./ledger/index.ts"
import {
  type Collection,
  type CollectionId,
  entriesUntil,
  libraryHandlers,
  loadCollection,
  Preparer,
  Search,
  WarningLists,
  warningListHandlers,
} from "./library/index.ts"
import { askingHandlers, findList, matchHandlers, matchListHandlers } from "./matching/index.ts"
import { type Matching, openMatching } from "./matchings.ts"
import { ownFingerprint, ownParty, partyHandlers } from "./parties/index.ts"
import type { Core, NodeParts } from "./parts.ts"
import { ownRefusals, pathHandlers, pathRoutes } from "./paths/index.ts"
import {
  Counting,
  cardHandlers,
  evidenceHandlers,
  feedHandlers,
  guardHandlers,
  guardLogs,
  type PeeringParts,
  peerHandlers,
  reciprocityHandlers,
  sweepNonces,
} from "./peering/index.ts"
import { allCouriers, openPeers, peeringOf, sealingOf } from "./peers.ts"
import { eraseExpired, expireApprovals, PURPOSES, refusalHandlers, termsHandlers } from "./policy/index.ts"
import { requestHandlers } from "./requests/index.ts"
import {
  approvalHandlers,
  type Caller,
  type Cursors,
  carryOver,
  cursors,
  deleteStatusesBefore,
  eraseOutlived,
  guardian,
  logRoutes,
  Releases,
  releaseHandlers,
  ruleHandlers,
  StandingRules,
  sealedHandlers,
  sharingHandlers,
  sweepSealed,
  taxiiRoutes,
  visibilityHandlers,
  voidChanged,
} from "./sharing/index.ts"
import { type Reader, Store, type Tx } from "./store/index.ts"
import { openWorkplace, siteFor, type Workplace } from "./workplace.ts"

/** One node that owns its data folder. */
export type Node = {
  /** What other commands may ask of it over the socket. */
  handlers: Handlers
  /** True if next and recovery key still lie open in the data folder. */
  unsealed(): boolean
  /** True while the key is revoked: then the node reads, and writes nothing. */
  revoked(): boolean
  /** Seals them, if they lie open. */
  seal(passphrase: string): Promise<void>
  /** A link for setting the node up in a browser, once it listens; null if somebody administers it already. */
  setupLink(): Promise<string | null>
  /** Answers on the network until stopped. */
  serve(): Promise<Listening & { url: string }>
  stop(): Promise<void>
}

const HOUR_MS = 3_600_000
const SWEPT_AT_ONCE = 200

/** Builds the node; the only place that knows every module. */
export async function openNode(parts: NodeParts): Promise<Node> {
  const { config, folder, claim, clock } = parts
  const stopped = new AbortController()
  const files = keyFiles(folder.keys)
  const signer = new KeyRing(loadOrCreateKeys(files, !existsSync(folder.database)))
  const { store, firstKey } = await openStore(parts, files, signer)
  const preparer = new Preparer({ workers: config.workers, maxObjectBytes: config.maxContentLength })
  const authenticator = new Authenticator(store)
  const replies = new ReplyCache(() => `${store.commits} ${authenticator.epoch}`)
  const search = new Search({ ...folder, commits: () => store.commits, diagnostics: parts.diagnostics })
  const kept = { warnings: new WarningLists(store), book: new FactBook(store), refusals: new Refusals(store) }
  const site = siteFor(config, firstKey)
  const releases = new Releases({ store, clock, diagnostics: parts.diagnostics })
  const standing = standingOf(parts, store, releases)
  const counting = new Counting({ ...folder, clock, seenAgain: (query) => search.seenAgain(query) })
  const core = { ...kept, store, preparer, search, authenticator, releases, standing, counting, files, signer, site }
  const peering = peeringOf(parts, core, stopped.signal)
  const matching = openMatching(parts, core, peering)
  let workplace: Workplace | null = null
  let peers: ReturnType<typeof openPeers> | null = null
  let governor: Governor | null = null
  const sweep = sweeping(parts, store)
  const rest = resting(core, replies)
  return {
    handlers: handlersOf(parts, core, peering, matching),
    unsealed: () => !files.sealed(),
    revoked: () => signer.ended,
    seal: (passphrase) => sealKeys(core, passphrase),
    setupLink: async () => (workplace === null ? null : setupLinkOf(core)),
    async serve() {
      workplace = await openWorkplace(parts, core, peering, matching)
      peers = openPeers(parts, peering, matching)
      await matching.matches.start()
      matching.asking.start()
      governor = governorOf(parts, core)
      return serve(parts, { ...core, replies, workplace, peers: peers.rows })
    },
    async stop() {
      clearInterval(sweep)
      rest.stop()
      stopped.abort()
      await matching.close()
      await peers?.courier.close()
      await governor?.close()
      await workplace?.close()
      await standing.close()
      await releases.close()
      await preparer.close()
      await search.close()
      await store.close()
      claim.release()
    },
  }
}

async function sealKeys({ files, signer, store }: Core, passphrase: string): Promise<void> {
  if (files.sealed() || signer.ended) return
  await files.seal(passphrase)
  await store.write((tx) => record(tx, { what: "key.sealed", by: null, facts: {} }))
}

async function setupLinkOf({ store, signer, site }: Core): Promise<string | null> {
  if (signer.ended || !(await needsSetup(store))) return null
  return `${site.origin}/setup/${await makeSetupLink(store)}`
}

/** The database with its logs, none of which goes on before it is known that nothing newer was signed. */
async function openStore({ config, folder, clock, onFatal }: NodeParts, files: KeyFiles, signer: KeyRing) {
  const beforeCommit = (tx: Tx) => sealLogs(tx, signer)
  const store = new Store({ path: folder.database, clock, beforeCommit, onFatal, maxMib: config.maxStoreMib })
  await inceptKeyLog(store, files)
  const firstKey = await settleRing(signer, store, files)
  await guardLogs(store)
  return { store, firstKey }
}

/** Gives memory back when nobody has asked for anything for a while. */
function resting({ store, search, warnings }: Core, replies: ReplyCache) {
  return restWhenIdle(
    () => store.work + replies.asked + search.work,
    async () => {
      replies.clear()
      await store.rest()
      await search.rest()
      warnings.rest()
      collectGarbage()
    },
  )
}

function standingOf({ clock, diagnostics }: NodeParts, store: Store, releases: Releases): StandingRules {
  const takenBack = translator("en")("release.taken-back")
  return new StandingRules({ store, clock, releases, diagnostics, takenBack })
}

/** Agreements take effect here; what a collection of theirs held is decided anew where another one goes on from it. */
function governorOf({ clock, diagnostics }: NodeParts, { store, releases }: Core): Governor {
  const carry = async (tx: Tx, from: Collection, to: CollectionId) => {
    const release = await carryOver(tx, from, to, { by: null, officer: false })
    return () => releases.run(release)
  }
  return new Governor({ store, clock, diagnostics, carry }).start()
}

/** What commands ask of the process that owns the folder. */
function handlersOf(parts: NodeParts, core: Core, peering: PeeringParts, matching: Matching): Handlers {
  const { matches, runs, questions } = matching
  const { clock } = parts
  const { root, database } = parts.folder
  const { store, search, authenticator, preparer, warnings, book, releases, standing, files, signer, site } = core
  const collectionId = async (reader: Reader, name: string) => (await loadCollection(reader, name)).id
  const setup = { origin: () => site.origin, needed: () => needsSetup(store) }
  return {
    ...accountHandlers({ store, clock, authenticator, collectionId, purposes: PURPOSES, setup }),
    ...keyHandlers({ store, files, ring: signer, entriesUntil, fingerprint: () => ownFingerprint(store) }),
    ...libraryHandlers({ store, clock, database, signer, party: async () => (await ownParty(store))?.id ?? null }),
    ...warningListHandlers(warnings),
    ...factHandlers({ store, book, clock }),
    ...pathHandlers({ store, book, clock, refusals: () => ownRefusals(store) }),
    ...partyHandlers(store),
    ...peerHandlers(peering, allCouriers()),
    ...reciprocityHandlers(core),
    ...cardHandlers(peering),
    ...feedHandlers(peering),
    ...evidenceHandlers(peering),
    ...guardHandlers(peering),
    ...refusalHandlers(store),
    ...termsHandlers(store),
    ...agreementHandlers({ store, clock, signer, prepare: peering.prepare }),
    ...requestHandlers({ store, clock, origin: () => site.origin }),
    ...sealedHandlers(sealingOf(peering)),
    ...matchHandlers({
      ...runs,
      matches,
      clock,
      listCalled: async (reader, name) => (await findList(reader, name)).id,
    }),
    ...sharingHandlers({ store, preparer, database, clock, t: translator("en") }),
    ...ruleHandlers({ store, standing }),
    ...askingHandlers(questions),
    ...matchListHandlers({ store, database, search, clock, folder: join(root, "matching") }),
    ...approvalHandlers({ store, clock }),
    ...visibilityHandlers({ store, clock }),
    ...releaseHandlers({ store, clock, releases, t: translator("en") }),
  }
}

type Running = Core & { replies: ReplyCache; workplace: Workplace; peers: readonly Row[] }

async function serve(parts: NodeParts, running: Running) {
  const { config, clock, diagnostics } = parts
  const { store, authenticator, refusals, replies, workplace, files, peers } = running
  const guard = guardian({ clock, reader: store, authenticator, refusals, forbidden: config.forbiddenStatus })
  const programs = routesOf(config, clock, running, cursors(files.secret()))
  const answer = listener({
    rows: [...guarded(programs, guard), ...peers, ...workplace.rows],
    elsewhere: async (error, ask) =>
      ask?.header("accept")?.includes("text/html") === true
        ? workplace.refuse(error, ask)
        : errorReply(error, "application/json"),
    diagnostics,
    behindProxy: config.behindProxy,
    replies,
    fingerprint: (header) => authenticator.fingerprint(header),
  })
  const listening = await listen(answer, { host: config.host, port: config.port, tls: readTls(config) })
  running.site.listensAt(listening.port)
  void sweepAll(parts, store) // a node that never runs for an hour sweeps too
  return { ...listening, url: urlOf(config, listening.port) }
}

/** The table of what programs may call, and the files of pages. */
export function routesOf(
  config: Config,
  clock: Clock,
  { store, preparer, replies, book }: Pick<Running, "store" | "preparer" | "replies" | "book">,
  cursors: Cursors,
): Route<Caller>[] {
  const { title, maxContentLength, pageSizeDefault, pageSizeMax } = config
  const taxii = taxiiRoutes({
    store,
    reader: store,
    far: store.far,
    clock,
    preparer,
    cursors,
    publicUrl: config.publicUrl,
    cache: replies,
    sizes: { usual: pageSizeDefault, most: pageSizeMax },
    t: translator("en"),
    title,
    maxContentLength,
  })
  const health: Route<Caller> = {
    method: "GET",
    path: "/health",
    who: "anyone",
    errors: "application/json",
    handle: async () => reply("application/json", '{"status":"ok"}\n', 200, { "cache-control": "no-store" }),
  }
  const paths = pathRoutes<Caller>({ book, clock, title, refusals: () => ownRefusals(store) })
  return [health, assetRoute(), ...taxii, ...logRoutes(store), ...paths]
}

function readTls({ tlsCert, tlsKey }: Config) {
  if (tlsCert === null || tlsKey === null) return null
  try {
    return { certificate: readFileSync(tlsCert, "utf8"), key: readFileSync(tlsKey, "utf8") }
  } catch (error) {
    throw new ComityError("invalid", "config.tls-file", { certificate: tlsCert, key: tlsKey }, error)
  }
}

function urlOf({ host, tlsCert }: Config, port: number): string {
  const name = host.includes(":") ? `[${host}]` : host
  return `${tlsCert === null ? "http" : "https"}://${name}:${port}`
}

function sweeping(parts: NodeParts, store: Store): NodeJS.Timeout {
  return setInterval(() => void sweepAll(parts, store), HOUR_MS).unref()
}

async function sweepAll({ clock, diagnostics }: NodeParts, store: Store): Promise<void> {
  const old = plusMicroseconds(clock.now(), -2 * DAY)
  try {
    // In slices, so that a busy day's worth does not hold up everybody else.
    while ((await store.write((tx) => deleteStatusesBefore(tx, old, SWEPT_AT_ONCE))) === SWEPT_AT_ONCE);
    await sweepSealed(store, clock.now())
    await sweepNonces(store, clock.now())
    await expireApprovals(store)
    await voidChanged(store, clock.now())
    await eraseExpired(store)
    await eraseOutlived(store)
  } catch (error) {
    diagnostics.warn("status.sweep-failed", { code: error instanceof ComityError ? error.code : "bug" })
  }
}
