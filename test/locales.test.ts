import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { languages } from "../src/http/index.ts"
import { JSON_FAULT_CODES } from "../src/kernel/json-fault.ts"
import {
  instrumentFields,
  instrumentKinds,
  participationStatuses,
  questionFields,
  reservationEffects,
  safeguardCodes,
  tableNames,
} from "../src/law/index.ts"
import { ROW_FAULT_CODES } from "../src/library/index.ts"
import { declarations } from "../src/main.ts"
import { columnsOf } from "../src/paths/facts-pages/row-form.ts"
import { INCIDENT_CLASSES, TERM_NAMES } from "../src/policy/index.ts"
import { fieldLabels } from "../src/requests/pages/field-labels.ts"
import { FAULT_CODES, FINDING_CODES, INDUSTRY_SECTORS } from "../src/stix/index.ts"
import { OWN_TYPES, TYPES } from "../src/stix/types.ts"
import { LAW_STARTS, lawKeys } from "./support/law-keys.ts"

type Sentences = Readonly<Record<string, string>>
type Source = { file: string; text: string }
/** An error as the source makes it: its codes, and the names of the values that go with them. */
type Thrown = { file: string; codes: string[]; values: string[] }

const root = join(import.meta.dirname, "..")
const en = read("en")
const chinese = { "zh-Hant": read("zh-Hant"), "zh-Hans": read("zh-Hans") }

/** The same in every language: a line that programs wait for, the product, and languages by their own name. */
const SAME_EVERYWHERE = [
  "cli.ready",
  "frame.name",
  "frame.direction",
  ...["language.en", "language.zh-Hant", "language.zh-Hans"],
]

/** Who makes errors of a code that is passed in. The calls of the first two are looked at; the others relay any code. */
const PASS_CODES_ON = [
  ...["crypto/turnstile.ts", "sharing/filters.ts", "http/socket-client.ts", "matching/asking/bench.ts"],
  "matching/psi/pool.ts",
]

/** Keys that are put together while running, by what they begin with; `neededKeys` says what may follow. */
const PUT_TOGETHER = [
  ...["cli.ask-", "command.", "error.", "log.problem.", "option.", "problem.", "problem.object.conflict-"],
  ...["form-field."],
  ...["graph.by.", "graph.layout.", "import.state.", "keyboard.", "language.", "nav.", "overview.act."],
  ...["seal-key.say.", "sealed.kind.", "sealed.reason.", "sealed.say.", "sealed.state."],
  ...["overview.waits.", "property.", "relation-to.", "relation.", "role.", "theme.", "type."],
  ...["terms.incident.", "terms.name.", "terms.sector."],
  ...LAW_STARTS,
  ...["fact.column.", "fact.effect.", "fact.field.", "fact.kind.", "fact.safeguard.", "fact.status.", "fact.table."],
]

/** Words of the standard that pages know; one that they do not know is shown as it is, so none can be missing. */
const KNOWN_WORDS = ["property.", "relation-to.", "relation."]

const CODE = /^[a-z]+(?:[.-][a-z0-9]+)*\.[a-z0-9-]+$/

const sources: readonly Source[] = [...sourcesIn("src"), ...sourcesIn("exercise")]

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .toSorted()
    .map((file) => ({ file, text: withoutComments(readFileSync(join(root, folder, file), "utf8")) }))
}

function read(language: string): Sentences {
  return JSON.parse(readFileSync(join(root, `web/locales/${language}.json`), "utf8")) as Sentences
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1")
}

function sourceOf(file: string): string {
  const found = sources.find((source) => source.file === file)
  assert.ok(found, `src/${file} has moved`)
  return found.text
}

/** What stands between the brackets of each call that `opening` finds; `opening` ends at the opening bracket. */
function callsOf(text: string, opening: RegExp): string[] {
  return [...text.matchAll(opening)].map((match) => {
    const start = match.index + match[0].length
    let at = start
    for (let depth = 1; depth > 0 && at < text.length; at++) {
      if (text[at] === "(") depth++
      if (text[at] === ")") depth--
    }
    return text.slice(start, at - 1)
  })
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/"([^"\n]*)"/g)].map(([, literal = ""]) => literal).filter((literal) => CODE.test(literal))
}

