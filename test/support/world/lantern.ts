import type { Stix } from "../stix.ts"
import { changed, idOf, made, related, seen, technique } from "./making.ts"
import { party } from "./parties.ts"

/** The main story: an invented group attacks port operators by phishing; what one party knows of it. */
const HARBOUR = { by: "harbour", tlp: "green" } as const
const AMBER = { by: "harbour", tlp: "amber" } as const

const phishing = technique("T1566.001", "Spearphishing Attachment", "initial-access")
const powershell = technique("T1059.001", "PowerShell", "execution")
const web = technique("T1071.001", "Web Protocols", "command-and-control")
const encrypted = technique("T1486", "Data Encrypted for Impact", "impact")
const accounts = technique("T1078", "Valid Accounts", "defense-evasion")

const group = made("intrusion-set", "paper-lantern", HARBOUR, {
  name: "Paper Lantern",
  aliases: ["UNC-X14", "紙燈籠"],
  description:
    "A group that sends invoices in the name of shipping agents to the staff of port operators. It waits two to three weeks before it moves on, and works on weekdays between 06:00 and 14:00 UTC.",
  first_seen: "2026-03-02T00:00:00Z",
  goals: ["Access to cargo documents", "Extortion"],
  resource_level: "organization",
  primary_motivation: "organizational-gain",
  confidence: 70,
})

const loader = made(
  "malware",
  "lantern-drop",
  { ...HARBOUR, at: "2026-08-11T09:00:00.000Z" },
  {
    name: "LanternDrop",
    malware_types: ["downloader"],
    is_family: true,
    description: "Loader that arrives in a macro document.",
    confidence: 60,
  },
)
const loaderLater = changed(loader, "2026-09-20T15:12:00.000Z", {
  description: "Loader that arrives in a macro document and asks its server for the next part every 40 minutes.",
  capabilities: ["communicates-with-c2", "installs-other-components"],
  confidence: 75,
})
const loaderLast = changed(loaderLater, "2026-10-28T08:45:30.000Z", {
  aliases: ["PLDrop"],
  description:
    "Loader that arrives in a macro document and asks its server for the next part every 40 minutes. Since October it hides its address in the comments of a picture.",
  kill_chain_phases: [
    { kill_chain_name: "mitre-attack", phase_name: "execution" },
    { kill_chain_name: "lockheed-martin-cyber-kill-chain", phase_name: "delivery" },
  ],
  confidence: 85,
})
const locker = made("malware", "dock-locker", AMBER, {
  name: "DockLocker",
  malware_types: ["ransomware"],
  is_family: true,
  description: "Encrypts file servers and leaves HARBOUR-README.txt in each folder.",
})
const tool = made("tool", "remote-desk", HARBOUR, {
  name: "RemoteDesk",
  tool_types: ["remote-access"],
  tool_version: "7.2",
})
const server = made("infrastructure", "relay", AMBER, {
  name: "Relay servers of Paper Lantern",
  infrastructure_types: ["command-and-control"],
  first_seen: "2026-09-01T00:00:00Z",
})
const campaign = made("campaign", "autumn-freight", HARBOUR, {
  name: "Autumn Freight",
  description: "Invoices with macros, sent to 41 port and freight companies in six countries.",
  objective: "Credentials of cargo systems",
  first_seen: "2026-09-03T06:10:00Z",
  last_seen: "2026-10-30T13:55:00Z",
})
const weakness = made("vulnerability", "cve", HARBOUR, {
  name: "CVE-2026-90014",
  description: "The web console of an invented cargo system accepts an empty session token.",
  external_references: [{ source_name: "cve", external_id: "CVE-2026-90014" }],
})
const remedy = made("course-of-action", "macros", HARBOUR, {
  name: "Block macros in documents from outside",
  description: "Set the policy that stops macros in files that came by mail or from the web.",
})
const actor = made(
  "threat-actor",
  "broker",
  { by: "harbour", tlp: "red" },
  {
    name: "Broker “Ferryman”",
    threat_actor_types: ["criminal"],
    roles: ["infrastructure-operator"],
    description: "Rents relay servers. Named by a source that must be protected.",
  },
)

const address = seen("ipv4-addr", { value: "198.51.100.7" })
const domain = seen("domain-name", { value: "invoices.harbour-freight.example", resolves_to_refs: [address.id] })
const link = seen("url", { value: "https://invoices.harbour-freight.example/2026/10/INV-20417.docm" })
const sample = seen("file", {
  name: "INV-20417.docm",
  size: 184_320,
  hashes: {
    "SHA-256": "6a1f0e0d5c0d7a0b3f7e9c2b8a4d6e5f1029384756abcdef0123456789abcdef",
    MD5: "9e107d9d372bb6826bd81d3542a419d6",
  },
})
const sender = seen("email-addr", { value: "billing@harbour-freight.example", display_name: "Billing" })
const traffic = made("observed-data", "beacon", AMBER, {
  first_observed: "2026-10-14T06:12:00Z",
  last_observed: "2026-10-14T13:40:00Z",
  number_observed: 12,
  object_refs: [address.id, domain.id],
})

