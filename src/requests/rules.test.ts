import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { READY } from "../../test/support/requests.ts"
import { type Instant, parseInstant } from "../kernel/time.ts"
import type { Fields } from "./core.ts"
import type { RenderedForm } from "./forms.ts"
import { faultsOf } from "./rules.ts"

const NOW = parseInstant("2026-01-01T00:00:00Z") as Instant

const SUBSCRIBER: Fields = { ...READY, "items.0.category": "subscriber" }
const MLA: Fields = {
  ...READY,
  measure: "produce",
  proceedings: "Investigation by the prosecution service, file 3/2025",
  assistance: "Produce the connection data to the requesting authority by a sworn statement",
  purpose: "Evidence in the trial",
}
const whole: Readonly<Record<RenderedForm, Fields>> = { "budapest-29": READY, "budapest-31": SUBSCRIBER, mla: MLA }

const faults = (changes: Fields, form: RenderedForm = "budapest-29") =>
  Object.entries(faultsOf(form, { ...whole[form], ...changes }, NOW)).map(
    ([field, { key }]) => `${field} ${key.replace("request-fault.", "")}`,
  )

test("a whole request of each form has no fault", () => {
  for (const form of ["budapest-29", "budapest-31", "mla"] as const) assert.deepEqual(faults({}, form), [], form)
})

type Twin = { refused: Fields; because: string[]; accepted: Fields; form?: RenderedForm }

const item = (changes: Fields): Fields =>
  Object.fromEntries(Object.entries(changes).map(([name, value]) => [`items.0.${name}`, value]))

const DAYS = { from: "2025-12-01", to: "2025-12-20" }