function literalsAfter(text: string, pattern: RegExp): string[] {
  const found = [...text.matchAll(pattern)].map(([, literal = ""]) => literal)
  assert.ok(found.length > 0, `${pattern} finds nothing any more`)
  return found
}

function thrownErrors(): Thrown[] {
  const made = sources.flatMap(({ file, text }) =>
    callsOf(text, /new ComityError\(/g).map((call) => ({
      file,
      codes: codesIn(call.split("{")[0] ?? ""), // the values behind the code may hold the codes of problems
      values: valueNames(call),
    })),
  )
  const badFilters = literalsAfter(sourceOf("sharing/filters.ts"), /\bbad\("([^"]+)"/g)
  const turnedAway = sources.flatMap(({ text }) => callsOf(text, /= turnstile\(/g).flatMap(codesIn))
  assert.ok(turnedAway.length > 0, "nobody is turned away any more")
  return [
    ...made,
    { file: "sharing/filters.ts", codes: badFilters, values: ["name"] },
    { file: "crypto/turnstile.ts", codes: turnedAway, values: [] },
  ]
}

/** Names in the last object literal of a call: `{ path: folder.root, most }` has `path` and `most`. */
function valueNames(call: string): string[] {
  const literal = [...call.matchAll(/\{([^{}]*)\}/g)].at(-1)?.[1] ?? ""
  return literal.split(",").map((part) => (part.split(":")[0] ?? "").trim())
}

function problemCodes(): string[] {
  const reasons = /type ConflictReason = ([^\n]+)/.exec(sourceOf("library/model.ts"))?.[1] ?? ""
  return [
    ...FAULT_CODES,
    ...FINDING_CODES,
    ...JSON_FAULT_CODES,
    ...ROW_FAULT_CODES,
    ...literalsAfter(sourceOf("stix/splitter.ts"), /code: "([^"]+)"/g),
    ...literalsAfter(sourceOf("library/adding.ts"), /: Warning = \{ code: "([^"]+)"/g),
    ...literalsAfter(reasons, /"([^"]+)"/g).map((reason) => `object.conflict-${reason}`),
  ]
}

/** Every key that the source can ask for. */
function neededKeys(): Set<string> {
  const options = declarations.flatMap((one) => Object.keys(one.options))
  const secrets = declarations.flatMap(({ secret, asks }) =>
    [secret?.option, asks?.what].filter((one) => one !== undefined),
  )
  const logProblems = [
    ...literalsAfter(sourceOf("library/verifying.ts"), /#problem\([^,()]+, "([^"]+)"/g),
    ...literalsAfter(sourceOf("library/proving.ts"), /\bis: "(checkpoint-[^"]+)"/g),
  ]
  return new Set([
    ...translateCalls().flatMap(codesIn),
    // Passed on as a value: the message of a form's fault, a row of a table.
    ...sources.flatMap(({ text }) => codesIn(text)).filter((key) => key in en),
    ...Object.keys(en).filter((key) => KNOWN_WORDS.some((start) => key.startsWith(start))),
    ...wordsOfPages(),
    ...lawKeys(sourceOf),
    ...declarations.map(({ name }) => `command.${name}`),
    ...[...options, "data", "json", "help"].map((name) => `option.${name}`),
    ...secrets.map((option) => `cli.ask-${option}`),
    ...thrownErrors().flatMap(({ codes }) => codes.map((code) => `error.${code}`)),
    ...[...problemCodes(), "other"].map((code) => `problem.${code}`),
    ...logProblems.map((code) => `log.problem.${code}`),
  ])
}

