import assert from "node:assert/strict"
import { after, test } from "node:test"
import { readable } from "../../../test/support/collection-server.ts"
import { startFacts } from "../../../test/support/fact-server.ts"
import { factFiles } from "../../../test/support/facts.ts"

const server = await startFacts()
after(() => server.close())
const { page } = server

await server.imported(
  factFiles(
    {
      instruments: [
        {
          title: "Treaty of all",
          short: "Treaty",
          depositary: "Office of seals",
          delay: "P3M/month",
          reservations: "possible",
        },
        { id: "other", title: "Other act", short: "Other", status: "not in force", field: "police", needed: "40" },
      ],
      participation: [
        { place: "DE", date: "2010-03-01" },
        { place: "BR", date: "2012-05-01" },
        { place: "BR", status: "denounced", date: "2015-01-01", verified: "no", note: "by a newspaper" },
        { place: "JP" },
        { place: "KE", status: "signed", date: "2020-01-01", verified: "no" },
        { place: "", name: "Union of places", status: "member", date: "2013-01-01" },
      ],
      lists: [{ complete_as_of: "2026-01-31", silent_on: "AQ" }],
      reservations: [{ place: "BR", article: "29", effect: "excludes", text: "Not applied to fishing" }],
      safeguards: [
        {
          safeguard: "blocking-statute",
          instrument: "",
          place: "BR",
          law: "Act 7",
          article: "4",
          text: "No data abroad",
        },
      ],
      questions: [
        { id: "deadline" },
        { id: "handing-over", kind: "yes-no", rule: "conflict", text: "May it be handed over?" },
        { id: "who", kind: "choice", rule: "none", choices: "court minister", text: "Who decides?" },
      ],
      choices: [{ question: "who", code: "court", text: "A court" }],
      answers: [
        { jurisdiction: "BR", value: "PT72H", article: "9", quote: "within three days" },
        { jurisdiction: "DE", value: "PT24H" },
        { jurisdiction: "JP", value: "PT1H", verified: "no" },
        { jurisdiction: "KE", value: "P9D", valid_to: "2020-01-01" },
        { question: "handing-over", jurisdiction: "BR", value: "yes" },
        { question: "handing-over", jurisdiction: "DE", value: "no" },
        { question: "who", jurisdiction: "BR", value: "court" },
      ],
      regions: [
        { place: "DE", region: "150", subregion: "155" },
        { place: "BR", region: "019", subregion: "419" },
      ],
      words: [{ ref: "channels/way", part: "name", zh_hant: "這條路", zh_hans: "这条路" }],
    },
    "2026-11-28",
  ),
)

test("readers see every page, and nobody sees them who did not sign in", async () => {
  const paths = [
    "/find/places",
    "/find/places/BR",
    "/find/instruments",
    "/find/instruments/treaty",
    "/find/rules",
    "/find/rules/deadline",
    "/find/facts",
    "/find/facts/compare",
    "/find/facts/row?ref=instruments/treaty",
  ]
  for (const path of paths) {
    for (const who of ["reader", "analyst", "officer"] as const) await page(path, who)
    assert.equal((await server.get(path, "administrator")).status, 403)
    assert.equal((await server.get(path, null)).status, 303)
  }
})

test("a place tells what it takes part in, with which reservations and laws, and leads to the finder", async () => {
  const text = await page("/find/places/BR")
  assert.match(readable(text), /Treaty ◐ sources differ in force 2012-05-01 depositary 2026-01 ● read in the source/)
  assert.match(readable(text), /Treaty ◐ sources differ denounced 2015-01-01 depositary 2026-01 \? not verified/)
  assert.match(readable(text), /Treaty 29 does not apply it Not applied to fishing/)
  assert.match(readable(text), /blocking statute Act 7, 4 No data abroad/)
  assert.match(text, /href="\/find\/paths\?from=BR&amp;measure=preserve"/)
  assert.match(readable(text), /How long\? 72 hours A law, 9/)
  assert.match(readable(await page("/find/places/DE")), /Reservations are not entered yet for Treaty/)
  assert.match(readable(await page("/find/places/FI")), /Not on the complete list of Treaty \(2026-01-31\)/)
  assert.doesNotMatch(readable(await page("/find/places/AQ")), /complete list/)
})

test("places can be narrowed by region, and are named in the reader's language", async () => {
  const europe = readable(await page("/find/places?region=150", "reader", 200, "zh-TW"))
  assert.match(europe, /德國 DE/)
  assert.doesNotMatch(europe, /巴西/)
  assert.match(readable(await page("/find/places?region=%3Cimg%3E")), /Brazil BR/)
})

