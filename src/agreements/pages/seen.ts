import type { Visit } from "../../accounts/index.ts"
import { visibleText } from "../../http/index.ts"
import { ComityError } from "../../kernel/errors.ts"
import { ownParty } from "../../parties/index.ts"
import { type AgreementText, saidIn } from "../model.ts"
import { type Negotiation, type Version, versionBy } from "../tabled/negotiation.ts"
import { type AgreementParts, negotiationOf } from "./parts.ts"
import { shownLanguage } from "./text.ts"

/** What a page of a negotiation shows: which version, in which language, to whom. */
export type Seen = {
  negotiation: Negotiation
  version: Version
  language: string
  own: string | null
  /** What this party may do here. */
  part: "negotiator" | "observer" | null
}

/** Throws `not-found agreement.no-negotiation`, `not-found agreement.no-version`. */
export async function seen(parts: AgreementParts, visit: Visit): Promise<Seen> {
  const { ask, viewer } = visit
  const negotiation = await negotiationOf(parts, visit)
  const version = versionBy(negotiation, ask.query.get("version"))
  if (version === null) throw new ComityError("not-found", "agreement.no-version")
  const own = (await ownParty(parts.store))?.id ?? null
  const part = negotiation.parties.find(({ party }) => party === own)?.role ?? null
  return {
    negotiation,
    version,
    own,
    part,
    language: shownLanguage(version.text, ask.query.get("language"), viewer.language),
  }
}

export function titleOf(text: AgreementText, language: string): string {
  return visibleText(saidIn(text, text.title, language))
}
