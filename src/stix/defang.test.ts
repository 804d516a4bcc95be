import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { defang, refang, respell } from "./defang.ts"

describe("a value is shown so that nothing makes a link of it", () => {
  const cases: [value: string, type: string | null, shown: string][] = [
    ["198.51.100.7", null, "198.51.100[.]7"],
    ["198.51.100.0/24", "ipv4-addr", "198.51.100[.]0/24"],
    ["2001:db8::1", null, "2001[:]db8::1"],
    ["::ffff:198.51.100.7", "ipv6-addr", "[:]:ffff:198[.]51[.]100[.]7"],
    ["www.evil.example", "domain-name", "www[.]evil[.]example"],
    ["evil.com.tw", null, "evil[.]com[.]tw"],
    ["壞人.台灣", null, "壞人[.]台灣"],
    ["https://evil.example/a.b?c=d.e#f.g", "url", "hxxps://evil[.]example/a.b?c=d.e#f.g"],
    ["HTTP://evil.example", null, "HxxP://evil[.]example"],
    ["http://u:p@198.51.100.7:8080/", null, "hxxp://u:p[@]198[.]51[.]100[.]7:8080/"],
    ["http://[2001:db8::1]/x", null, "hxxp://[2001:db8::1]/x"],
    ["https://safe.example/?u=http://evil.example", "url", "hxxps://safe[.]example/?u=hxxp://evil.example"],
    ["ftp://evil.example/x", "url", "fxp://evil[.]example/x"],
    ["ssh://evil.example", "url", "ssh[:]//evil[.]example"],
    ["user@x.org", null, "user[@]x[.]org"],
    ["first.last@mail.example", "email-addr", "first[.]last[@]mail[.]example"],
    ["invoice.exe", "file", "invoice.exe"],
    ["d41d8cd98f00b204e9800998ecf8427e", null, "d41d8cd98f00b204e9800998ecf8427e"],
    ["", null, ""],
    ["two words.", null, "two words."],
  ]
  for (const [value, type, shown] of cases) {
    test(`${value} (${type ?? "by form"})`, () => {
      assert.equal(defang(value, type), shown)
      assert.equal(defang(shown, type), shown, "a second time changes nothing")
    })
  }
})

describe("every common way to break a value is read as the value", () => {
  const cases: [spelled: string, value: string][] = [
    ["198.51.100[.]7", "198.51.100.7"],
    ["198[.]51[.]100[.]7", "198.51.100.7"],
    ["198(.)51(.)100(.)7", "198.51.100.7"],
    ["198{.}51.100.7", "198.51.100.7"],
    ["198.51.100[.7", "198.51.100.7"],
    ["198.51.100.]7", "198.51.100.7"],
    ["198\\.51\\.100\\.7", "198.51.100.7"],
    ["198．51．100．7", "198.51.100.7"],
    ["１９８．５１．１００．７", "198.51.100.7"],
    ["198。51。100。7", "198.51.100.7"],
    ["evil[dot]example", "evil.example"],
    ["evil(dot)example", "evil.example"],
    ["evil [dot] example", "evil.example"],
    ["evil [.] example", "evil.example"],
    ["evil[ . ]example", "evil.example"],
    ["evil[DOT]example", "evil.example"],
    ["evil[.com]", "evil.com"],
    ["evil。com", "evil.com"],
    ["evil[點]example", "evil.example"],
    ["hxxp://evil[.]example/a", "http://evil.example/a"],
    ["hxxps://evil[.]example/a", "https://evil.example/a"],
    ["HXXPS://evil.example", "https://evil.example"],
    ["hXXp://evil.example", "http://evil.example"],
    ["h**p://evil.example", "http://evil.example"],
    ["h**ps://evil.example", "https://evil.example"],
    ["hxxp[:]//evil[.]example", "http://evil.example"],
    ["hxxps[://]evil[.]example", "https://evil.example"],
    ["http[:]//evil.example", "http://evil.example"],
    ["http:[//]evil.example", "http://evil.example"],
    ["fxp://evil.example", "ftp://evil.example"],
    ["evil.example[/]path", "evil.example/path"],
    ["user[@]x[.]org", "user@x.org"],
    ["user[at]x[dot]org", "user@x.org"],
    ["user (at) x (dot) org", "user@x.org"],
    ["2001[:]db8::1", "2001:db8::1"],
    ["2001[:]db8[:][:]1", "2001:db8::1"],
  ]
  for (const [spelled, value] of cases) test(spelled, () => assert.equal(refang(spelled), value))
})

describe("what is no such spelling stays", () => {
  const texts = [
    "An ordinary sentence. Another (short) one, at [1] and {2}.",
    "連線至evil.com。Cobalt Strike隨後載入。接著執行。",
    "使用Mimikatz。Team表示",
    "C:\\Windows\\System32",
    "regex: ^a.*$",
    "(at most) three dots...",
  ]
  for (const text of texts) test(text, () => assert.equal(refang(text), text))
})

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
const domain = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."))
const values = fc.oneof(
  fc.ipV4().map((value) => ["ipv4-addr", value] as const),
  fc.ipV6().map((value) => ["ipv6-addr", value] as const),
  domain.map((value) => ["domain-name", value] as const),
  fc.tuple(label, domain).map(([user, host]) => ["email-addr", `${user}@${host}`] as const),
  fc
    .tuple(
      fc.constantFrom("http", "https", "ftp", "ssh"),
      domain,
      fc.stringMatching(/^(\/[a-zA-Z0-9._~=&?%-]{0,12}){0,3}$/),
    )
    .map(([scheme, host, path]) => ["url", `${scheme}://${host}${path}`] as const),
)

describe("for any value", () => {
  test("what was defanged is read as it was, and stands nowhere as it was", () => {
    fc.assert(
      fc.property(values, ([type, value]) => {
        const shown = defang(value, type)
        assert.equal(refang(shown), value)
        assert.ok(!shown.includes(value), shown)
        assert.equal(defang(shown, type), shown)
      }),
      { numRuns: 2_000 },
    )
  })

  test("the place of a value in the text is told as it was before", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.stringMatching(/^[ ,a-z]{0,9}$/), values), { maxLength: 6 }), (parts) => {
        const text = parts.map(([words, [type, value]]) => `${words} ${defang(value, type)}`).join(" | ")
        const respelled = respell(text)
        let from = 0
        for (const [, [type, value]] of parts) {
          const at = respelled.text.indexOf(value, from)
          assert.ok(at >= 0)
          const shown = defang(value, type)
          const start = respelled.placeBefore(at)
          assert.equal(refang(text.slice(start, respelled.placeBefore(at + value.length))), value, shown)
          from = at + value.length
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test("no text takes long or fails", () => {
    for (const piece of ["[", "[.", "hxxp", " [ ", "。a", "(dot)", "\\.", "a.", "："]) {
      const text = piece.repeat(100_000)
      assert.equal(typeof refang(text), "string")
    }
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof refang(text) === "string"))
  })
})
