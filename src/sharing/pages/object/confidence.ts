import { type Html, html, type Translate } from "../../../http/index.ts"

type Scale = "none" | "low" | "medium" | "high"

/** The None/Low/Med/High scale of STIX 2.1 appendix A; null outside of 0 to 100. */
export function scaleOf(confidence: number): Scale | null {
  if (!(confidence >= 0 && confidence <= 100)) return null
  if (confidence < 1) return "none"
  if (confidence < 30) return "low"
  return confidence < 70 ? "medium" : "high"
}

/** The word of the scale first, the number beside it. */
export function confidenceShown(t: Translate, confidence: number): Html {
  const scale = scaleOf(confidence)
  if (scale === null) return html`${String(confidence)}`
  return html`${wordOf(t, scale)} <span class="quiet">${t("object.of-100", { value: confidence })}</span>`
}

function wordOf(t: Translate, scale: Scale): string {
  switch (scale) {
    case "none":
      return t("object.confidence.none")
    case "low":
      return t("object.confidence.low")
    case "medium":
      return t("object.confidence.medium")
    case "high":
      return t("object.confidence.high")
  }
}
