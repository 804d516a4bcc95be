import { type Translate, visibleText } from "../http/index.ts"
import type { Json } from "../kernel/canonical.ts"
import { formatInstant, type Instant } from "../kernel/time.ts"
import { ownParty } from "../parties/index.ts"
import { governedBy } from "../policy/index.ts"
import type { Reader } from "../store/index.ts"
import { mayAct } from "./acts/acting.ts"
import { effectOf } from "./acts/effect.ts"
import { ACT_NAMES } from "./acts/model.ts"
import { saidIn } from "./model.ts"
import { sayings } from "./tabled/home.ts"
import { acceptedBy, type Negotiation, newestOf, type Version } from "./tabled/negotiation.ts"

/** Where a negotiation stands: each version, who signed it, and what this party can do about it now. */
export async function statusOf(reader: Reader, negotiation: Negotiation, now: Instant) {
  const own = (await ownParty(reader))?.id ?? ""
  const { text } = newestOf(negotiation)
  const collections: string[] = (await governedBy(reader, negotiation.id)).map(({ collection }) => collection)
  const home = (await sayings(reader, negotiation.id)).map(({ id, says }) => ({
    ...{ id, is: says.is, on: "on" in says ? says.on : null },
    ...{ clause: "clause" in says ? says.clause : null, position: says.is === "position" ? says.position : null },
  }))
  return {
    ...{ id: negotiation.id, title: { ...text.title }, languages: [...text.languages] },
    role: negotiation.parties.find(({ party }) => party === own)?.role ?? null,
    versions: negotiation.versions.map((version, i) => versionStatus(negotiation, version, i + 1, { own, now })),
    ...{ collections, home },
  }
}

type Looking = { own: string; now: Instant }

function versionStatus(negotiation: Negotiation, version: Version, number: number, { own, now }: Looking) {
  const effect = effectOf(negotiation, version, now)
  const parties = effect.bindings.map(({ party: { party, name }, is, until }) => ({
    ...{ party, name, is, until: until === null ? null : formatInstant(until) },
    ...acceptedBy(negotiation, version, party),
  }))
  return {
    ...{ number, hash: version.hash, base: version.base, by: version.party, at: formatInstant(version.at) },
    ...{ state: effect.is, since: effect.since === null ? null : formatInstant(effect.since), parties },
    open: ACT_NAMES.filter((is) => mayAct(negotiation, version, own, is, now)),
  }
}

type Status = Awaited<ReturnType<typeof statusOf>>

/** Words for programs stay what they are; the last column of a version says which acts are open to this party. */
export function showStatus(_: Translate, result: Json): string[] {
  const { versions, collections, home, ...text } = result as unknown as Status
  return [
    [text.id, text.role ?? "-", visibleText(saidIn(text, text.title, "en"))].join("\t"),
    ...versions.flatMap(({ number, hash, state, open, parties }) => [
      [number, state, hash, open.join(",") || "-"].join("\t"),
      ...parties.map((one) => ["", visibleText(one.name), one.is, `${one.accepted}/${one.clauses}`].join("\t")),
    ]),
    ...home.map((one) => [one.id, one.is, one.clause ?? "-", one.position ?? "-"].join("\t")),
    ...collections,
  ]
}
