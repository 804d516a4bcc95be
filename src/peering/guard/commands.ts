import { z } from "zod"
import { personCalled } from "../../accounts/index.ts"
import type { Declaration, Handlers, Translate } from "../../http/index.ts"
import type { Json } from "../../kernel/canonical.ts"
import { ComityError } from "../../kernel/errors.ts"
import { formatInstant } from "../../kernel/time.ts"
import { loadCollection } from "../../library/index.ts"
import type { Reader, Store } from "../../store/index.ts"
import { checkpointIn } from "../evidence/comparing.ts"
import { confirmGuard, PEOPLE_NEEDED, standingOf } from "./guarding.ts"
import { confirmationsOf, type Guard, listGuards, witnessesOf } from "./queries.ts"

export const guardDeclarations: readonly Declaration[] = [
  { name: "guard list", positionals: [], options: {}, show: showList },
  {
    ...{ name: "guard confirm", positionals: ["COLLECTION"], show: showConfirmed },
    options: { person: { type: "string", value: "NAME", required: true } },
  },
]

const None = z.strictObject({})
const Confirm = z.strictObject({ COLLECTION: z.string(), person: z.string() })

export function guardHandlers({ store }: { store: Store }): Handlers {
  return {
    "guard list": async (call) => {
      None.parse(call.arguments)
      return Promise.all((await listGuards(store)).map((guard) => toldOf(store, guard)))
    },
    "guard confirm": async (call) => {
      const { COLLECTION, person } = Confirm.parse(call.arguments)
      const { log } = await loadCollection(store, COLLECTION)
      const { commitment, role } = await personCalled(store, person)
      if (role !== "officer") throw new ComityError("refused", "guard.officers")
      const people = await store.write((tx) => confirmGuard(tx, log, commitment))
      return { people, needed: PEOPLE_NEEDED }
    },
  }
}

async function toldOf(reader: Reader, guard: Guard): Promise<{ [name: string]: Json }> {
  const { cosigners, agree, answered } = standingOf(await witnessesOf(reader, guard.log), guard.size)
  return {
    ...{ collection: guard.id, title: guard.title, since: formatInstant(guard.since), entries: guard.size },
    signed: guard.missing === null ? null : checkpointIn(guard.missing).size,
    ...{ cosigners, answered, agree },
    confirmed: (await confirmationsOf(reader, guard.log)).length,
  }
}

type Told = { collection: string; title: string; cosigners: number; answered: number; agree: number; confirmed: number }

function showList(t: Translate, result: Json): string[] {
  const rows = result as Told[]
  if (rows.length === 0) return [t("guard.none")]
  return rows.map(({ collection, title, ...row }) => [collection, t("guard.line", row), title].join("\t"))
}

function showConfirmed(t: Translate, result: Json): string[] {
  const { people, needed } = result as { people: number; needed: number }
  return [people < needed ? t("guard.one-more") : t("guard.freed")]
}
