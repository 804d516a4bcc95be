import type { PageRoute, Visit } from "../../../accounts/index.ts"
import { html, type Reply, reply } from "../../../http/index.ts"
import { ComityError } from "../../../kernel/errors.ts"
import type { Search } from "../../../library/index.ts"
import { objectPath } from "../named.ts"
import { drawing, parts } from "./drawing.ts"
import { type Graph, graphOf, wantedOf } from "./model.ts"

/** The neighbourhood of an object: a picture that grows, and the same as lists. */
export function graphPages({ search }: { search: Search }): PageRoute[] {
  return [
    {
      ...{ method: "GET", path: "/share/objects/:id/graph", who: "role:reader" },
      handle: async (visit) => page(visit, await load(search, visit)),
    },
    {
      ...{ method: "GET", path: "/share/objects/:id/graph.json", who: "role:reader" },
      handle: async (visit) => data(visit, await load(search, visit)),
    },
  ]
}

/** Throws `not-found object.not-held`. */
async function load(search: Search, { ask, t }: Visit): Promise<Graph> {
  const graph = await graphOf(search, t, wantedOf(ask.params.id ?? "", ask.query))
  if (graph === null) throw new ComityError("not-found", "object.not-held")
  return graph
}

function page(visit: Visit, graph: Graph): Reply {
  const { t } = visit
  const name = graph.nodes[0]?.name ?? graph.wanted.centre
  const body = html`<p><a href="${objectPath(graph.wanted.centre)}">${t("graph.back")}</a></p>${drawing(visit, graph)}`
  return visit.page({
    title: t("graph.title", { name }),
    place: "library",
    body,
    scripts: ["graph.js"],
  })
}

/** What the script draws; `lists=yes` adds the lists that go with it, as the page would write them. */
function data(visit: Visit, graph: Graph): Reply {
  const { nodes, lines, cut } = graph
  const lists = visit.ask.query.get("lists") === "yes" ? parts(visit, graph) : {}
  const written = Object.fromEntries(Object.entries(lists).map(([id, part]) => [id, String(part)]))
  const body = JSON.stringify({ nodes, lines, cut, parts: written })
  return reply("application/json", body, 200, { "cache-control": "no-store" })
}
