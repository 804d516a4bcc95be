import type { Language } from "../../http/index.ts"

const UNITS = ["year", "month", "week", "day", "hour", "minute"] as const
const PARTS = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/

/** `PT8H` as people say it, in the unit that the instrument names. */
export function durationText(language: Language, duration: string): string {
  const [, ...counts] = PARTS.exec(duration) ?? []
  const told = UNITS.flatMap((unit, i) => {
    const count = counts[i]
    if (count === undefined) return []
    const text = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Number(count))
    return [language === "en" ? text : text.replaceAll(/\s/g, "")]
  })
  return told.length === 0 ? duration : told.join(language === "en" ? " " : "")
}
