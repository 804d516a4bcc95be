import { type Reply, type Route, reply, translator } from "../http/index.ts"
import { canonicalize } from "../kernel/canonical.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Clock } from "../kernel/time.ts"
import { dayAt, type FactBook, findPaths, type OwnRefusals } from "../law/index.ts"
import { type Asked, parseQuery } from "./asking.ts"
import { speaker } from "./explaining.ts"
import { openApi, PARAMETERS } from "./open-api.ts"
import { asJson, tell } from "./telling.ts"

export type PathRouteParts = {
  book: FactBook
  clock: Clock
  refusals: () => Promise<OwnRefusals>
  /** Title and version of the description. */
  title: string
}

/** What programs may ask of the path finder. A question changes nothing and is not recorded; a choice is a person's. */
export function pathRoutes<Actor>(parts: PathRouteParts): Route<Actor>[] {
  const json = "application/json"
  return [
    {
      ...{ method: "GET", path: "/api/paths", who: "account", errors: json },
      handle: async ({ query }) => answer(parts, query),
    },
    {
      ...{ method: "GET", path: "/api/openapi.json", who: "anyone", errors: json },
      handle: async () => jsonReply(canonicalize(openApi(parts.title))),
    },
  ]
}

async function answer({ book, clock, refusals }: PathRouteParts, query: URLSearchParams): Promise<Reply> {
  const facts = await book.current()
  const asked = parseQuery(askedBy(query), facts, dayAt(clock.now()))
  const told = tell(speaker(translator("en"), "en", facts), findPaths(asked, facts, await refusals()))
  return jsonReply(canonicalize(asJson(told)))
}

function jsonReply(text: string): Reply {
  return reply("application/json", `${text}\n`, 200, { "cache-control": "no-store" })
}

/** Every value is a code, a day or a number. */
const VALUE_MOST = 200

/** Throws `invalid path.parameter` for one that is unknown, too long or stands twice: a typing error must not change the answer. */
function askedBy(query: URLSearchParams): Asked {
  for (const [name] of query) {
    const known = PARAMETERS.find((one) => one.name === name)
    const values = query.getAll(name)
    const wrong = known === undefined || (known.several !== true && values.length > 1)
    if (wrong || values.some(({ length }) => length > VALUE_MOST)) {
      throw new ComityError("invalid", "path.parameter", { name: name.slice(0, 100) })
    }
  }
  const one = (name: string) => query.get(name) ?? undefined
  const provider = one("provider")
  if (provider !== undefined && provider !== "yes")
    throw new ComityError("invalid", "path.parameter", { name: "provider" })
  return {
    ...{ from: one("from") ?? "", to: one("to") ?? "", measure: one("measure") ?? "" },
    ...{ category: one("category"), urgency: one("urgency"), date: one("date"), offence: one("offence") },
    ...{ penalty: one("penalty"), provider: provider === "yes", answers: query.getAll("answer") },
  }
}
