import assert from "node:assert/strict"
import { test } from "node:test"
import { bareName, isPlainName, mediaType, partsOf, safeName } from "./model.ts"

test("a file's name is its last part, without what would deceive", () => {
  const names = [
    ["report.pdf", "report.pdf"],
    ["C:\\cases\\名單.docx", "名單.docx"],
    ["../../etc/passwd", "passwd"],
    ["cod\u202egpj.exe", "codgpj.exe"],
    ["a\r\nSet-Cookie: b", "aSet-Cookie: b"],
    ["  ", ""],
    ["x".repeat(300), "x".repeat(100)],
    ["\ud800a", "\ufffda"],
  ] as const
  for (const [given, name] of names) assert.equal(bareName(given), name)
})

test("opened content is written under no name that a system obeys", () => {
  const names = [
    ["report.pdf", "report.pdf"],
    ["..", "sealed"],
    [".ssh", "ssh"],
    ["~root", "root"],
    ["-rf", "rf"],
    ["CON.txt", "sealed"],
    ["lpt1", "sealed"],
    ["a<b>:c|d?.txt", "a_b__c_d_.txt"],
    ["dots. . .", "dots"],
    ["zero\u200bwidth", "zero_width"],
    ["", "sealed"],
    ["/", "sealed"],
  ] as const
  for (const [given, name] of names) assert.equal(safeName(given), name, given)
})

test("names that partners see are one plain line", () => {
  assert.ok(isPlainName("Night desk 夜間值班台", 80))
  for (const bad of ["", " x", "x ", "a\nb", "a\u202eb", "x".repeat(81)]) assert.ok(!isPlainName(bad, 80), bad)
})

test("a media type is taken if it is one", () => {
  assert.equal(mediaType("Text/Plain; charset=utf-8"), "text/plain")
  for (const bad of ["", "text", "text/<b>", "a/b/c", "x/y\nz"])
    assert.equal(mediaType(bad), "application/octet-stream")
})

test("a file travels in as many parts as it fills", () => {
  assert.deepEqual([1, 1048576, 1048577].map(partsOf), [1, 1, 2])
})
