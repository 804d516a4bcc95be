import type { Stix } from "../stix.ts"
import { idOf, made, related } from "./making.ts"

type Party = { word: string; name: string; class: string; sectors: string[]; country: string; description: string }

/** Invented organisations; the places are real ones. */
const PARTIES: readonly Party[] = [
  {
    ...{ word: "harbour", name: "Harbour CERT", class: "organization", sectors: ["government"], country: "FI" },
    description: "Incident response team for ports and shipping.",
  },
  {
    ...{
      word: "lagoon",
      name: "Equipe de Resposta Laguna",
      class: "organization",
      sectors: ["telecommunications"],
      country: "BR",
    },
    description: "Equipe de resposta de uma operadora de redes.",
  },
  {
    ...{ word: "savanna", name: "Savanna Cyber Centre", class: "organization", sectors: ["government"], country: "KE" },
    description: "Coordination centre for the public sector.",
  },
  {
    ...{ word: "strait", name: "海峽資安通報中心", class: "organization", sectors: ["government"], country: "TW" },
    description: "演練用的通報與應變單位。",
  },
  {
    ...{
      word: "lion-city",
      name: "狮城企业安全响应组",
      class: "organization",
      sectors: ["financial-services"],
      country: "SG",
    },
    description: "演练用的企业安全响应团队。",
  },
  {
    ...{ word: "island", name: "島嶼サイバー演習センター", class: "organization", sectors: ["energy"], country: "JP" },
    description: "演習用の対応チーム。",
  },
  {
    ...{
      word: "helpline",
      name: "Digital Rights Helpline",
      class: "organization",
      sectors: ["non-profit"],
      country: "NL",
    },
    description: "Helps journalists and activists whose devices were attacked.",
  },
  {
    ...{
      word: "oasis-bank",
      name: "مركز الواحة للاستجابة",
      class: "organization",
      sectors: ["financial-services"],
      country: "AE",
    },
    description: "فريق استجابة للتمارين.",
  },
]

const PLACES: Readonly<Record<string, [string, string]>> = {
  FI: ["Finland", "northern-europe"],
  BR: ["Brazil", "south-america"],
  KE: ["Kenya", "eastern-africa"],
  TW: ["Taiwan", "eastern-asia"],
  SG: ["Singapore", "south-eastern-asia"],
  JP: ["Japan", "eastern-asia"],
  NL: ["Netherlands", "western-europe"],
  AE: ["United Arab Emirates", "western-asia"],
}

/** Who takes part, where they are, and that they are there. */
export function parties(): Stix[] {
  return PARTIES.flatMap(({ word, name, class: identity_class, sectors, country, description }) => {
    const [place, region] = PLACES[country] ?? [country, ""]
    const origin = { by: word, tlp: "clear" as const }
    const identity = made(
      "identity",
      word,
      { tlp: "clear" },
      {
        ...{ name, identity_class, sectors, description, contact_information: `soc@${word}.example` },
        lang: /\p{Script=Han}/u.test(name) ? "zh" : "en",
      },
    )
    const location = made("location", country, origin, { name: place, country, region })
    return [identity, location, related(identity, "located-at", location, origin)]
  })
}

export function party(word: string): string {
  return idOf("identity", word)
}