/** Keys that end in a name which stands in a table of the source. */
function wordsOfPages(): string[] {
  const named = (start: string, file: string, pattern: RegExp) =>
    literalsAfter(sourceOf(file), pattern).map((name) => `${start}${name}`)
  const lists = (start: string, file: string, pattern: RegExp) =>
    literalsAfter(sourceOf(file), pattern).flatMap((list) =>
      [...list.matchAll(/"([\w-]+)"/g)].map(([, name]) => `${start}${(name ?? "").replaceAll("_", "-")}`),
    )
  return [
    ...named("nav.", "pages.ts", /\bkey: "([^"]+)"/g),
    ...named("keyboard.", "http/frame.ts", /^ {2}\["[^"]+", "([^"]+)"\]/gm),
    ...named("import.state.", "sharing/intake/model.ts", /^ {2}\| "([a-z]+)"$/gm),
    ...named("overview.waits.", "desk/overview.ts", /\bkey: "([^"]+)", count/g),
    ...named("overview.waits.", "desk/decisions-waiting.ts", /\bkey: "([^"]+)", count/g),
    ...named("overview.act.", "desk/decisions-waiting.ts", /\bkey: "([^"]+)", count/g),
    ...named("overview.act.", "desk/overview.ts", /\bkey: "([^"]+)", count[^}]*, href: [^n]/g),
    ...lists("graph.layout.", "sharing/pages/graph/drawing.ts", /LAYOUTS = \[([^\]]*)\]/g),
    ...lists("graph.by.", "sharing/pages/graph/model.ts", /REFERENCES[^=]*= \[([^\]]*)\]/g),
    ...lists("role.", "accounts/model.ts", /roles = \[([^\]]*)\]/g),
    // The other verbs: each appears when it has a page.
    ...["find", "respond", "agree", "build"].map((verb) => `nav.${verb}`),
    ...["system", "light", "dark"].map((theme) => `theme.${theme}`),
    ...languages.map((language) => `language.${language}`),
    ...fieldLabels().map((label) => `form-field.${label}`),
    ...[...TYPES.keys(), ...OWN_TYPES].map((type) => `type.${type}`),
    ...wordsOfFacts(),
    ...TERM_NAMES.map((name) => `terms.name.${name}`),
    ...INDUSTRY_SECTORS.map((sector) => `terms.sector.${sector}`),
    ...INCIDENT_CLASSES.map((one) => `terms.incident.${one}`),
    ...lists("seal-key.say.", "sharing/sealed/pages/keys-page.ts", /SAYINGS = \[([^\]]*)\]/g),
    ...lists("sealed.say.", "sharing/sealed/pages/one-page.ts", /\.\.\.(\["[^\]]*\]),/g),
    ...lists("sealed.kind.", "sharing/sealed/model.ts", /keyKinds = \[([^\]]*)\]/g),
    ...lists("sealed.reason.", "sharing/sealed/message.ts", /refusalReasons = \[([^\]]*)\]/g),
    ...named(
      "sealed.state.",
      "sharing/sealed/pages/words.ts",
      /^ {2}([a-z]+): "(?:open|conditional|closed|unknown)",$/gm,
    ),
    "sealed.reason.no-receipt",
  ]
}

/** Tables, columns and codes of the facts of law, as their pages call them. */
function wordsOfFacts(): string[] {
  const named = (start: string, codes: Iterable<string>) =>
    [...codes].map((code) => `fact.${start}.${code.replaceAll(/[ _]/g, "-")}`)
  return [
    ...named("table", tableNames),
    ...named("column", new Set(tableNames.flatMap((table) => [...columnsOf(table).keys()]))),
    ...named("effect", reservationEffects),
    ...named("field", [...instrumentFields, ...questionFields]),
    ...named("kind", instrumentKinds),
    ...named("safeguard", safeguardCodes),
    ...named("status", [...participationStatuses, "in force", "not in force", "operating"]),
  ]
}

