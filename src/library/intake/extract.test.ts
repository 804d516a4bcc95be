import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { defang } from "../../stix/index.ts"
import { extractIndicators } from "./extract.ts"

const valuesIn = (text: string) => extractIndicators(text).map(({ kind, value }) => `${kind} ${value}`)

describe("indicators are found in reports as people write them", () => {
  const cases: [text: string, found: string[]][] = [
    [
      "攻擊者使用198.51.100[.]7進行掃描，並連線至hxxps://evil[.]example/a/b.php?x=1進行下載。",
      ["ipv4-addr 198.51.100.7", "url https://evil.example/a/b.php?x=1"],
    ],
    [
      "恶意域名包括evil.com、bad.com.cn和xn--nx0a6b.com。",
      ["domain-name evil.com", "domain-name bad.com.cn", "domain-name xn--nx0a6b.com"],
    ],
    ["樣本雜湊值（MD5）：d41d8cd98f00b204e9800998ecf8427e。", ["md5 d41d8cd98f00b204e9800998ecf8427e"]],
    ["利用CVE-2024-3094及CVE‑2021‑44228漏洞", ["vulnerability CVE-2024-3094", "vulnerability CVE-2021-44228"]],
    ["寄件者為 bad[@]evil[.]org，主旨為發票", ["email-addr bad@evil.org"]],
    ["「壞人.台灣」是釣魚網站", ["domain-name xn--gmqz0w.xn--kpry57d"]],
    ["C2：203.0.113.9:8443；備援：[2001:db8::1]:443", ["ipv4-addr 203.0.113.9", "ipv6-addr 2001:db8::1"]],
    ["The beacon calls evil.com every 5 minutes.", ["domain-name evil.com"]],
    [
      "It resolved to 192.0.2.1, 192.0.2.2; and 192.0.2.3.",
      ["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.2", "ipv4-addr 192.0.2.3"],
    ],
    ["Block 192.0.2.0/24 and 2001:db8::/32.", ["ipv4-addr 192.0.2.0/24", "ipv6-addr 2001:db8::/32"]],
    ["From 192.0.2.1-192.0.2.9", ["ipv4-addr 192.0.2.1", "ipv4-addr 192.0.2.9"]],
    ["See github[.]com/bad/repo for the tool", ["url github.com/bad/repo"]],
    ["(http://evil.com/a_(b)) and <http://evil.com/c>.", ["url http://evil.com/a_(b)", "url http://evil.com/c"]],
    ['"https://evil.com/x?y=1&z=2#f",', ["url https://evil.com/x?y=1&z=2#f"]],
    ["http://198.51.100.7:8080/shell", ["url http://198.51.100.7:8080/shell"]],
    ["hxxp://user:pass@evil[.]com/x", ["url http://user:pass@evil.com/x"]],
    ["https://壞人.台灣/path", ["url https://壞人.台灣/path"]],
    ["EVIL.COM and Www.Evil.com", ["domain-name evil.com", "domain-name www.evil.com"]],
    ["evil[.]invalid was seen", ["domain-name evil.invalid"]],
    ["run[.]sh resolves", ["domain-name run.sh"]],
    [
      "SHA-1: DA39A3EE5E6B4B0D3255BFEF95601890AFD80709 SHA-256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      [
        "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      ],
    ],
    [`sha512:${"ab".repeat(64)}`, [`sha512 ${"ab".repeat(64)}`]],
    ["fe80::1 and ::ffff:198.51.100.7", ["ipv6-addr fe80::1", "ipv6-addr ::ffff:198.51.100.7"]],
  ]
  for (const [text, found] of cases) test(text.slice(0, 80), () => assert.deepEqual(valuesIn(text), found))
})

describe("what only looks like an indicator is left alone", () => {
  const texts = [
    "Open readme.txt, invoice.pdf.exe and node.js, e.g. with run.sh, i.e. setup.py or main.rs.",
    "Built on ASP.NET, VB.NET and System.IO; see Program.Main and a.b.c.",
    "Version 1.2.3.4, v10.0.0.1, build 10.0.19041.1 and OID 1.3.6.1.4.1.311.2.1.4",
    "版本 2.4.6.8 於 10:30:45 發布",
    "std::vector, a::b, dead::beef, 12:30, 00:11:22:33:44:55",
    "300.1.2.3, 1.2.3, 1.2.3.4.5, 010.1.1.1",
    "0/0 and 0.0.0.0/0 are too wide",
    "12345678901234567890123456789012",
    "user@localhost, @handle, me@home",
    "C:\\Users\\x\\evil.dll and /usr/lib/libc.so.6",
    "ends.The next sentence.It begins",
    "CVE-1-1 and CVE-2024-1",
    "",
  ]
  for (const text of texts) test(text.slice(0, 80), () => assert.deepEqual(valuesIn(text), []))
})

test("an address that names nobody in particular is found and flagged", () => {
  const found = extractIndicators("10.0.0.5 8.8.8.8 http://127.0.0.1/x ::1")
  assert.deepEqual(
    found.map(({ value, special }) => [value, special]),
    [
      ["10.0.0.5", "private"],
      ["8.8.8.8", null],
      ["http://127.0.0.1/x", "loopback"],
      ["::1", "loopback"],
    ],
  )
})

const values = fc.oneof(
  fc.ipV4().map((value) => ["ipv4-addr", value] as const),
  fc.stringMatching(/^[a-z][a-z0-9]{1,10}\.(com|org|net|com\.tw)$/).map((value) => ["domain-name", value] as const),
  fc.stringMatching(/^https?:\/\/[a-z]{3,9}\.com\/[a-z0-9/]{1,9}$/).map((value) => ["url", value] as const),
  fc.stringMatching(/^[a-z]{3,9}@[a-z]{3,9}\.org$/).map((value) => ["email-addr", value] as const),
)
const words = fc.constantFrom("攻擊者連線至", " and then ", "，以及", "\n", "; ", "使用", " (", "。")

test("for any report, each value is found where it stands, broken or not", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(words, values, fc.boolean()), { maxLength: 8 }), (parts) => {
      let text = ""
      const expected = parts.map(([before, [kind, value], broken]) => {
        text += before
        const start = text.length
        text += broken ? defang(value, kind) : value
        const end = text.length
        text += " "
        return { kind, value, start, end }
      })
      const found = extractIndicators(text).map(({ kind, value, start, end }) => ({ kind, value, start, end }))
      assert.deepEqual(found, expected, text)
    }),
    { numRuns: 500 },
  )
})

test("no text takes long or fails", () => {
  for (const piece of ["a.", "1.", "a@", "http://", "[.]", ":", "::", "f", "CVE-", "/", "a-", "。"]) {
    assert.ok(Array.isArray(extractIndicators(piece.repeat(20_000))), piece)
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => Array.isArray(extractIndicators(text))),
  )
})
