import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { isLocalPath, localPath } from "./visiting.ts"

test("only a path of this node is gone back to", () => {
  for (const path of ["/", "/share/library?q=a%20b&sort=name", "/share/objects/x--1#top", "/%E9%87%A3"]) {
    assert.ok(isLocalPath(path), path)
  }
  const foreign = [
    ...[
      "",
      "share",
      "//evil.example",
      "/\\evil.example",
      "\\/evil.example",
      "https://evil.example",
      "javascript:alert(1)",
    ],
    ...["/\tevil", "/\n//evil.example", " /x", "/x y", "/x\u0000", "/\u202Ex", "/é", `/${"x".repeat(2001)}`],
  ]
  for (const path of foreign) {
    assert.ok(!isLocalPath(path), JSON.stringify(path))
    assert.equal(localPath(path), "/")
  }
  assert.equal(localPath(null), "/")
})

test("a browser that follows a local path stays at the node, whatever was asked", () => {
  const node = "http://localhost:7447"
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."/\\.:@?#%a1 \t\n") }), (text) => {
      assert.equal(new URL(localPath(`/${text}`), node).origin, node)
    }),
    { numRuns: 2000 },
  )
})
