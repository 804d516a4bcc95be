import { readFileSync } from "node:fs"

export const languages = ["en", "zh-Hant", "zh-Hans"] as const
export type Language = (typeof languages)[number]

/** `t("cli.ready", { url })`: the sentence of that key with its blanks filled; an unknown key is a bug and throws. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string

const loaded = new Map<Language, Record<string, string>>()

function sentences(language: Language): Record<string, string> {
  let found = loaded.get(language)
  if (found === undefined) {
    const file = new URL(`../../web/locales/${language}.json`, import.meta.url)
    found = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>
    loaded.set(language, found)
  }
  return found
}

export function translator(language: Language): Translate {
  const table = sentences(language)
  return (key, values = {}) => {
    const sentence = table[key]
    if (sentence === undefined) throw new Error(`no sentence for ${key} in ${language}`)
    return sentence.replace(/\{(\w+)\}/g, (blank, name: string) => String(values[name] ?? blank))
  }
}

/** Whether the language files know the key; for codes that come from another process or version. */
export function knows(language: Language, key: string): boolean {
  return Object.hasOwn(sentences(language), key)
}

/**
 * The language that fits best what a browser, a program or `LANG` asks for (`zh_TW.UTF-8`, `zh-HK;q=0.9, en`):
 * Chinese of Taiwan, Hong Kong, Macao or Hant is traditional, other Chinese (`zh-Hans-HK` too) simplified, all else
 * English.
 */
export function pickLanguage(wanted: string): Language {
  for (const part of wanted.split(",")) {
    const tag = (part.split(/[;.]/)[0] ?? "").trim().toLowerCase().replaceAll("_", "-")
    if (tag.startsWith("zh")) return /^(?!.*hans).*(hant|tw|hk|mo)/.test(tag) ? "zh-Hant" : "zh-Hans"
    if (tag.startsWith("en")) return "en"
  }
  return "en"
}
