import type { Fields } from "./core.ts"
import type { RenderedForm } from "./forms.ts"

/** What is said anew in every request: its own date and number, how it stands to another, and what was confirmed. */
const SAID_ANEW: ReadonlySet<string> = new Set([
  ...["date", "reference", "status", "earlier", "intent", "partial", "provider.confirmed", "signature", "measure"],
  ...["modules.preserve", "modules.stored", "modules.realtime"],
])

/**
 * The same case in another form: the core stays, and the request before is named as the earlier one. A preservation is
 * followed by the request for the data; an extension of it is the same form again, with the ticket of the first.
 */
export function followUp(from: RenderedForm, fields: Fields, to: RenderedForm): Fields {
  const kept = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !SAID_ANEW.has(name) && !name.startsWith("prior.")),
  )
  return { ...kept, ...earlier(from, fields, to), ...(to === "budapest-31" ? subscriberOnly(kept) : {}) }
}

function earlier(from: RenderedForm, fields: Fields, to: RenderedForm): Fields {
  const ticket = fields.reference ?? ""
  if (to === "mla") return { measure: "produce" }
  if (from === to) return to === "budapest-29" ? { status: "extension", earlier: ticket } : { status: "new" }
  if (to === "budapest-29") return { status: "new" }
  const which = from === "mla" ? "mla" : "preservation"
  const told = {
    date: fields.date ?? "",
    ticket,
    asked: fields["who.organisation"] ?? "",
    answered: fields["whom.authority"] ?? "",
  }
  const named = Object.entries(told).map(([name, value]) => [`prior.${which}.${name}`, value])
  return { status: `follow-up-${which}`, ...Object.fromEntries(named) }
}

/** The form of Article 31 can ask for nothing else. */
function subscriberOnly(fields: Fields): Fields {
  const categories = Object.keys(fields).filter((name) => /^items\.\d+\.category$/.test(name))
  return Object.fromEntries(categories.map((name) => [name, "subscriber"]))
}