type Sign = { word: string; name: string; pattern: string; more?: Record<string, unknown> }
const SIGNS: readonly Sign[] = [
  {
    ...{ word: "c2-address", name: "Relay server of LanternDrop", pattern: "[ipv4-addr:value = '198.51.100.7']" },
    more: { confidence: 90, valid_until: "2099-01-01T00:00:00Z" },
  },
  {
    ...{
      word: "c2-domain",
      name: "Host of the invoices",
      pattern: "[domain-name:value = 'invoices.harbour-freight.example']",
    },
    more: { confidence: 80, valid_until: "2099-01-01T00:00:00Z" },
  },
  {
    ...{
      word: "old-domain",
      name: "Host of the first wave",
      pattern: "[domain-name:value = 'docs.quay-services.example']",
    },
    more: { confidence: 65, valid_until: "2026-10-15T00:00:00Z" },
  },
  {
    ...{ word: "sample", name: "INV-20417.docm" },
    pattern: "[file:hashes.'SHA-256' = '6a1f0e0d5c0d7a0b3f7e9c2b8a4d6e5f1029384756abcdef0123456789abcdef']",
    more: { confidence: 95, valid_until: "2099-01-01T00:00:00Z" },
  },
  {
    ...{
      word: "mail",
      name: "Sender of the invoices",
      pattern: "[email-addr:value = 'billing@harbour-freight.example']",
    },
    more: { confidence: 55 },
  },
  {
    ...{ word: "withdrawn", name: "Address of a content network", pattern: "[ipv4-addr:value = '203.0.113.90']" },
    more: { revoked: true, confidence: 20 },
  },
  {
    ...{ word: "beacon", name: "Beacon every 40 minutes" },
    pattern:
      "[network-traffic:dst_ref.value = '198.51.100.7' AND network-traffic:dst_port = 8443] REPEATS 3 TIMES WITHIN 7200 SECONDS",
    more: { confidence: 70, valid_until: "2099-01-01T00:00:00Z" },
  },
]

const PHASES = [{ kill_chain_name: "mitre-attack", phase_name: "command-and-control" }]
const signs = SIGNS.map(({ word, name, pattern, more }) =>
  made("indicator", word, word === "c2-address" ? AMBER : HARBOUR, {
    ...{ name, pattern, pattern_type: "stix", pattern_version: "2.1", indicator_types: ["malicious-activity"] },
    ...{ valid_from: "2026-09-03T00:00:00Z", kill_chain_phases: PHASES, ...more },
  }),
)
const [relay, host] = signs as [Stix, Stix, ...Stix[]]

function sighted(word: string, by: string, of: Stix, more: Record<string, unknown>): Stix {
  return made(
    "sighting",
    word,
    { by, tlp: "green", at: "2026-10-20T10:00:00.000Z" },
    {
      ...{ sighting_of_ref: of.id, where_sighted_refs: [party(by)], ...more },
    },
  )
}
const sightings = [
  sighted("s1", "harbour", relay, { first_seen: "2026-10-14T06:12:00Z", last_seen: "2026-10-19T13:40:00Z", count: 14 }),
  sighted("s2", "lagoon", relay, { first_seen: "2026-10-16T11:00:00Z", last_seen: "2026-10-16T11:30:00Z", count: 2 }),
  sighted("s3", "strait", host, { first_seen: "2026-10-17T02:05:00Z", last_seen: "2026-10-18T08:00:00Z", count: 6 }),
  sighted("s4", "savanna", host, {
    count: 1,
    labels: ["false-positive"],
    description: "A test of our own mail gateway.",
  }),
]
const doubt = made(
  "opinion",
  "doubt",
  { by: "savanna", tlp: "green" },
  {
    opinion: "disagree",
    explanation: "In our network this host was reached by a scanner of ours only.",
    object_refs: [host.id],
  },
)
const note = made("note", "hours", AMBER, {
  abstract: "Working hours",
  content: "All manual activity that we saw fell between 06:00 and 14:00 UTC on weekdays.",
  authors: ["Duty desk"],
  object_refs: [group.id, campaign.id],
})

const relations: readonly [Stix, string, Stix][] = [
  [group, "uses", loader],
  [group, "uses", locker],
  [group, "uses", tool],
  [group, "uses", phishing],
  [group, "uses", accounts],
  [campaign, "attributed-to", group],
  [campaign, "uses", phishing],
  [loader, "uses", powershell],
  [loader, "uses", web],
  [loader, "drops", locker],
  [locker, "uses", encrypted],
  [loader, "communicates-with", address],
  [server, "consists-of", address],
  [server, "consists-of", domain],
  [group, "uses", server],
  [group, "targets", weakness],
  [remedy, "mitigates", phishing],
  [actor, "hosts", server],
  ...signs.map((sign): [Stix, string, Stix] => [sign, "indicates", loader]),
  [relay, "based-on", traffic],
]

/** In the order of appearance: earlier versions first. */
export function lantern(): Stix[] {
  return [
    ...[phishing, powershell, web, encrypted, accounts, group, loader, loaderLater, loaderLast, locker, tool, server],
    ...[campaign, weakness, remedy, actor, address, domain, link, sample, sender, traffic],
    ...[...signs, ...sightings, doubt, note],
    ...relations.map(([from, kind, to]) =>
      related(from, kind, to, from === actor ? { by: "harbour", tlp: "red" } : HARBOUR),
    ),
  ]
}

/** Objects that pages are photographed and tested with. */
export const known = {
  group: group.id,
  loader: loader.id,
  relay: relay.id,
  host: host.id,
  expired: idOf("indicator", "old-domain"),
  revoked: idOf("indicator", "withdrawn"),
  campaign: campaign.id,
}
