import { raw, html as template } from "hono/html"

/** Markup that was made by a template; every text in it from outside was escaped. */
export type Html = ReturnType<typeof raw>

/** What may stand in a template: text is escaped; `null`, `undefined` and booleans write nothing. */
export type Piece = string | number | boolean | null | undefined | Html | readonly Piece[]

/** Escapes every text that is put in. Attributes stand in double quotes; none may be `on…`, `style` or `srcdoc`. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  const made = template(strings, ...pieces)
  if (made instanceof Promise) throw new Error("a template was given a promise")
  return made
}

/** Markup of our own, from a file of this package or a constant; never anything that came from outside. */
export function constant(markup: string): Html {
  return raw(markup)
}

export const nothing: Html = raw("")
