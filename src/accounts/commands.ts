import { z } from "zod"
import type { Declaration, Handlers, Translate } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Reader } from "../store/index.ts"
import { mustBeLong } from "./enrolling.ts"
import { OWN_USE, type Right, roles, SERVED } from "./model.ts"
import { addPerson, addProgram, removeAccount, rightLetters } from "./operations.ts"
import { Name } from "./people.ts"
import { peopleDeclarations, peopleHandlers, role } from "./people-commands.ts"
import { listAccounts } from "./queries.ts"

const grant = { type: "string", multiple: true, value: "COLLECTION:r|w|rw" } as const

export const accountDeclarations: readonly Declaration[] = [
  {
    name: "account add",
    positionals: ["NAME"],
    options: { admin: { type: "boolean" }, role, grant },
    secret: { option: "password", environment: "COMITY_PASSWORD" },
    show: (t) => [t("account.added")],
  },
  { name: "account list", positionals: [], options: {}, show: showAccounts },
  { name: "account remove", positionals: ["NAME"], options: {}, show: (t) => [t("account.removed")] },
  {
    name: "token add",
    positionals: ["NAME"],
    options: { grant, for: { type: "string", value: "WHOM" }, use: { type: "string", value: "PURPOSE" } },
    show: (_, result) => [(result as { token: string }).token],
  },
  { name: "token list", positionals: [], options: {}, show: showAccounts },
  { name: "token remove", positionals: ["NAME"], options: {}, show: (t) => [t("account.removed")] },
  ...peopleDeclarations,
]

const Grants = z.array(z.string().regex(/^.+:(r|w|rw)$/)).default([])
const New = z.strictObject({ NAME: Name, grant: Grants, admin: z.boolean().default(false) })
const Person = New.extend({ password: z.string(), role: z.enum(roles).nullable().default(null) })
const Program = New.extend({
  for: z.enum(SERVED).default(OWN_USE.serves),
  use: z.string().default(OWN_USE.purpose),
})
const Named = z.strictObject({ NAME: z.string() })

type Parts = Parameters<typeof peopleHandlers>[0] & {
  /** Id of a collection by id or alias; collections are a row above this one. */
  collectionId: (reader: Reader, idOrAlias: string) => Promise<string>
  /** For what terms let things be used: policy is a row above, too. */
  purposes: readonly string[]
}

export function accountHandlers(parts: Parts): Handlers {
  const { store, authenticator, collectionId, purposes } = parts
  const rightsOf = async (grants: string[]) => {
    const pairs = grants.map(async (text): Promise<[string, Right]> => {
      const colon = text.lastIndexOf(":")
      const letters = text.slice(colon + 1)
      const right = { read: letters.includes("r"), write: letters.includes("w") }
      return [await collectionId(store, text.slice(0, colon)), right]
    })
    return new Map(await Promise.all(pairs))
  }
  const list = async (kind: "person" | "program") => {
    const accounts = await listAccounts(store, kind)
    return accounts.map(({ name, admin, rights }) => ({
      name,
      admin,
      rights: Object.fromEntries([...rights].map(([id, right]) => [id, rightLetters(right)])),
    }))
  }
  const remove = async (input: Json, kind: "person" | "program") => {
    await removeAccount(store, Named.parse(input).NAME, kind)
    authenticator.forget()
    return {}
  }
  return {
    "account add": async (call) => {
      const { NAME: name, admin, grant: grants, password, role } = Person.parse(call.arguments)
      mustBeLong(password)
      await addPerson(store, { name, admin, role, rights: await rightsOf(grants) }, password)
      return { name }
    },
    "token add": async (call) => {
      const { NAME: name, grant: grants, for: serves, use: purpose } = Program.parse(call.arguments)
      if (!purposes.includes(purpose)) throw new ComityError("invalid", "token.purpose", { list: purposes.join(", ") })
      const program = { name, admin: false, rights: await rightsOf(grants), use: { serves, purpose } }
      return { name, token: await addProgram(store, program) }
    },
    "account list": () => list("person"),
    "token list": () => list("program"),
    "account remove": (call) => remove(call.arguments, "person"),
    "token remove": (call) => remove(call.arguments, "program"),
    ...peopleHandlers(parts),
  }
}

function showAccounts(t: Translate, result: Json): string[] {
  const rows = result as { name: string; admin: boolean; rights: Record<string, string> }[]
  if (rows.length === 0) return [t("account.none")]
  return rows.map(({ name, admin, rights }) => {
    const grants = Object.entries(rights).map(([id, letters]) => `${id}:${letters}`)
    return [name, ...(admin ? [t("account.admin")] : []), ...grants].join("\t")
  })
}
