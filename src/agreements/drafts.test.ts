import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { BALTIC, HARBOUR, sampleText } from "../../test/support/agreements.ts"
import { openInProcess } from "../../test/support/node-in-process.ts"
import { ComityError } from "../kernel/errors.ts"
import { DEFAULT_TERMS } from "../policy/index.ts"
import { ClauseTerms, settledTwice, termsOf } from "./clause-terms.ts"
import { deleteDraft, drafts, loadDraft, saveDraft, startDraft } from "./drafts.ts"
import { emptyText, framed, moved, tidy, withArticle, withTerms } from "./editing.ts"
import { lackingIn } from "./lacking.ts"
import { AgreementText, canonicalText, languageFor, saidIn, textHash } from "./model.ts"

const node = await openInProcess()
after(() => node.close())
const { store } = node
const text = sampleText([
  { party: HARBOUR, name: "Harbour CERT" },
  { party: BALTIC, name: "Baltic CERT" },
])
const code = (wanted: string) => (error: unknown) => error instanceof ComityError && error.code === wanted

test("a draft is kept, changed and deleted; two writers do not overwrite each other unseen", async () => {
  const id = await startDraft(store, text, null)
  const { changedAt } = await loadDraft(store, id)
  await saveDraft(store, id, { ...text, nature: "rules" }, changedAt)
  assert.equal((await loadDraft(store, id)).text.nature, "rules")
  await assert.rejects(saveDraft(store, id, text, changedAt), code("agreement.draft-changed"))
  await deleteDraft(store, id, null)
  await assert.rejects(loadDraft(store, id), code("agreement.no-draft"))
  assert.deepEqual(await drafts(store), [])
  const left = node.meddle("select count(*) as n from agreement_draft")[0]
  assert.equal(left?.n, 0)
})

test("what is no text is not kept: strange properties, two parts of one name, signs that nobody sees", async () => {
  const [article] = text.articles
  assert.ok(article)
  const wrong = [
    { ...text, more: 1 },
    { ...text, v: 2 },
    { ...text, languages: [] },
    { ...text, languages: ["en", "en"] },
    { ...text, languages: ["English"] },
    { ...text, parties: [text.parties[0], text.parties[0]] },
    { ...text, articles: [article, article] },
    { ...text, title: { en: "a\u0000b" } },
    { ...text, title: { en: " blank before" } },
    { ...text, title: { en: "two\nlines" } },
    { ...text, title: { en: "\ud800" } },
  ]
  for (const one of wrong) assert.equal(AgreementText.safeParse(one).success, false, JSON.stringify(one).slice(0, 80))
  await assert.rejects(startDraft(store, { ...text, title: { en: "a\u0000" } }, null), code("agreement.text"))
})

test("every word, party and number changes the hash; the order of keys does not", () => {
  const hash = textHash(text)
  assert.equal(textHash(JSON.parse(canonicalText(text)) as AgreementText), hash)
  const { articles, ...rest } = text
  assert.equal(textHash({ articles, ...rest }), hash)
  const others = [
    { ...text, nature: "treaty" as const },
    { ...text, languages: ["zh-Hant", "en"] },
    { ...text, title: { ...text.title, en: "Another" } },
    { ...text, parties: text.parties.toReversed() },
    { ...text, articles: text.articles.toReversed() },
  ]
  assert.equal(new Set([hash, ...others.map(textHash)]).size, others.length + 1)
})

test("a text that lacks nothing can be tabled; each lack is told once, with its place", () => {
  assert.deepEqual(lackingIn(text, HARBOUR), [])
  assert.deepEqual(lackingIn(text, null), [{ is: "own-part" }])
  const treaty = lackingIn({ ...text, nature: "treaty" }, HARBOUR)
  assert.deepEqual(treaty, [{ is: "treaty-instrument", party: "Harbour CERT" }])
  const [first] = text.articles
  assert.ok(first)
  const half = {
    ...text,
    title: { en: "Only English" },
    parties: text.parties.map((one) => ({ ...one, binder: "" })),
    articles: [{ ...first, heading: {}, clauses: [] }],
  }
  assert.deepEqual(lackingIn(half, HARBOUR), [
    { is: "binder", party: "Harbour CERT" },
    { is: "binder", party: "Baltic CERT" },
    { is: "title", language: "zh-Hant" },
    { is: "heading", language: "en", article: 1 },
    { is: "heading", language: "zh-Hant", article: 1 },
    { is: "empty-article", article: 1 },
  ])
  const empty = emptyText({ nature: "rules", languages: ["en"], title: {}, parties: [] })
  assert.deepEqual(
    lackingIn(empty, HARBOUR).map((lack) => lack.is),
    ["negotiators", "own-part", "title", "articles"],
  )
})

