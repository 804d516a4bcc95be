import { z } from "zod"
import type { Visit } from "../../accounts/index.ts"
import type { Reply } from "../../http/index.ts"
import { decline, refuse } from "../runs/operations.ts"
import { loadRun } from "../runs/standing.ts"
import { type MatchPageParts, runPath } from "./parts.ts"

type Act = (parts: MatchPageParts, id: string, visit: Visit) => Promise<unknown>

const acts = {
  decline: ({ runs }, id, visit) => decline(runs, id, visit.person().commitment),
  pause: ({ matches }, id) => matches.pause(id),
  resume: ({ matches }, id) => matches.resume(id),
  cancel: ({ matches }, id, visit) => matches.cancel(id, visit.person().commitment),
  async refuse({ runs }, id, visit) {
    const form = await visit.form(z.object({ words: z.string().max(500).default("") }))
    await refuse(runs, id, form.ok ? form.value.words : "", visit.person().commitment)
  },
} as const satisfies Record<string, Act>

/** What one says to a run without more; then the run is shown as it stands. */
export async function act(parts: MatchPageParts, visit: Visit, name: keyof typeof acts): Promise<Reply> {
  const run = await loadRun(parts.store, visit.ask.params.id ?? "")
  await acts[name](parts, run.id, visit)
  return visit.redirect(runPath(run))
}
