import { copyable, html, type Piece, visible } from "../../../http/index.ts"
import type { JsonObject } from "../../../stix/index.ts"
import { objectsAt, type Showing, textAt } from "./showing.ts"
import { outwardLink } from "./values.ts"

/** Catalogues whose numbers people call things by, under the source names that tools give them. */
const CATALOGUES: ReadonlyMap<string, string> = new Map([
  ["mitre-attack", "MITRE ATT&CK"],
  ["mitre-mobile-attack", "MITRE ATT&CK Mobile"],
  ["mitre-ics-attack", "MITRE ATT&CK ICS"],
  ["capec", "CAPEC"],
  ["cve", "CVE"],
  ["cwe", "CWE"],
  ["nvd", "NVD"],
])
const MOST = 10

/** `T1566.001`, `CVE-2021-44228`: the number by which a catalogue knows it, with the way there. */
export function catalogueRows(showing: Showing, object: JsonObject): (readonly [Piece, Piece])[] {
  return objectsAt(object, "external_references")
    .flatMap((reference): (readonly [Piece, Piece])[] => {
      const catalogue = CATALOGUES.get((textAt(reference, "source_name") ?? "").toLowerCase())
      const id = textAt(reference, "external_id")
      if (catalogue === undefined || id === null) return []
      const url = textAt(reference, "url")
      const link = url === null ? null : html` ${outwardLink(showing, url)}`
      return [[catalogue, html`${copyable(showing.t, visible(id), id)}${link}`]]
    })
    .slice(0, MOST)
}
