import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import { type Clock, formatInstant } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import type { Authenticator } from "./authentication.ts"
import { makeSetupLink } from "./links.ts"
import { type Role, roles } from "./model.ts"
import { changeRoles } from "./people.ts"
import { type AccountRow, findAccount } from "./queries.ts"
import { type Reviewed, reviewAccess } from "./review.ts"
import { Sessions } from "./sessions.ts"

export const role = { type: "string", value: "reader|analyst|officer" } as const

export const peopleDeclarations: readonly Declaration[] = [
  { name: "setup-link", positionals: [], options: {}, show: (_, result) => [(result as { url: string }).url] },
  {
    name: "account role",
    positionals: ["NAME"],
    options: {
      role: { type: "string", value: "reader|analyst|officer|none" },
      administrator: { type: "string", value: "yes|no" },
    },
    show: (t) => [t("people.changed")],
  },
  { name: "session list", positionals: ["NAME"], options: {}, show: showSessions },
  { name: "session end", positionals: ["NAME"], options: {}, show: (t) => [t("people.sessions-ended")] },
  { name: "access review", positionals: [], options: {}, show: showReview },
]

const Named = z.strictObject({ NAME: z.string() })
const Roles = z.strictObject({
  NAME: z.string(),
  role: z.enum(["none", ...roles]).optional(),
  administrator: z.enum(["yes", "no"]).optional(),
})

type Parts = {
  store: Store
  clock: Clock
  authenticator: Authenticator
  setup: {
    /** True while the node has no party or nobody who can let others in; parties stand beside this module. */
    needed(): Promise<boolean>
    /** Where the pages are, or will be once the node runs. */
    origin(): string
  }
}

export function peopleHandlers({ store, clock, authenticator, setup }: Parts): Handlers {
  const sessions = new Sessions(store, clock)
  return {
    "setup-link": async () => {
      if (!(await setup.needed())) throw new ComityError("conflict", "setup.done")
      return { url: `${setup.origin()}/setup/${await makeSetupLink(store)}` }
    },
    "account role": async (call) => {
      const { NAME, role, administrator } = Roles.parse(call.arguments)
      const person = await personNamed(store, NAME)
      await changeRoles(store, person.id, wanted(person, role, administrator), null)
      authenticator.forget()
      return { name: NAME }
    },
    "session list": async (call) => {
      const person = await personNamed(store, Named.parse(call.arguments).NAME)
      return (await sessions.list(person.id)).map(({ id, method, state, createdAt, seenAt, agent }) => ({
        ...{ id, method, state, agent },
        ...{ created: formatInstant(createdAt), seen: formatInstant(seenAt) },
      }))
    },
    "session end": async (call) => {
      const person = await personNamed(store, Named.parse(call.arguments).NAME)
      return { ended: await sessions.endAll(person.id, null) }
    },
    "access review": async () => (await reviewAccess(store, clock.now())).map(told),
  }
}

function wanted(person: AccountRow, role: Role | "none" | undefined, administrator: "yes" | "no" | undefined) {
  return {
    role: role === undefined ? person.role : role === "none" ? null : role,
    administrator: administrator === undefined ? person.admin === 1 : administrator === "yes",
  }
}

async function personNamed(store: Store, name: string): Promise<AccountRow> {
  const row = await findAccount(store, name)
  if (row?.kind !== "person") throw new ComityError("not-found", "account.unknown", { name })
  return row
}

/** For programs: no secret, no key, nothing that a session could be taken over with. */
function told(one: Reviewed) {
  const { kind, name, role, administrator, rights, means, createdAt, lastUsedAt, sessions, invitedUntil } = one
  const passkeys = means.passkeys.length
  return {
    ...{ kind, name, role, administrator, rights: Object.fromEntries(rights), sessions: sessions.length },
    means: { passkeys, code: means.code !== null, password: kind === "person" && means.password, openid: means.openId },
    created: formatInstant(createdAt),
    used: lastUsedAt === null ? null : formatInstant(lastUsedAt),
    invited_until: invitedUntil === null ? null : formatInstant(invitedUntil),
  }
}

function showSessions(t: Translate, result: Json): string[] {
  const rows = result as { method: string; created: string; seen: string; agent: string }[]
  if (rows.length === 0) return [t("account.no-session")]
  return rows.map(({ method, created, seen, agent }) => [seen, created, method, agent].join("\t"))
}

function showReview(t: Translate, result: Json): string[] {
  const rows = result as ReturnType<typeof told>[]
  if (rows.length === 0) return [t("account.none")]
  const head = [t("review.kind"), t("account.name"), t("account.roles"), t("review.rights"), t("account.used")]
  const lines = rows.map(({ kind, name, role, administrator, rights, used, sessions }) => [
    kind === "person" ? t("review.person") : t("review.program"),
    name,
    [...(role === null ? [] : [role]), ...(administrator ? [t("account.admin")] : [])].join(" · ") || "–",
    Object.entries(rights)
      .map(([id, letters]) => `${id}:${letters}`)
      .join(" ") || "–",
    used ?? t("people.never"),
    String(sessions),
  ])
  return [[...head, t("people.open-sessions")], ...lines].map((cells) => cells.join("\t"))
}
