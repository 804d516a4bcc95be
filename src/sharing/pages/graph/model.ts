import { mixesScripts, type Translate, visibleText } from "../../../http/index.ts"
import type { Edge, Hit, Search } from "../../../library/index.ts"
import { typeOfId } from "../../../stix/index.ts"
import { nameText, objectPath, typeWord } from "../named.ts"
import { RELATIONS_IN_WORDS } from "../object/relating.ts"
import { labelOf } from "../object/words.ts"
import { type Kind, kindOf } from "./shapes.ts"

/** Objects in one picture; more can neither be drawn so that one sees anything nor listed so that one reads it. */
export const NODES_MOST = 500
/** Objects whose neighbours are shown at once; the address of the page holds them all. */
export const OPEN_MOST = 20
const TYPES_MOST = 50

/** What the address asks for: objects whose neighbours are shown, and the types of these neighbours (empty: all). */
export type Wanted = { centre: string; open: readonly string[]; types: readonly string[] }

/** An object as picture and list name it: text only, defanged, with marks for what cannot be seen. */
export type Node = {
  id: string
  type: string
  name: string
  word: string
  kind: Kind
  revoked: boolean
  href: string
  /** Address of the same picture with this object's neighbours; null if they are in it, or if no more can be opened. */
  widen: string | null
}
export type Line = { id: string; from: string; to: string; label: string; word: string }
/** `cut`: there are more neighbours than are drawn. */
export type Graph = { wanted: Wanted; nodes: Node[]; lines: Line[]; cut: boolean }

const TYPE = /^[a-z0-9_-]{1,250}$/

/** Reads any address; what means nothing is left out. */
export function wantedOf(centre: string, query: URLSearchParams): Wanted {
  const open = query.getAll("open").filter((id) => id.length <= 300 && typeOfId(id) !== null && id !== centre)
  const types = query.getAll("type").filter((type) => TYPE.test(type))
  return {
    centre,
    open: [...new Set(open)].slice(0, OPEN_MOST),
    types: [...new Set(types)].slice(0, TYPES_MOST).sort(),
  }
}

/** The query of the address that asks for this. */
export function queryOf({ open, types }: Wanted): string {
  const query = new URLSearchParams([...open.map((id) => ["open", id]), ...types.map((type) => ["type", type])])
  return query.size === 0 ? "" : `?${query}`
}

/** Null if the object in the middle is not in the library. */
export async function graphOf(search: Search, t: Translate, wanted: Wanted): Promise<Graph | null> {
  const { centre, open, types } = wanted
  const found = await search.neighbourhood([centre, ...open], { limit: NODES_MOST, types })
  if (!found.nodes.some(({ id }) => id === centre)) return null
  const nodes = found.nodes.map((hit) => nodeOf(t, wanted, hit))
  const first = (node: Node) => Number(node.id !== centre)
  return {
    wanted,
    nodes: nodes.sort((a, b) => first(a) - first(b)),
    lines: found.edges.map((edge) => lineOf(t, edge)),
    cut: found.cut,
  }
}

function nodeOf(t: Translate, wanted: Wanted, { id, type, name, revoked }: Hit): Node {
  const word = typeWord(t, type)
  const text = nameText(t, { type, name })
  const shown = mixesScripts(text) ? `${text} ≠` : text
  const opened = id === wanted.centre || wanted.open.includes(id)
  const widen = opened || wanted.open.length >= OPEN_MOST ? null : { ...wanted, open: [...wanted.open, id] }
  return {
    ...{ id, type, word, revoked, kind: kindOf(type), href: objectPath(id) },
    name: revoked ? `${shown} (${t("object.state.revoked")})` : shown,
    widen: widen === null ? null : graphPath(widen),
  }
}

export function graphPath(wanted: Wanted): string {
  return `${objectPath(wanted.centre)}/graph${queryOf(wanted)}`
}

function lineOf(t: Translate, { from, to, label, id }: Edge): Line {
  return { id: id ?? `${from} ${label} ${to}`, from, to, label, word: relationWord(t, label) }
}

/** References that are met at every turn, as verbs; the others are called by the property that holds them. */
const REFERENCES: readonly string[] = [
  "created_by_ref",
  "object_refs",
  "sighting_of_ref",
  "where_sighted_refs",
  "observed_data_refs",
  "sample_ref",
  "sample_refs",
  "analysis_sco_refs",
]

/** The kind of a relationship, or the property that names another object, as it stands between the two. */
export function relationWord(t: Translate, label: string): string {
  if (REFERENCES.includes(label)) return t(`graph.by.${label.replaceAll("_", "-")}`)
  if (RELATIONS_IN_WORDS.has(label)) return t(`relation.${label}`)
  return labelOf(t, label) ?? visibleText(label)
}
