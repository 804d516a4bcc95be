import { constant, type Html } from "./html.ts"

/** Line icons, 20 px, drawn in the colour of the text; each always stands beside its word. */
const paths = {
  home: "M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z",
  find: "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zm4.5 10.5L17 17M9 6v6M6 9h6",
  share: "M5 10h10M11 6l4 4-4 4M3 4v12",
  respond: "M10 3v7l4 3M10 17a7 7 0 1 1 0-14 7 7 0 0 1 0 14z",
  agree: "M4 3h9l3 3v11H4zM7 8h6M7 11h6M7 14h3",
  build: "M4 17V9h4v8M8 17V5h4v12M12 17v-6h4v6M2 17h16",
  node: "M4 4h12v5H4zM4 11h12v5H4zM7 6.5h.01M7 13.5h.01",
  search: "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zm4.5 10.5L17 17",
  language:
    "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM3 10h14M10 3c2.5 2.2 3.5 4.6 3.5 7S12.500 14.800 10 17c-2.500-2.200-3.500-4.600-3.500-7S7.500 5.200 10 3z",
  theme: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  person: "M10 10a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3.500 17c.8-3.200 3.300-5 6.500-5s5.700 1.800 6.500 5",
  copy: "M7 7h9v9H7zM4 13V4h9",
} as const

export type IconName = keyof typeof paths

export function icon(name: IconName): Html {
  return constant(
    `<svg class="icon" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${paths[name]}"/></svg>`,
  )
}
