import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { dirname } from "node:path"
import { test } from "node:test"
import { testFiles, together } from "../support/together.ts"

await together("src/*.test.ts")

test("the tests of each module have their file here, so that none is left out", () => {
  const modules = testFiles("src/**/*.test.ts").map((file) => dirname(file).split("/")[1])
  const here = readdirSync(import.meta.dirname).filter((name) => name !== "others.test.ts")
  assert.deepEqual(
    here.sort(),
    [...new Set(modules)].flatMap((module) => (module === undefined ? [] : [`${module}.test.ts`])).sort(),
  )
})
