import { availableParallelism } from "node:os"
import { z } from "zod"
import { languages, pickLanguage } from "./http/index.ts"
import { ComityError } from "./kernel/errors.ts"
import { COUNTS_USUAL, HOURS_USUAL, placesIn } from "./matching/index.ts"

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most))

const text = z.string().min(1).max(4096)
const yes = z.enum(["true", "false", "1", "0", ""]).transform((value) => value === "true" || value === "1")
const issuer = z.url({ protocol: /^https?$/ })
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""))

/** Places by type, as text; which these are is read where the limits are made. */
const places = z.string().refine((given) => placesIn(given) !== null)

type Setting = { flag: string | null; env: string; value: string | null; parse: z.ZodType; usual: unknown }

function setting<T>(flag: string | null, env: string, value: string | null, parse: z.ZodType<T>, usual: T) {
  return { flag, env, value, parse, usual } satisfies Setting
}

/**
 * Every setting of `comity serve`: flag, environment variable, kind of value, default. A flag wins over the
 * environment. What each means stands in docs/operating.md; a test fails if one is missing there.
 */
export const settings = {
  data: setting("data", "COMITY_DATA", "DIR", text, "./comity-data"),
  host: setting("host", "COMITY_HOST", "H", text, "127.0.0.1"),
  port: setting("port", "COMITY_PORT", "N", whole(0, 65535), 7447),
  tlsCert: setting("tls-cert", "COMITY_TLS_CERT", "FILE", text.nullable(), null),
  tlsKey: setting("tls-key", "COMITY_TLS_KEY", "FILE", text.nullable(), null),
  behindProxy: setting("behind-proxy", "COMITY_BEHIND_PROXY", null, yes, false),
  publicUrl: setting("public-url", "COMITY_PUBLIC_URL", "URL", address.nullable(), null),
  title: setting("title", "COMITY_TITLE", "TEXT", text, "Comity"),
  language: setting("language", "COMITY_LANGUAGE", languages.join("|"), z.enum(languages).nullable(), null),
  pageSizeDefault: setting("page-size-default", "COMITY_PAGE_SIZE_DEFAULT", "N", whole(1, 100_000), 100),
  pageSizeMax: setting("page-size-max", "COMITY_PAGE_SIZE_MAX", "N", whole(1, 100_000), 1000),
  maxContentLength: setting(
    "max-content-length",
    "COMITY_MAX_CONTENT_LENGTH",
    "BYTES",
    whole(1024, 256 * 1024 * 1024),
    10 * 1024 * 1024,
  ),
  forbiddenStatus: setting(
    "forbidden-status",
    "COMITY_FORBIDDEN_STATUS",
    "403|404",
    z.enum(["403", "404"]).transform((value) => (value === "403" ? "refused" : "not-found")),
    "refused" as const,
  ),
  maxStoreMib: setting("max-store-mib", "COMITY_MAX_STORE_MIB", "N", whole(0, 16 * 1024 * 1024), 0),
  maxImportMib: setting("max-import-mib", "COMITY_MAX_IMPORT_MIB", "N", whole(1, 16 * 1024), 256),
  maxSealedMib: setting("max-sealed-mib", "COMITY_MAX_SEALED_MIB", "N", whole(0, 1024 * 1024), 512),
  workers: setting(
    "workers",
    "COMITY_WORKERS",
    "N",
    whole(1, 64),
    Math.max(1, Math.min(4, availableParallelism() - 1)),
  ),
  peerEvery: setting("peer-every", "COMITY_PEER_EVERY", "SECONDS", whole(1, 86_400), 300),
  peerPrivate: setting("peer-private", "COMITY_PEER_PRIVATE", null, yes, false),
  matchQuota: setting("match-quota", "COMITY_MATCH_QUOTA", "TYPE=N,…", places.nullable(), null),
  matchCounts: setting("match-counts", "COMITY_MATCH_COUNTS", "N", whole(0, 10_000), COUNTS_USUAL),
  matchHours: setting("match-hours", "COMITY_MATCH_HOURS", "N", whole(1, 168), HOURS_USUAL),
  oidcIssuer: setting("oidc-issuer", "COMITY_OIDC_ISSUER", "URL", issuer.nullable(), null),
  oidcClientId: setting("oidc-client-id", "COMITY_OIDC_CLIENT_ID", "TEXT", text.nullable(), null),
  oidcClientSecret: setting(null, "COMITY_OIDC_CLIENT_SECRET", "TEXT", text.nullable(), null),
  keyPassphrase: setting(null, "COMITY_KEY_PASSPHRASE", "TEXT", z.string().min(12).max(1024).nullable(), null),
} as const

type Settings = typeof settings
type Values = { [Name in keyof Settings]: z.output<Settings[Name]["parse"]> }

/** All settings, parsed once at start and passed in; nothing below reads the environment. */
export type Config = Readonly<Values>

export type Flags = Readonly<Record<string, string | boolean | undefined>>
export type Environment = Readonly<Record<string, string | undefined>>

/** Names under which only this machine is reached. */
const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"])

/**
 * Throws `invalid config.value` naming the setting, `refused config.open-host` for an address that others reach without
 * TLS here or at a proxy in front, and `refused config.public-url-http` for pages that others reach without it.
 */
export function parseConfig(flags: Flags, environment: Environment): Config {
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, one]) => [name, readSetting(one, flags, environment)]),
  ) as Values
  const language =
    values.language ?? pickLanguage(environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "")
  const config: Config = Object.freeze({ ...values, language })
  checkTogether(config)
  return config
}

function readSetting(one: Setting, flags: Flags, environment: Environment): unknown {
  const fromFlag = one.flag === null ? undefined : flags[one.flag]
  const given = fromFlag === undefined ? environment[one.env] : String(fromFlag)
  if (given === undefined) return one.usual
  const parsed = one.parse.safeParse(given)
  if (parsed.success) return parsed.data
  const name = fromFlag === undefined ? one.env : `--${one.flag}`
  throw new ComityError("invalid", "config.value", { name, value: one.flag === null ? "…" : given })
}

function checkTogether(config: Config): void {
  const { tlsCert, tlsKey, behindProxy, publicUrl, host } = config
  if ((tlsCert === null) !== (tlsKey === null)) throw new ComityError("invalid", "config.tls-pair")
  if (behindProxy && publicUrl === null) throw new ComityError("invalid", "config.proxy-url")
  if (config.pageSizeDefault > config.pageSizeMax) throw new ComityError("invalid", "config.page-sizes")
  checkProvider(config)
  if (publicUrl !== null && isOnTheWay(publicUrl)) {
    throw new ComityError("refused", "config.public-url-http", { url: publicUrl })
  }
  if (!LOOPBACK.has(host) && tlsCert === null && !behindProxy) {
    throw new ComityError("refused", "config.open-host", { host })
  }
}

/** Plain HTTP that somebody else could read and change; only this machine itself is not on a way. */
function isOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol !== "https:" && !LOOPBACK.has(hostname.replace(/^\[|\]$/g, ""))
}

/** Over plain HTTP anybody on the way could say who somebody is. */
function checkProvider({ oidcIssuer, oidcClientId }: Config): void {
  if ((oidcIssuer === null) !== (oidcClientId === null)) throw new ComityError("invalid", "config.oidc-pair")
  if (oidcIssuer === null) return
  if (isOnTheWay(oidcIssuer)) throw new ComityError("refused", "config.oidc-https", { issuer: oidcIssuer })
}
