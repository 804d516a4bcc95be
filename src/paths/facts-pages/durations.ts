import type { Language } from "../../http/index.ts"
import { hoursOf } from "../../law/index.ts"

const UNITS = ["year", "month", "week", "day", "hour", "minute"] as const
const PARTS = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/

/** `PT72H` as people say it, in the unit in which the law has it; what is no duration stays as it is. */
export function durationText(language: Language, duration: string): string {
  const found = PARTS.exec(duration)
  if (found === null || hoursOf(duration) === null) return duration
  const told = UNITS.flatMap((unit, i) => {
    const count = found[i + 1]
    return count === undefined ? [] : [counted(language, unit, Number(count))]
  })
  return told.join(language === "en" ? " " : "")
}

/** The space between figures and Chinese is the style's, not typed. */
function counted(language: Language, unit: (typeof UNITS)[number], count: number): string {
  const text = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count)
  return language === "en" ? text : text.replaceAll(/\s/g, "")
}
