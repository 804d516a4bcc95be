import { z } from "zod"
import {
  localPath,
  type PageRoute,
  preferencesCookie,
  setPreferences,
  type Visit,
  type Visiting,
} from "../accounts/index.ts"
import { assetReply, languages, type Reply, type Route, reply } from "../http/index.ts"
import { ComityError } from "../kernel/errors.ts"
import type { Store } from "../store/index.ts"

const Preferences = z.object({
  language: z.enum(languages).optional(),
  theme: z.enum(["system", "light", "dark"]).optional(),
  to: z.string().optional(),
})

/** Files that every page needs; they hold nothing of this node. */
export function assetRoute<Actor>(): Route<Actor> {
  return {
    ...{ method: "GET", path: "/assets/:name", who: "anyone", errors: "text/plain" },
    handle: async (ask) => {
      const found = assetReply(ask)
      if (found === null) throw new ComityError("not-found", "route.unknown")
      return found
    },
  }
}

/** Language and appearance: kept with the account, and in the browser for those who have not signed in. */
export function framePages(store: Store, visiting: Visiting): PageRoute[] {
  return [
    {
      ...{ method: "POST", path: "/preferences", who: "visitor" },
      handle: (visit) => change(store, visiting, visit),
    },
    { method: "GET", path: "/robots.txt", who: "visitor", handle: async () => reply("text/plain", ROBOTS) },
  ]
}

const ROBOTS = "User-agent: *\nDisallow: /\n"

async function change(store: Store, visiting: Visiting, visit: Visit): Promise<Reply> {
  const form = await visit.form(Preferences)
  if (!form.ok) throw new ComityError("invalid", "form.malformed")
  const { language, theme, to } = form.value
  const wishes = {
    ...(language === undefined ? {} : { language }),
    ...(theme === undefined ? {} : { theme: theme === "system" ? null : theme }),
  }
  if (visit.signedIn !== null) await setPreferences(store, visit.signedIn.person.account, wishes)
  return visit.redirect(localPath(to), [preferencesCookie(visit, visiting, wishes)])
}