/** Each reason of refusal, and the same request without it. */
const TWINS: Readonly<Record<string, readonly Twin[]>> = {
  "the identifier fits its type and period": [
    {
      refused: item({ value: "198.51.100.300" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ value: "198.51.100.30" }),
    },
    {
      refused: item({ type: "ipv6" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ type: "ipv6", value: "2001:db8::7" }),
    },
    {
      refused: item({ value: "192.168.1.4" }),
      because: ["items.0.value identifier-private"],
      accepted: item({ value: "192.0.2.4" }),
    },
    {
      refused: item({ type: "ipv6", value: "fe80::1" }),
      because: ["items.0.value identifier-private"],
      accepted: item({ type: "ipv6", value: "2001:db8::1" }),
    },
    {
      refused: item({ from: "2025-12-18", to: "2025-12-18" }),
      because: ["items.0.from instant", "items.0.to instant"],
      accepted: item({ from: "2025-12-18 14:03", to: "2025-12-18 14:03" }),
    },
    { refused: item({ zone: "" }), because: ["items.0.zone zone"], accepted: item({ zone: "Europe/Helsinki" }) },
    { refused: item({ zone: "Mars/Olympus" }), because: ["items.0.zone zone"], accepted: item({ zone: "UTC" }) },
    {
      refused: item({ shared: "yes" }),
      because: ["items.0.port port"],
      accepted: item({ shared: "yes", port: "40112" }),
    },
    {
      refused: item({ value: "100.64.3.9" }),
      because: ["items.0.port port"],
      accepted: item({ value: "100.64.3.9", port: "40112" }),
    },
    { refused: item({ port: "70000" }), because: ["items.0.port port-form"], accepted: item({ port: "443" }) },
    {
      refused: item({ type: "email", value: "nobody" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ type: "email", value: "nobody@mail.example" }),
    },
    {
      refused: item({ type: "phone", value: "0401234567" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ type: "phone", value: "+358 40 123 4567" }),
    },
    {
      refused: item({ type: "domain", value: "198.51.100.7" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ type: "domain", value: "lantern.example" }),
    },
    {
      refused: item({ type: "url", value: "lantern" }),
      because: ["items.0.value identifier-form"],
      accepted: item({ type: "url", value: "https://lantern.example/a" }),
    },
    {
      refused: item({ type: "" }),
      because: ["items.0.type missing"],
      accepted: item({ type: "account", value: "user-77" }),
    },
    { refused: item({ to: "" }), because: ["items.0.to period-open"], accepted: item({}) },
    { refused: item({ to: "2025-12-18 14:00" }), because: ["items.0.to period-backwards"], accepted: item({}) },
    {
      refused: item({ from: "2025-12-31 20:00", to: "2026-01-01 02:01" }),
      because: ["items.0.to period-future"],
      accepted: item({ from: "2025-12-31 20:00", to: "2026-01-01 02:00" }),
    },
    { refused: item({ from: "2025-02-30 10:00" }), because: ["items.0.from time"], accepted: item({}) },
  ],
  "the scope is what is needed": [
    { refused: item({ value: "" }), because: ["items.0.value no-identifier"], accepted: item({}) },
    {
      refused: item({ value: "198.51.100.0/24" }),
      because: ["items.0.value identifier-network"],
      accepted: item({ value: "198.51.100.7/32" }),
    },
    {
      refused: item({ type: "account", value: "All data" }),
      because: ["items.0.value identifier-everything"],
      accepted: item({ type: "account", value: "all-data-77" }),
    },
    {
      refused: item({ type: "account", value: "全部" }),
      because: ["items.0.value identifier-everything"],
      accepted: item({ type: "account", value: "全部77" }),
    },
    {
      refused: item({ type: "domain", value: "*.example" }),
      because: ["items.0.value identifier-everything"],
      accepted: item({ type: "domain", value: "a.example" }),
    },
    {
      refused: item({ from: "2025-12-16 14:00" }),
      because: ["items.0.reason period-wide"],
      accepted: item({ from: "2025-12-16 14:00", reason: "one session lasted so long" }),
    },
    {
      refused: item({ type: "account", value: "user-77", from: "2025-01-01", to: "2025-12-20" }),
      because: ["items.0.reason period-wide"],
      accepted: item({ type: "account", value: "user-77", ...DAYS }),
    },
  ],
  "the legal basis is named": [
    { refused: { basis: "" }, because: ["basis basis"], accepted: { basis: "ETS 185, Art. 29" } },
    { refused: { basis: " " }, because: ["basis basis"], accepted: { basis: "reciprocity" }, form: "mla" },
    {
      refused: { basis: "" },
      because: ["basis basis"],
      accepted: { basis: "Code of Criminal Procedure, 8:37" },
      form: "budapest-31",
    },
  ],
  "the category of data is one that the form can ask for": [
    {
      refused: item({ category: "traffic" }),
      because: ["items.0.category category-subscriber"],
      accepted: item({ category: "subscriber" }),
      form: "budapest-31",
    },
    {
      refused: item({ category: "none" }),
      because: ["items.0.category category-none"],
      accepted: item({ category: "content" }),
    },
    {
      refused: item({ category: "everything" }),
      because: ["items.0.category missing"],
      accepted: item({ category: "identification" }),
      form: "mla",
    },
    {
      refused: { partial: "yes", ...item({ category: "content" }) },
      because: ["partial partial-traffic"],
      accepted: { partial: "yes" },
    },
    {
      refused: { "modules.realtime": "yes", ...item({ category: "content" }) },
      because: ["modules.realtime partial-traffic"],
      accepted: { "modules.realtime": "yes" },
      form: "mla",
    },
  ],
  "the provider is named and controls the identifier": [
    {
      refused: { "provider.name": "" },
      because: ["provider.name provider"],
      accepted: { "provider.name": "Baltic Hosting" },
    },
    {
      refused: { "provider.confirmed": "" },
      because: ["provider.confirmed controller"],
      accepted: { "provider.confirmed": "yes" },
      form: "budapest-31",
    },
  ],
  "the form has what it demands besides": [
    { refused: { "offences.0.law": "" }, because: ["offences.0.law offence-law"], accepted: {} },
    {
      refused: { "offences.0.name": "", "offences.0.law": "", "offences.0.penalty": "" },
      because: ["offences.0.name offence"],
      accepted: {},
    },
    { refused: { language: "" }, because: ["language language"], accepted: { language: "zh-Hant" } },
    {
      refused: { status: "extension" },
      because: ["earlier ticket"],
      accepted: { status: "extension", earlier: "EE-77" },
    },
    {
      refused: { status: "follow-up-mla" },
      because: ["prior.mla.ticket ticket"],
      accepted: { status: "follow-up-mla", "prior.mla.ticket": "EE-77" },
      form: "budapest-31",
    },
    {
      refused: { status: "follow-up-preservation" },
      because: ["prior.preservation.ticket ticket"],
      accepted: { status: "follow-up-preservation", "prior.preservation.ticket": "EE-78" },
      form: "budapest-31",
    },
    { refused: { status: "follow-up-mla" }, because: ["status missing"], accepted: { status: "new" } },
    { refused: { intent: "" }, because: ["intent intent"], accepted: { intent: "yes" } },
    { refused: { signature: "" }, because: ["signature missing"], accepted: {} },
    { refused: { "who.email": "somebody" }, because: ["who.email email"], accepted: {} },
    {
      refused: { "who.mobile": "call me" },
      because: ["who.mobile telephone"],
      accepted: { "who.mobile": "+358 40 1" + "23456" },
    },
    { refused: { date: "20 December" }, because: ["date date"], accepted: {} },
    { refused: { "whom.place": "XX" }, because: ["whom.place missing"], accepted: { "whom.place": "TW" } },
    {
      refused: { "urgency.level": "urgent" },
      because: ["urgency.reason urgency"],
      accepted: { "urgency.level": "urgent", "urgency.reason": "data are overwritten daily" },
    },
    { refused: { purpose: "" }, because: ["purpose missing"], accepted: {}, form: "mla" },
    { refused: { measure: "wish" }, because: ["measure missing"], accepted: { measure: "disclose" }, form: "mla" },
    { refused: { "who.organisation": "" }, because: ["who.organisation missing"], accepted: {}, form: "mla" },
  ],
}