test("clauses keep their names while they are edited, and go when nothing is left of them", () => {
  const clauses = [
    { id: "000000b1", text: { en: "" } },
    { id: "000000b2", text: { en: "  Kept,\r\nwith a line. " } },
    { id: null, text: { "zh-Hant": "新" } },
    { id: "000000a1", text: { en: "of another article, so it is new here" } },
  ]
  const edited = withArticle(text, "0000000b", { heading: { en: "Use" }, clauses })
  const article = edited.text.articles[1]
  assert.equal(edited.id, "0000000b")
  assert.deepEqual(article?.heading, { en: "Use" })
  assert.deepEqual(
    article?.clauses.map((one) => one.text),
    [{ en: "Kept,\nwith a line." }, { "zh-Hant": "新" }, { en: "of another article, so it is new here" }],
  )
  assert.equal(article?.clauses[0]?.id, "000000b2")
  assert.notEqual(article?.clauses[2]?.id, "000000a1")
  const gone = withArticle(text, "0000000b", { heading: {}, clauses: [] })
  assert.deepEqual([gone.id, gone.text.articles.length], [null, 1])
  assert.equal(withArticle(text, null, { heading: { fr: "not authentic" }, clauses: [] }).id, null)
})

test("a language that is no longer authentic takes its words along", () => {
  const { title, languages: _, ...rest } = text
  const one = framed(text, { ...rest, languages: ["zh-Hant"], title })
  assert.doesNotMatch(canonicalText({ ...one, parties: [] }), /[a-z]{3} /)
  assert.equal(AgreementText.safeParse(one).success, true)
  assert.equal(languageFor(text, "zh-Hans"), "zh-Hant")
  assert.equal(languageFor(text, "fr"), "en")
  assert.equal(saidIn(text, { "zh-Hant": "只有中文" }, "en"), "只有中文")
  const both = { languages: ["en", "zh-Hant"] }
  assert.equal(saidIn(both, { en: "Title", "zh-Hant": "標題" }, "zh-Hans"), "標題")
})

test("whatever is typed can be kept", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (typed) => {
      const { text: kept } = withArticle(text, null, { heading: {}, clauses: [{ id: null, text: { en: typed } }] })
      assert.equal(AgreementText.safeParse(kept).success, true)
      assert.equal(tidy(tidy(typed)), tidy(typed))
    }),
  )
})

test("moving changes places with the neighbour, and nothing at the edge", () => {
  const list = [{ id: "a" }, { id: "b" }, { id: "c" }]
  const ids = (found: { id: string }[]) => found.map(({ id }) => id).join("")
  assert.equal(ids(moved(list, "b", -1)), "bac")
  assert.equal(ids(moved(list, "b", 1)), "acb")
  assert.equal(ids(moved(list, "a", -1)), "abc")
  assert.equal(ids(moved(list, "x", 1)), "abc")
})

test("what clauses settle makes the terms of the text, each once; the rest is as without an agreement", () => {
  const terms = termsOf(text)
  assert.deepEqual([terms.purposes, terms.personal, terms.retention], [["defence"], { is: "forbid" }, 90])
  assert.deepEqual(
    { ...terms, purposes: 0, personal: 0, retention: 0 },
    { ...DEFAULT_TERMS, purposes: 0, personal: 0, retention: 0 },
  )
  const twice = withTerms(text, "000000a1", { retention: 30, marking: "amber" })
  assert.deepEqual(settledTwice(twice), ["retention"])
  assert.ok(lackingIn(twice, HARBOUR).some((lack) => lack.is === "settled-twice" && lack.term === "retention"))
  assert.deepEqual(termsOf(withTerms(withTerms(text, "000000b1", null), "000000b2", null)), DEFAULT_TERMS)
  assert.notEqual(textHash(withTerms(text, "000000b2", { retention: 30 })), textHash(text))
})

test("terms that say nothing, or what no term can say, are no terms of a clause", () => {
  const wrong = [
    {},
    { retention: 0 },
    { marking: "red" },
    { purposes: [] },
    { personal: { is: "allow" } },
    { sharing: true },
  ]
  for (const one of wrong) assert.equal(ClauseTerms.safeParse(one).success, false, JSON.stringify(one))
  assert.deepEqual(ClauseTerms.parse({ places: ["JP", "FI", "FI"] }), { places: ["FI", "JP"] })
})
