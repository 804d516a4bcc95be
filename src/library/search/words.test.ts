import assert from "node:assert/strict"
import { test } from "node:test"
import { termsOf } from "./compile.ts"
import { headsOf, pairsOf, plain, sequenceOf } from "./words.ts"

test("a run without blanks is cut into overlapping pairs of characters, whatever their size", () => {
  assert.equal(pairsOf("惡意程式"), "惡意 意程 程式")
  assert.equal(pairsOf("惡"), "惡")
  assert.equal(pairsOf("𠮷野家"), "𠮷野 野家")
  assert.equal(pairsOf("サーバー"), "サー ーバ バー")
})

test("what looks the same is the same, and what is not seen is not there", () => {
  assert.equal(plain("ＡＰＴ２８"), "APT28")
  assert.equal(plain("ﾏﾙｳｪｱ"), "マルウェア")
  assert.equal(plain("mal\u200bware\u202e"), "malware")
  assert.equal(plain("葛\u{e0100}飾"), "葛飾")
  assert.equal(plain("\ue003x\u0000y"), "xy")
})

test("the characters of runs are also kept one by one", () => {
  const singles = new Set<string>()
  const tokens = sequenceOf("APT組織的", singles).split(" ")
  assert.deepEqual(tokens.slice(0, 3), ["APT", "組織", "織的"])
  assert.deepEqual([...singles], ["組", "織", "的"])
})

test("the first letters of each word of a name stand for it", () => {
  assert.deepEqual(headsOf("Cobalt 9x"), ["\ue002C", "\ue002Co", "\ue002Cob", "\ue0029"])
})

const meant: readonly [text: string, terms: string[]][] = [
  ["cobalt strike", ['"cobalt"', '"strike" *']],
  ['"cobalt strike" x', ['"cobalt strike"', '("x" OR "\ue002x")']],
  ['cobalt "strike', ['"cobalt"', '"strike"']],
  ["「指揮 控制」", ['"指揮 \ue001 控制"']],
  ["惡意程式", ['"惡意 意程 程式"']],
  ["APT組織 意", ['"APT"', '"組織"', '"意"']],
  ["198.51.100[.]7", ['"198.51.100.7"']],
  ["hxxps://evil[.]example/path", ['"https://evil.example/path" *']],
  ["user[at]mail[.]example", ['"user@mail.example" *']],
  ["NEAR(a b) OR c*", ['"NEAR(a"', '"b)"', '"OR"', '("c" OR "\ue002c")']],
  ["text:x -y ^z", ['"text:x"', '"-y"', '("z" OR "\ue002z")']],
  ["\ue003type61 !", ['"type61"']],
  ["!!! ...", []],
]
for (const [text, terms] of meant) {
  test(`${JSON.stringify(text)} asks for ${terms.length === 1 ? "one term" : `${terms.length} terms`}`, () => {
    const single = (list: readonly string[]) => list.map((term) => term.replace(/ +/g, " "))
    assert.deepEqual(single(termsOf(text)), single(terms))
  })
}