for (const [rule, twins] of Object.entries(TWINS)) {
  describe(rule, () => {
    for (const { refused, because, accepted, form } of twins) {
      test(`${form ?? "budapest-29"} ${JSON.stringify(refused)}`, () => {
        const found = faults(refused, form)
        // A wrong measure asks for no data, so what follows from it is not looked at.
        assert.deepEqual(found, because)
        assert.deepEqual(faults(accepted, form), [])
      })
    }
  })
}

test("a request for documents to be served names no identifier and no provider", () => {
  const { "items.0.value": _, "items.0.from": __, "items.0.to": ___, "items.0.category": ____, ...rest } = MLA
  const serving = { ...rest, measure: "serve", link: "", "provider.name": "", "provider.confirmed": "" }
  assert.deepEqual(Object.keys(faultsOf("mla", serving, NOW)), [])
  assert.ok(Object.keys(faultsOf("mla", { ...serving, measure: "produce" }, NOW)).includes("items.0.value"))
})

test("faults stand in the order of the form, whatever is empty", () => {
  const found = Object.keys(faultsOf("budapest-29", {}, NOW))
  assert.ok(found.length > 15, `only ${found.length}`)
  assert.deepEqual(found.slice(0, 5), ["date", "reference", "whom.authority", "status", "who.organisation"])
  assert.ok(found.indexOf("intent") > found.indexOf("necessity"))
})

test("every row is looked at for itself, and a row with nothing in it is none", () => {
  const second = { "items.2.type": "email", "items.2.value": "x", "items.1.zone": "UTC", "items.1.type": "ipv4" }
  assert.deepEqual(faults(second), [
    "items.2.value identifier-form",
    "items.2.from period-open",
    "items.2.to period-open",
    "items.2.category missing",
  ])
})
