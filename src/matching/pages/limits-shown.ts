import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, section } from "../../http/index.ts"
import type { ItemType } from "../items/types.ts"
import { type Limits, usageOf } from "../runs/limits.ts"
import { paddedSize } from "../runs/model.ts"
import { figureTable, lines, type MatchPageParts } from "./parts.ts"
import { typeWord } from "./words.ts"

/** What this partner used of its quota today, and what it would use. */
export async function quotas(
  { store, runs: { limits } }: MatchPageParts,
  visit: Visit,
  peer: number,
  types: readonly { type: ItemType; most: number }[],
): Promise<Html> {
  const { t, format } = visit
  const { places, counts } = await usageOf(store, limits, peer, visit.now)
  const rows = types.map(({ type, most }) => {
    const row = places.find((one) => one.type === type)
    return { type, takes: paddedSize(most), used: row?.used ?? 0, most: row?.most ?? 0 }
  })
  const number = (label: string, of: (row: (typeof rows)[number]) => number) =>
    ({ label, kind: "number", cell: (row: (typeof rows)[number]) => format.number(of(row)) }) as const
  const list = figureTable({
    caption: t("match.quotas"),
    rows,
    empty: nothing,
    columns: [
      { label: t("match.type"), kind: "name", cell: ({ type }) => typeWord(t, type) },
      number(t("match.quota-takes"), ({ takes }) => takes),
      number(t("match.quota-used"), ({ used }) => used),
      number(t("match.quota-most"), ({ most }) => most),
    ],
  })
  const told = t("match.counts-used", { used: format.number(counts.used), most: format.number(counts.most) })
  return section(t("match.quotas"), html`${list}<p class="quiet">${told}</p>`, "quotas")
}

/** What no cryptography prevents, with the figures that hold here. */
export function honest({ t, format }: Visit, limits: Limits, types: readonly { type: ItemType }[]): Html {
  const quotas = types.map(({ type }) =>
    t("match.quota-of", { type: typeWord(t, type), count: format.number(limits.places[type]) }),
  )
  return section(
    t("match.honest"),
    lines([
      t("match.honest-lies", { quotas: format.list(quotas) }),
      t("match.honest-smallest"),
      t("match.honest-counts", { count: format.number(limits.counts) }),
      t("match.honest-first"),
      t("match.honest-later"),
    ]),
    "honest",
  )
}
