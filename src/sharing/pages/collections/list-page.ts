import { z } from "zod"
import type { PageRoute, Visit } from "../../../accounts/index.ts"
import {
  actions,
  copyable,
  emptyState,
  errorSummary,
  type Faults,
  type Given,
  type Html,
  html,
  inputField,
  noForm,
  nothing,
  notice,
  type Reply,
  section,
  stateMark,
  table,
  visible,
  visibleText,
} from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import { addCollection, type Collection, listCollections } from "../../../library/index.ts"
import { type Behind, cameOf } from "../../release/behind.ts"
import { type Partners, partnerShown, partnersOf } from "../partners.ts"
import { behindWord } from "./behind.ts"
import { type CollectionParts, collectionPath, kindWord } from "./parts.ts"
import { verdictMark } from "./verify-pages.ts"

const NewInbox = z.object({
  title: z.string().trim().min(1).max(200),
  alias: z
    .string()
    .trim()
    .max(100)
    .regex(/^[\p{L}\p{N}._-]*$/u, "collections.alias-signs")
    .transform((alias) => (alias === "" ? null : alias)),
})

export function listPages(parts: CollectionParts): PageRoute[] {
  return [
    {
      // Readers look into collections, administrators make them without looking.
      ...{ method: "GET", path: "/share/collections", who: "person" },
      handle: async (visit) => {
        if (!visit.may("role:reader") && !visit.may("role:administrator")) {
          throw new ComityError("refused", "session.role", { role: "reader" })
        }
        return page(parts, visit, noForm)
      },
    },
    {
      ...{ method: "POST", path: "/share/collections", who: "role:administrator" },
      handle: (visit) => add(parts, visit),
    },
  ]
}

async function add(parts: CollectionParts, visit: Visit): Promise<Reply> {
  const form = await visit.form(NewInbox)
  if (!form.ok) return page(parts, visit, form, 400)
  try {
    const id = await addCollection(parts.store, { ...form.value, id: null }, visit.person().commitment)
    return visit.redirect(visit.may("role:reader") ? collectionPath({ id }) : `/share/collections?made=${id}`)
  } catch (error) {
    const code = error instanceof ComityError ? error.code : ""
    if (code !== "collection.exists" && code !== "collection.alias") throw error
    const key = code === "collection.exists" ? "collections.alias-taken" : "error.collection.alias"
    return page(parts, visit, { given: form.given, faults: { alias: { key } } }, 409)
  }
}

async function page(
  parts: CollectionParts,
  visit: Visit,
  { given, faults }: { given: Given; faults: Faults },
  status = 200,
): Promise<Reply> {
  const { t } = visit
  const collections = (await listCollections(parts.store)).toSorted((a, b) => visit.format.compare(a.title, b.title))
  const known = {
    partners: await partnersOf(parts.store),
    behind: new Map(
      await Promise.all(collections.map(async (one) => [one.id, await cameOf(parts.store, one)] as const)),
    ),
  }
  const made = collections.find(({ id }) => id === visit.ask.query.get("made"))
  return visit.page({
    title: t("nav.collections"),
    place: "collections",
    status,
    body: html`${errorSummary(t, faults)}${made === undefined ? nothing : notice(t("collections.made", { title: visibleText(made.title) }))}<p>${t("collections.what")}</p>${sharing(visit)}${collectionTable(parts, visit, collections, known)}${visit.may("role:administrator") ? newInbox(visit, given, faults) : nothing}`,
  })
}

/** Where officers go from here. */
function sharing(visit: Visit): Html {
  const { t } = visit
  if (!visit.may("role:officer")) return nothing
  return html`<p class="actions"><a class="button" href="/share/new-shared">${t("shared.make")}</a><a href="/share/unshared">${t("unshared.title")}</a><a href="/share/releases">${t("release.all")}</a></p>`
}

type Known = { partners: Partners; behind: ReadonlyMap<string, Behind> }

function collectionTable(
  { verifications }: CollectionParts,
  visit: Visit,
  rows: readonly Collection[],
  known: Known,
): Html {
  const { t, format } = visit
  const empty = visit.may("role:administrator")
    ? emptyState(t("collections.none"), { href: "#new", label: t("collections.make") })
    : emptyState(t("collections.none-ask"))
  return table<Collection>({
    caption: t("nav.collections"),
    rows,
    empty,
    columns: [
      {
        label: t("collections.title"),
        kind: "name",
        cell: (row) =>
          visit.may("role:reader")
            ? html`<a href="${collectionPath(row)}"><span class="wrap">${visible(row.title)}</span></a>`
            : html`<span class="wrap">${visible(row.title)}</span>`,
      },
      { label: t("collections.alias"), kind: "mono", wide: true, cell: ({ alias }) => aliasCell(visit, alias) },
      { label: t("collections.kind"), cell: (row) => kindCell(visit, row, known) },
      { label: t("collections.entries"), kind: "number", cell: ({ size }) => format.number(size) },
      {
        label: t("collections.last"),
        kind: "quiet",
        cell: ({ size, lastAt }) => (size === 0 ? t("collections.nothing-yet") : format.time(lastAt)),
      },
      {
        ...{ label: t("collections.verified"), wide: true },
        cell: ({ id }) => html`<span class="wrap">${verdictMark(visit, verifications.verdict(id))}</span>`,
      },
    ],
  })
}

/** Of what came from a partner also from whom; what an agreement made, and what is closed. */
function kindCell(visit: Visit, row: Collection, { partners, behind: all }: Known): Html {
  const { t } = visit
  const whose = row.party === null ? nothing : html`<div class="quiet small">${partnerShown(partners, row.party)}</div>`
  const word = behindWord(visit, all.get(row.id) ?? null)
  const why = word === "" ? nothing : html` <span class="quiet small">${word}</span>`
  const state = row.closedAt === null ? nothing : html` ${stateMark("closed", t("shared.closed"))}`
  return html`${kindWord(t, row)}${why}${state}${whose}`
}

function aliasCell({ t }: Visit, alias: string | null) {
  return alias === null ? null : copyable(t, visible(alias), alias)
}

function newInbox({ t }: Visit, given: Given, faults: Faults): Html {
  const shown = { t, given, faults }
  const fields = html`${inputField(shown, { name: "title", label: t("collections.title"), hint: t("collections.title-hint"), required: true, most: 200 })}
${inputField(shown, { name: "alias", label: t("collections.alias-optional"), hint: t("collections.alias-hint"), most: 100, spellcheck: false })}`
  return section(
    t("collections.new"),
    html`<p>${t("collections.new-what")}</p><form method="post" action="/share/collections">${fields}${actions(t("collections.make"))}</form>`,
    "new",
  )
}
