import { parseArgs } from "node:util"
import type { View } from "../support/browser.ts"

export type Options = { only: readonly string[]; views: readonly View[]; help: boolean }

export const USAGE = `usage: npm run look -- [--quick] [--only PAGE[,PAGE]]

Starts a node in a temporary folder, fills it with an invented world and writes a picture of each page to
pictures/PAGE-WIDTH-SCHEME-LANGUAGE.png.

  --quick        two pictures of each page: a desk in English and light, a phone in Chinese and dark
  --only PAGES   the pages whose names begin so
`

const WIDTHS = [1440, 1024, 390]

/** Throws a TypeError for options that do not exist. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      help: { type: "boolean", default: false },
    },
  })
  const only = values.only.split(",").filter((name) => name !== "")
  return { only, views: values.quick ? quick() : all(), help: values.help }
}

/** Simplified Chinese at two places only: what differs from traditional is the words and their glyphs. */
function all(): View[] {
  const simplified: View[] = [
    { language: "zh-Hans", width: 1440, scheme: "light" },
    { language: "zh-Hans", width: 390, scheme: "dark" },
  ]
  return [...["en", "zh-Hant"].flatMap((language) => sizes().map((view) => ({ ...view, language }))), ...simplified]
}

function sizes(): View[] {
  return WIDTHS.flatMap((width) => [
    { width, scheme: "light" as const },
    { width, scheme: "dark" as const },
  ])
}

function quick(): View[] {
  return [
    { language: "en", width: 1440, scheme: "light" },
    { language: "zh-Hant", width: 390, scheme: "dark" },
  ]
}
