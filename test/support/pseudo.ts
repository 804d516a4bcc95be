import { type Translate, translator } from "../../src/http/index.ts"

/**
 * A language nobody speaks, to prove what no real one of ours does yet: written from right to left, and half as long
 * again as English. Words are turned by the override sign (U+202E), as Unicode's pseudo-locale ar-XB does.
 */
export function pseudoTranslator(): Translate {
  const english = translator("en")
  return (key, values) => {
    if (key === "frame.direction") return "rtl"
    return english(key, values)
      .split(/(\s+)/)
      .map((word) => (word.trim() === "" ? word : `\u202E${word}${word.slice(0, Math.ceil(word.length / 2))}\u202C`))
      .join("")
  }
}