function translateCalls(): string[] {
  return sources.flatMap(({ text }) => callsOf(text, /(?:(?<![\w.#])(?:speak\.)?t|translator\([^()]*\))\(/g))
}

function blanks(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name).toSorted()
}

function faultySentences(sentences: Sentences, faulty: (sentence: string, key: string) => boolean): string[] {
  return Object.entries(sentences)
    .filter(([key, sentence]) => !SAME_EVERYWHERE.includes(key) && faulty(sentence, key))
    .map(([key, sentence]) => `${key}: ${sentence}`)
}

/** The Chinese characters of a two-byte encoding: GB 2312 knows no traditional forms, Big5 no simplified ones. */
function charactersOf(encoding: string, leads: [number, number]): Set<string> {
  const decoder = new TextDecoder(encoding)
  const found = new Set<string>()
  for (let lead = leads[0]; lead <= leads[1]; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (encoding === "big5" || trail >= 0xa1) found.add(decoder.decode(Uint8Array.of(lead, trail)))
    }
  }
  return found
}

test("every language has the same sentences in the same order, none of them empty", () => {
  assert.ok(Object.keys(en).length > 200)
  for (const sentences of [en, ...Object.values(chinese)]) {
    assert.deepEqual(Object.keys(sentences), Object.keys(en))
    assert.deepEqual(
      faultySentences(sentences, (sentence) => sentence.trim() === ""),
      [],
    )
  }
})

test("a sentence has the same blanks to be filled in every language", () => {
  for (const sentences of Object.values(chinese)) {
    for (const [key, sentence] of Object.entries(sentences)) {
      assert.deepEqual(blanks(sentence), blanks(en[key] ?? ""), `${key}: ${sentence}`)
    }
  }
})

test("a relationship that has a word one way has one the other way", () => {
  const words = (start: string) =>
    Object.keys(en).flatMap((key) => (key.startsWith(start) ? [key.slice(start.length)] : []))
  assert.ok(words("relation.").length > 30)
  assert.deepEqual(words("relation.").toSorted(), words("relation-to.").toSorted())
})

test("nothing is left in English but the line that programs wait for", () => {
  for (const sentences of Object.values(chinese)) {
    const same = Object.keys(sentences).filter((key) => sentences[key] === en[key])
    assert.deepEqual(same, SAME_EVERYWHERE)
    assert.deepEqual(
      faultySentences(sentences, (sentence) => !/\p{sc=Han}/u.test(sentence)),
      [],
    )
  }
})

test("the source asks for no sentence that is missing, and no sentence is there that nobody asks for", () => {
  const needed = neededKeys()
  assert.ok(needed.size > 200, `only ${needed.size} keys found in the source`)
  assert.deepEqual([...needed].filter((key) => !(key in en)).toSorted(), [], "missing")
  assert.deepEqual(
    Object.keys(en).filter((key) => !needed.has(key)),
    [],
    "asked for by nobody",
  )
})

test("an error names its code where it is made, or in a file whose callers are looked at", () => {
  const nameless = thrownErrors().filter(({ codes }) => codes.length === 0)
  assert.deepEqual([...new Set(nameless.map(({ file }) => file))].toSorted(), PASS_CODES_ON.toSorted())
})

test("an error carries every value that its sentence names", () => {
  const lacking = thrownErrors().flatMap(({ file, codes, values }) =>
    codes.flatMap((code) =>
      blanks(en[`error.${code}`] ?? "")
        .filter((blank) => !values.includes(blank))
        .map((blank) => `${file}: ${code} lacks {${blank}}`),
    ),
  )
  assert.deepEqual(lacking, [])
})

test("a key that is put together while running begins as listed here", () => {
  const starts = translateCalls().flatMap((call) => [...call.matchAll(/`([^`$]*)\$\{/g)].map(([, start = ""]) => start))
  assert.deepEqual([...new Set(starts)].toSorted(), PUT_TOGETHER.toSorted())
})

test("Chinese sentences have full-width punctuation, no typed space beside Latin and no filler", () => {
  for (const sentences of Object.values(chinese)) {
    const wide = /[\p{sc=Han}，。：；、（）]/u.source
    const rules = [
      `${wide} +\\S|\\S +${wide}`, // the space between the scripts is CSS (text-autospace), not typed
      `${wide}[,;:!?()]|[,;:!?(]${wide}`,
      `${wide}\\.(?![\\w/])`,
      "[!！]|(?<!邀)[请請](?!求)",
    ].map((rule) => new RegExp(rule, "u"))
    assert.deepEqual(
      faultySentences(sentences, (sentence) => rules.some((rule) => rule.test(sentence))),
      [],
    )
  }
})

test("English sentences hold for one as for many, ask for nothing with please, and have straight quotes", () => {
  const many = /\{(?:count|number|size|logs|entries|sightings|times|done|of|lines|erased|perSecond)\} (?!s\b)[a-z]+s\b/
  assert.deepEqual(
    faultySentences(en, (sentence, key) => {
      const one = `${key}-one` in en // the number one has a sentence of its own
      return (many.test(sentence) && !one) || /’|!|\bplease\b/i.test(sentence)
    }),
    [],
  )
})

test("each Chinese file is written in the characters of its script and the words of its region", () => {
  const rules = [
    {
      sentences: chinese["zh-Hant"],
      characters: charactersOf("big5", [0xa4, 0xf9]),
      foreign:
        /網絡|服務器|文件|文檔|字節|數據|默認|信息|令牌|哈希|對象|終端(?!機)|用戶(?!端)|賬|登錄(?!機碼)|添加|打開|加載|訪問|鏈接|粘貼|[“”]/,
      // What a term was called before: one word for one thing.
      former:
        /通行密[鑰語]|封存|處理標|目擊|主管|讀者|可信度|貴組織|營運者|弱點|診斷[輸紀]|(?<![A-Za-z])ID(?![A-Za-z])/,
    },
    {
      sentences: chinese["zh-Hans"],
      characters: charactersOf("gbk", [0xb0, 0xf7]),
      foreign:
        /网路|伺服器|档案|位元|权杖|预设|资料|杂凑|物件|程式|讯息|伫列|金钥|凭证|帐|使用者|登入|储存|透过|连结|汇[入出]|搜寻|检视|签章|[「」]/,
      former:
        /口令|封存|处理标|目击|主管|读者|警示清单|抹除|贵组织|运营者|威胁行为者|诊断[输记]|(?<![A-Za-z])ID(?![A-Za-z])/,
    },
  ]
  for (const { sentences, characters, foreign, former } of rules) {
    assert.ok(characters.size > 6000, `only ${characters.size} characters`)
    const strange = (sentence: string) => (sentence.match(/\p{sc=Han}/gu) ?? []).some((one) => !characters.has(one))
    assert.deepEqual(
      faultySentences(sentences, (sentence) => foreign.test(sentence) || former.test(sentence) || strange(sentence)),
      [],
    )
  }
})

test("the words of the glossary are kept", () => {
  const glossary: readonly [english: RegExp, traditional: RegExp, simplified: RegExp][] = [
    [/\bnode\b/i, /節點/, /节点/],
    [/\binbox\b/i, /收件集合/, /收件集合/],
    [/\bcollections?\b(?! add)/i, /集合/, /集合/],
    [/\bcheckpoint\b/i, /檢查點/, /检查点/],
    [/\bledger\b/i, /存證紀錄/, /存证记录/],
    [/\breceipt\b/i, /回執/, /回执/],
    [/\brecall/i, /召回/, /召回/],
    [/\bpart(?:y|ies)\b/i, /參與方/, /参与方/],
    [/\b(?:bearer )?token\b/i, /權杖/, /令牌/],
    [/\bhash/i, /雜湊/, /哈希/],
    [/\bpasskey/i, /通行金鑰/, /通行密钥/],
    [/\bone-time code/i, /一次性驗證碼/, /一次性验证码/],
    [/\bpassphrase/i, /密碼片語/, /密码短语/],
    [/\baccount\b/i, /帳號/, /账号/],
    [/\bsessions?\b/i, /工作階段/, /会话/],
    [/\bwarning lists?\b/i, /警示清單/, /警示列表/],
    [/\blibrary\b/i, /情資庫/, /情报库/],
    [/\bTLP mark\b/, /TLP標記/, /TLP标记/],
    [/\bkept aside\b/i, /擱置/, /搁置/],
    [/\berase/i, /抹除/, /擦除/],
    [/\bseal/i, /密封/, /密封/],
    [/\bsighting/i, /發現/, /发现/],
    [/(?<!-)\bimport(?:s|ed)?\b/i, /匯入/, /导入/],
    [/\bexport(?:s|ed)?\b(?! control)/i, /匯出/, /导出/],
    [/\brole\b/i, /角色/, /角色/],
  ]
  const lacking = (sentences: Sentences, term: 1 | 2) =>
    faultySentences(sentences, (sentence, key) =>
      glossary.some((entry) => entry[0].test(en[key] ?? "") && !entry[term].test(sentence)),
    )
  assert.deepEqual([...lacking(chinese["zh-Hant"], 1), ...lacking(chinese["zh-Hans"], 2)], [])
})
