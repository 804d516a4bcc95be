import type { JsonObject } from "../../stix/index.ts"
import { INCIDENT_CLASSES } from "../terms/model.ts"

const LABEL = /^rsit:([a-z-]+)(?:=|$)/
const CLASSES: ReadonlySet<string> = new Set(INCIDENT_CLASSES)

/** Sectors that an object names, as it names them. */
export function sectorsOf({ sectors }: JsonObject): string[] {
  return Array.isArray(sectors) ? sectors.filter((one) => typeof one === "string") : []
}

/** RSIT classes among its labels (`rsit:fraud`, `rsit:fraud="phishing"`); a class that nobody knows counts as it stands. */
export function incidentsOf({ labels }: JsonObject): string[] {
  if (!Array.isArray(labels)) return []
  const found = labels.flatMap((label) =>
    typeof label === "string" ? [LABEL.exec(label.toLowerCase())?.[1] ?? ""] : [],
  )
  return [...new Set(found.filter((one) => one !== ""))].map((one) => (CLASSES.has(one) ? one : `rsit:${one}`))
}
