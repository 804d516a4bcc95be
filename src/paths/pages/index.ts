import type { PageRoute } from "../../accounts/index.ts"
import { Matrices } from "../matrices.ts"
import { choicePage, choicesPage } from "./choice-pages.ts"
import { choose, choosePage } from "./choose-page.ts"
import { finderPage } from "./finder-page.ts"
import { Gains, gainsPage } from "./gains-page.ts"
import { CHOICES, CHOOSE, CHOOSER, FINDER, GAINS, MATRIX, type PathPageParts, REACH, READER } from "./look.ts"
import { matrixFile, matrixPage } from "./matrix-page.ts"
import { reachPage } from "./reach-page.ts"

export type { PathPageParts } from "./look.ts"

/** The finder and what is chosen by it; reach, matrix, and what a ratification would open. */
export function pathPages(parts: PathPageParts): PageRoute[] {
  const matrices = new Matrices()
  const gains = new Gains()
  const read = { method: "GET", who: READER } as const
  const chosen = { who: CHOOSER } as const
  return [
    { ...read, path: FINDER, handle: (visit) => finderPage(parts, visit) },
    { ...chosen, method: "GET", path: CHOOSE, handle: (visit) => choosePage(parts, visit) },
    { ...chosen, method: "POST", path: CHOOSE, handle: (visit) => choose(parts, visit) },
    { ...chosen, method: "GET", path: CHOICES, handle: (visit) => choicesPage(parts, visit) },
    { ...chosen, method: "GET", path: `${CHOICES}/:id`, handle: (visit) => choicePage(parts, visit) },
    { ...read, path: REACH, handle: (visit) => reachPage(parts, visit) },
    { ...read, path: MATRIX, handle: (visit) => matrixPage(parts, matrices, visit) },
    { ...read, path: `${MATRIX}.csv`, handle: (visit) => matrixFile(parts, matrices, visit) },
    { ...read, path: GAINS, handle: (visit) => gainsPage(parts, gains, visit) },
  ]
}