test("an instrument tells who takes part since when, what contradicts, and how complete that is", async () => {
  const text = await page("/find/instruments/treaty")
  const told = readable(text)
  assert.match(told, /Office of seals.*on the first day of the month that follows 3 months/)
  assert.match(told, /2010: 1 2026: 3/)
  assert.match(told, /In all, by these rows: 4\. .*without a date, not in the picture: 1/)
  assert.match(
    told,
    /Where sources differ .*Brazil ◐ sources differ in force, 2012-05-01 .*denounced, 2015-01-01 .*by a newspaper/,
  )
  assert.match(told, /All participants are here, as of 2026-01-31/)
  assert.match(told, /The list says nothing of some places: 1/)
  assert.match(told, /Union of places member 2013-01-01/)
  assert.doesNotMatch(text, / style=/)
  const signed = readable(await page("/find/instruments/treaty?status=signed"))
  assert.match(signed, /Kenya signed/)
  assert.doesNotMatch(signed, /Japan/)
  assert.match(
    readable(await page("/find/instruments/other")),
    /Needed for entry into force 40.*It is not known whether all participants are here/,
  )
})

test("paths of an instrument are told in the reader's language where somebody translated them", async () => {
  assert.match(readable(await page("/find/instruments/treaty", "reader", 200, "zh-TW")), /這條路/)
  assert.match(readable(await page("/find/instruments/treaty", "reader", 200, "zh-CN")), /这条路/)
  assert.match(readable(await page("/find/instruments/treaty")), /A way/)
})

test("instruments are listed by field and kind", async () => {
  const police = readable(await page("/find/instruments?field=police"))
  assert.match(police, /Other Other act police · treaty not in force/)
  assert.doesNotMatch(police, /Treaty of all/)
  assert.doesNotMatch(readable(await page("/find/instruments?kind=body")), /Other act/)
})

test("rules are compared by verified answers of the day, with the bridge of a degree and the text that a conflict needs", async () => {
  const text = readable(await page("/find/rules"))
  assert.match(
    text,
    /How long\? ≤ differs in degree 24 hours : Germany 72 hours : Brazil from 24 hours to 72 hours satisfies all: 24 hours Japan , Kenya/,
  )
  assert.match(text, /handed over\? ≠ conflict no : Germany yes : Brazil needs a text/)
  assert.match(text, /Who decides\? \? unknown A court : Brazil/)
  const two = readable(await page("/find/rules?jurisdiction=BR&jurisdiction=JP&jurisdiction=XX"))
  assert.match(two, /How long\? \? unknown 72 hours : Brazil Japan/)
})

test("a question shows each answer with its law, and marks what does not decide", async () => {
  const text = readable(await page("/find/rules/deadline"))
  assert.match(text, /from 24 hours to 72 hours/)
  assert.match(text, /Brazil 72 hours A law, 9 within three days/)
  assert.match(text, /Japan 1 hour does not decide/)
  assert.match(text, /Answers of other days .*Kenya 9 days.*in force until 2020-01-01/)
})

test("the facts tell what is wrong with them, errors first, and where the row is", async () => {
  const text = await page("/find/facts")
  assert.match(readable(text), /Version 2026-11-28/)
  assert.match(text, /href="\/find\/facts\/row\?ref=participation%2Ftreaty%2FBR/)
  assert.match(readable(text), /Who takes part in what participation\.csv 6 4 0/)
})

test("two sets are compared cell by cell", async () => {
  const text = readable(await page("/find/facts/compare?old=shipped&new=1"))
  assert.match(text, /Shipped compared with Import 1/)
  assert.match(text, /instruments\/treaty added id treaty title Treaty of all .*depositary Office of seals/)
  assert.match(text, /instruments\/budapest removed/)
  assert.match(readable(await page("/find/facts/compare?old=1&new=1")), /The two are equal/)
})

test("what does not exist is not found, and an address says nothing but text", async () => {
  const paths = [
    "/find/places/XX",
    "/find/places/%3Cimg%3E",
    "/find/instruments/nothing",
    "/find/instruments/%3Cimg%3E",
    "/find/rules/nothing",
    "/find/facts/row",
    "/find/facts/row?ref=%3Cimg%3E",
    "/find/facts/compare?old=9",
    "/find/facts/compare?old=%3Cimg%3E",
  ]
  for (const path of paths) assert.doesNotMatch(await page(path, "reader", 404), /<img/)
  await page("/find/facts/corrections/nothing/withdraw", "officer", 404)
})
