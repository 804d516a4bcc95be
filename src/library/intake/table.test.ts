import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { decoded, type Encoding, guessEncoding } from "./encodings.ts"
import { type RowOutcome, readLine } from "./rows.ts"
import { type Delimiter, guessDelimiter, guessMapping, headerSignature, readTable, sampleLines } from "./table.ts"

async function* pieces<T>(...parts: T[]): AsyncGenerator<T> {
  yield* parts
}

async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of from) found.push(one)
  return found
}

const cellsOf = async (text: string, delimiter: Delimiter) =>
  (await all(readTable(pieces(text), delimiter))).map(({ cells }) => cells)

const cuts: [name: string, text: string, delimiter: Delimiter, cells: string[][]][] = [
  [
    "commas",
    "a,b\n1,2\n",
    ",",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "semicolons, as Excel writes in much of Europe",
    "a;b\r\n1,5;2\r\n",
    ";",
    [
      ["a", "b"],
      ["1,5", "2"],
    ],
  ],
  [
    "tabs",
    "a\tb\n1\t2",
    "\t",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a byte order mark",
    "\ufeffa,b\n1,2",
    ",",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "quotes, breaks and delimiters in cells",
    '"a ""x""","b\nc"\n"1,2",3',
    ",",
    [
      ['a "x"', "b\nc"],
      ["1,2", "3"],
    ],
  ],
  [
    "comments and blank lines",
    "# title\n\na,b\n# more\n1,2\n",
    ",",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["lines of another width", "a,b\n1\n1,2,3\n", ",", [["a", "b"], ["1"], ["1", "2", "3"]]],
  [
    "a quote within a cell",
    'a,b\n5" disk,x\n',
    ",",
    [
      ["a", "b"],
      ['5" disk', "x"],
    ],
  ],
  [
    "old Mac line ends",
    "a,b\r1,2\r",
    ",",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["one column", "a\nb", ",", [["a"], ["b"]]],
]

describe("a table is cut as its writer meant it", () => {
  for (const [name, text, delimiter, cells] of cuts) {
    test(name, async () => assert.deepEqual(await cellsOf(text, delimiter), cells))
  }
  test("the line is the one that an editor shows", async () => {
    const lines = await all(readTable(pieces('a\n"b\nc"\nd\n'), ","))
    assert.deepEqual(
      lines.map(({ line }) => line),
      [1, 3, 4],
    )
  })
  test("wherever it is cut while it arrives", async () => {
    const text = 'a,"b\nx"\n1,"2"""\n'
    const whole = await all(readTable(pieces(text), ","))
    for (let at = 1; at < text.length; at++) {
      assert.deepEqual(await all(readTable(pieces(text.slice(0, at), text.slice(at)), ",")), whole)
    }
  })
  test("what cannot be told apart ends it with the line", async () => {
    await assert.rejects(all(readTable(pieces('a\nb\n"c\nd\n'), ",")), { code: "intake.csv-quote" })
    await assert.rejects(all(readTable(pieces(`a\n"${"x".repeat(1_100_000)}"\n`), ",")), { code: "intake.csv-record" })
  })
})

describe("the delimiter is the one that cuts evenly", () => {
  const cases: [text: string, delimiter: Delimiter | null][] = [
    ["ip,note\n192.0.2.1,a\n192.0.2.2,b\n", ","],
    ["ip;note\n192.0.2.1;a, b\n192.0.2.2;c\n", ";"],
    ["ip\tnote\n192.0.2.1\ta, b, c\n", "\t"],
    ["ip|note\n192.0.2.1|a\n", "|"],
    ["192.0.2.1\n192.0.2.2\n", null],
    ["The actor used 192.0.2.1, then moved on.\nNothing else was seen that day.\nMore, and more, and more.\n", null],
    ["", null],
  ]
  for (const [text, delimiter] of cases) {
    test(JSON.stringify(text.slice(0, 40)), async () => assert.equal(await guessDelimiter(text), delimiter))
  }
})

const tables: [text: string, header: boolean, roles: string[]][] = [
  ["type,value,comment\nip,192.0.2.1,x\n", true, ["type", "value", "description"]],
  [
    "first_seen_utc,ioc_value,malware,confidence_level,tags\n2026-01-01,evil.com,X,75,a\n",
    true,
    ["valid_from", "value", "name", "confidence", "labels"],
  ],
  ["類型,指標,說明,標籤\n網域,evil.com,x,y\n", true, ["type", "value", "description", "labels"]],
  ["192.0.2.1,first\n192.0.2.2,second\n", false, ["value", "ignore"]],
  ["when,what\nx,evil.com\ny,evil.org\n", true, ["ignore", "value"]],
  ["md5,sha256\nd41d8cd98f00b204e9800998ecf8427e,\n", true, ["value", "value"]],
  ["note,comment\na,b\n", true, ["description", "ignore"]],
]

describe("columns are guessed from their heads and from what they hold", () => {
  for (const [text, header, roles] of tables) {
    test(JSON.stringify(text.slice(0, 50)), async () => {
      const guessed = guessMapping(await sampleLines(text, ","), ",")
      assert.deepEqual([guessed.header, guessed.roles], [header, roles])
    })
  }
  test("tables with the same header are known again, others are not", () => {
    const signature = (...cells: string[]) => headerSignature([{ line: 1, cells }], true)
    assert.equal(signature("IP ", "Note"), signature("ip", "note"))
    assert.notEqual(signature("ip", "note"), signature("ip,note"))
    assert.equal(headerSignature([{ line: 1, cells: ["ip"] }], false), null)
  })
})

const badLines: [cells: string[], code: string][] = [
  [[""], "intake.value-missing"],
  [["nothing"], "intake.value-unknown"],
  [["=1+1"], "intake.value-unknown"],
  [['=HYPERLINK("http://evil.example")'], "intake.value-unknown"],
  [["@SUM(A1)"], "intake.value-unknown"],
  [["evil.com", "md5"], "intake.value-kind"],
  [["10.0.0.0/4"], "intake.range-too-wide"],
  [["evil.com", "", "", "", "120"], "intake.confidence"],
  [["evil.com", "", "", "", "sure"], "intake.confidence"],
  [["evil.com", "", "", "", "", "yesterday"], "intake.time"],
  [["evil.com", "", "", "", "", "2026-02-30"], "intake.time"],
  [["evil.com", "", "", "", "", "2026-02-02", "2026-02-01"], "intake.time-order"],
  [["evil.com", "", "", "", "", "", "", "secret"], "intake.tlp"],
]

describe("a line says what its cells say", () => {
  const roles = ["value", "type", "name", "labels", "confidence", "valid_from", "valid_until", "tlp"] as const
  const mapping = { delimiter: ",", header: true, roles: [...roles] } as const
  const read = (...cells: string[]): RowOutcome[] => readLine({ line: 2, cells }, { ...mapping, roles: [...roles] })
  const code = (...cells: string[]) => read(...cells).map((one) => (one.ok ? "ok" : one.code))
  const row = (...cells: string[]) => {
    const [one] = read(...cells)
    assert.ok(one?.ok)
    return one.row
  }
  test("values, words and times", () => {
    const found = row(
      "hxxp://evil[.]com/",
      "url",
      "Name",
      "a; b|c",
      "High",
      "2026/01/02",
      "2026-02-01 10:30",
      "TLP:AMBER+STRICT",
    )
    assert.deepEqual(found, {
      value: { kind: "url", value: "http://evil.com/", special: null },
      ...{ name: "Name", description: null, labels: ["a", "b", "c"], confidence: 85, tlp: "amber+strict" },
      ...{ validFrom: "2026-01-02T00:00:00.000Z", validUntil: "2026-02-01T10:30:00.000Z" },
    })
    assert.equal(row("198.51.100.7:443", "ip:port").value.value, "198.51.100.7")
    assert.equal(row("2001:DB8::1", "ip").value.kind, "ipv6-addr")
    assert.equal(row("CVE-2024-3094").value.kind, "vulnerability")
    assert.equal(row("evil.example").value.value, "evil.example")
    assert.equal(row("壞人.台灣").value.value, "xn--gmqz0w.xn--kpry57d")
  })
  for (const [cells, expected] of badLines)
    test(`${cells} → ${expected}`, () => assert.deepEqual(code(...cells), [expected]))
  test("a cell that a spreadsheet would run is a text like any other", () => {
    assert.equal(row("evil.com", "", "=cmd|' /C calc'!A0").name, "=cmd|' /C calc'!A0")
  })
  test("for any cells there is an outcome for each value, and what is taken is JSON", () => {
    const cells = fc.array(fc.string({ unit: "binary", maxLength: 30 }), { maxLength: 8 })
    fc.assert(
      fc.property(cells, (some) => {
        for (const one of read(...some)) if (one.ok) assert.ok(JSON.stringify(one.row).isWellFormed())
      }),
    )
  })
})

const text = "名稱,值\n攻擊,evil.com\n"
const utf16 = Buffer.from(`\ufeff${text}`, "utf16le")
const big5 = Buffer.from([0xa6, 0x57, 0xba, 0xd9, 0x2c, 0xad, 0xc8, 0x0a]) // 名稱,值
const encodings: [name: string, bytes: Uint8Array, guess: Encoding, read: Encoding, text: string][] = [
  ["UTF-8", Buffer.from(text), "utf-8", "utf-8", text],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`), "utf-8", "utf-8", text],
  ["UTF-16 as Excel writes it", utf16, "utf-16le", "utf-16le", text],
  ["Windows-1252", Buffer.from([0x63, 0x61, 0x66, 0xe9]), "windows-1252", "windows-1252", "café"],
  ["Big5 when the person says so", big5, "windows-1252", "big5", "名稱,值\n"],
  ["nothing", Buffer.alloc(0), "utf-8", "utf-8", ""],
]

describe("bytes are read as the letters that they are", () => {
  for (const [name, bytes, guess, encoding, expected] of encodings) {
    test(name, async () => {
      const bytewise = () => pieces(...[...bytes].map((byte) => Uint8Array.of(byte)))
      assert.equal(await guessEncoding(name.includes("16") ? pieces(bytes) : bytewise()), guess)
      assert.equal((await all(decoded(bytewise(), encoding))).join(""), expected)
    })
  }
  test("zero bytes are no text", async () => {
    await assert.rejects(guessEncoding(pieces(Buffer.from("a\0b"))), { code: "intake.binary" })
  })
})
