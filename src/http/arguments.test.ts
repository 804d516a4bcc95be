import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { resolve } from "node:path"
import { test } from "node:test"
import { callArguments, completion, findCommand, parseInvocation, usage } from "./arguments.ts"
import type { Declaration } from "./command.ts"

const show = () => []
const add: Declaration = {
  name: "thing add",
  positionals: ["NAME"],
  options: { tag: { type: "string", multiple: true, value: "TAG" }, loud: { type: "boolean" } },
  show,
}
const read: Declaration = { name: "read", positionals: ["FILE…"], input: "files", options: {}, show }
const list: Declaration = { name: "thing list", positionals: ["PREFIX?"], options: {}, show }
const write: Declaration = { name: "write", positionals: ["FOLDER"], paths: ["FOLDER"], options: {}, show }
const choose: Declaration = { ...write, name: "choose", notPaths: /^(?:\d{1,9}|usual)$/ }
const declarations = [add, read, list, write, choose]

test("a command is found by all of its words and by nothing less", () => {
  const table: [words: string, name: string | undefined, rest: string[]][] = [
    ["thing add x", "thing add", ["x"]],
    ["thing add", "thing add", []],
    ["thing", undefined, []],
    ["thing remove x", undefined, []],
    ["add thing", undefined, []],
    ["read a b", "read", ["a", "b"]],
    ["reader", undefined, []],
    ["", undefined, []],
  ]
  for (const [words, name, rest] of table) {
    const found = findCommand(declarations, words.split(" "))
    assert.deepEqual([found?.declaration.name, found?.rest ?? []], [name, rest], words)
  }
})

test("what was typed becomes the arguments of the calls", () => {
  const table: [declaration: Declaration, rest: string[], calls: object[]][] = [
    [add, ["n"], [{ NAME: "n" }]],
    [add, ["--tag", "a", "n", "--tag=b", "--loud"], [{ NAME: "n", tag: ["a", "b"], loud: true }]],
    [add, ["--json", "--data", "d", "n"], [{ NAME: "n" }]],
    [add, ["--", "--tag"], [{ NAME: "--tag" }]],
    [add, ["--tag=--loud", "n"], [{ NAME: "n", tag: ["--loud"] }]],
    [add, [""], [{ NAME: "" }]],
    [read, ["a", "b"], [{ FILE: "a" }, { FILE: "b" }]],
    [list, [], [{}]],
    [list, ["x"], [{ PREFIX: "x" }]],
    [write, ["out"], [{ FOLDER: resolve("out") }]],
    [choose, ["out"], [{ FOLDER: resolve("out") }]],
    [choose, ["usual"], [{ FOLDER: "usual" }]],
    [choose, ["12"], [{ FOLDER: "12" }]],
  ]
  for (const [declaration, rest, calls] of table) {
    assert.deepEqual(callArguments(parseInvocation(declaration, rest)), calls, rest.join(" "))
  }
})

test("what does not fit is refused with the usage of the command", () => {
  const table: [declaration: Declaration, rest: string[]][] = [
    [add, []],
    [add, ["a", "b"]],
    [add, ["a", "--colour", "red"]],
    [add, ["a", "--tag"]],
    [add, ["a", "--tag", "--loud"]],
    [add, ["a", "--loud=yes"]],
    [add, ["a", "-x"]],
    [read, []],
    [list, ["a", "b"]],
    [write, []],
  ]
  for (const [declaration, rest] of table) {
    const wrong = { kind: "invalid", code: "command.usage", details: { usage: usage(declaration) } }
    assert.throws(() => parseInvocation(declaration, rest), wrong, rest.join(" "))
  }
})

test("help may be asked for without the rest", () => {
  for (const declaration of declarations) assert.equal(parseInvocation(declaration, ["--help"]).values.help, true)
})

test("the usage names every place and option", () => {
  assert.equal(usage(add), "comity thing add NAME [--tag TAG]… [--loud] [--data DIR] [--json]")
  assert.equal(usage(list), "comity thing list [PREFIX] [--data DIR] [--json]")
})

test("the completion offers words, then second words, then options", (t) => {
  const bash = spawnSync("bash", ["-c", "echo yes"], { encoding: "utf8" })
  if (bash.stdout !== "yes\n") {
    t.diagnostic("no bash here: only the text of the completion was looked at (1 case instead of 4)")
    assert.match(completion(declarations), /complete -o filenames -F _comity comity/)
    return
  }
  const offered = (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(" ")
    const script = `${completion(declarations)}
COMP_WORDS=(comity ${line}); COMP_CWORD=${words.length}; cd /; _comity; printf '%s\\n' "\${COMPREPLY[@]}"`
    return spawnSync("bash", ["-c", script], { encoding: "utf8" }).stdout.trim().split("\n")
  }
  assert.deepEqual(offered("th"), ["thing"])
  assert.deepEqual(offered("thing", "a"), ["add"])
  assert.deepEqual(offered("thing", "add", "--t"), ["--tag"])
  assert.deepEqual(offered("read", "--h"), ["--help"])
})
