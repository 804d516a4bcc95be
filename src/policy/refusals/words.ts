import type { Visit } from "../../accounts/index.ts"
import { type Html, html, nothing, visible, visibleText } from "../../http/index.ts"
import type { Refusal, RefusalKind } from "./model.ts"

export function kindWord(t: Visit["t"], kind: RefusalKind): string {
  const words = {
    place: t("refusal.kind-place"),
    party: t("refusal.kind-party"),
    "object-kind": t("refusal.kind-object"),
  }
  return words[kind]
}

export function objectKindWord(t: Visit["t"], name: string): string {
  if (name === "exploit-code") return t("refusal.exploit-code")
  return name === "malware-sample" ? t("refusal.malware-sample") : t(`type.${name}`)
}

/** What people call it: of a place the name in their language, of a party what somebody wrote. */
export function valueName({ t, format }: Visit, { kind, value }: Pick<Refusal, "kind" | "value">): string {
  if (kind === "place") return format.place(value)
  return kind === "party" ? value : objectKindWord(t, value)
}

export function valueShown(visit: Visit, refusal: Refusal): Html {
  const code = refusal.kind === "place" ? html` <span class="quiet">${refusal.value}</span>` : nothing
  return html`${visible(valueName(visit, refusal))}${code}`
}

/** A citation as it is written; an address can be followed, and does not tell where one came from. */
export function sourceText({ t }: Visit, source: string): Html {
  const { protocol } = URL.parse(source) ?? { protocol: "" }
  if (!/^https?:$/.test(protocol) || /\s/.test(source)) return visible(source)
  return html`<a href="${source}" rel="noopener noreferrer" title="${visibleText(source)}">${visible(source)}</a><span class="unseen"> ${t("object.elsewhere")}</span>`
}
