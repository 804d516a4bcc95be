import type { Program, Visit } from "../../../accounts/index.ts"
import {
  copyable,
  facts,
  type Html,
  html,
  nothing,
  notice,
  section,
  snippet,
  stateMark,
  type Translate,
  visibleText,
} from "../../../http/index.ts"
import type { Collection } from "../../../library/index.ts"
import { type Recipe, type RecipeKey, recipesFor } from "./recipes.ts"

const TITLES: Readonly<Record<RecipeKey, (t: Translate) => [title: string, hint: string]>> = {
  "opencti-feed": (t) => [t("recipe.opencti-feed"), t("recipe.opencti-feed-hint")],
  "opencti-connector": (t) => [t("recipe.opencti-connector"), t("recipe.opencti-connector-hint")],
  misp: (t) => [t("recipe.misp"), t("recipe.misp-hint")],
  "curl-read": (t) => [t("recipe.curl-read"), t("recipe.curl-hint")],
  "curl-write": (t) => [t("recipe.curl-write"), t("recipe.envelope-hint")],
  "python-read": (t) => [t("recipe.python-read"), t("recipe.python-hint")],
  "python-write": (t) => [t("recipe.python-write"), t("recipe.envelope-hint")],
}

/** Stands where the token would: nobody but its holder knows it. */
export const NO_TOKEN = "COMITY_TOKEN"

/** Settings for what people use, filled in for one of the collections that the program has a right on. */
export function recipeList(
  visit: Visit,
  program: Pick<Program, "rights">,
  collection: Collection,
  token: string,
): Html {
  const { t, site } = visit
  const right = program.rights.get(collection.id) ?? { read: false, write: false }
  const recipes = recipesFor({ origin: site.origin, collection: collection.id, token, right })
  return section(
    t("recipe.title", { collection: visibleText(collection.title) }),
    html`<p>${t("recipe.what")}</p>${reach(visit)}${recipes.map((recipe) => shown(t, recipe))}`,
    "settings",
  )
}

/** An address that only this machine knows is of no use to a program elsewhere. */
function reach({ t, site }: Visit): Html {
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(site.domain)
  return own ? notice(t("recipe.only-here"), "warning") : nothing
}

function shown(t: Translate, { key, tried, fields, text }: Recipe): Html {
  const [title, hint] = TITLES[key](t)
  const mark = tried ? stateMark("open", t("recipe.tried")) : stateMark("unknown", t("recipe.untried"))
  const form = fields.length === 0 ? nothing : facts(fields.map(([label, value]) => [label, copyable(t, value, value)]))
  return html`<details class="recipe"><summary>${title} ${mark}</summary><p>${hint}</p>${form}${text === null ? nothing : snippet(t, text)}</details>`
}
