import assert from "node:assert/strict"
import { test } from "node:test"
import { visible } from "../terminal.ts"
import { libraryDeclarations } from "./commands.ts"

test("a proof is printed line by line, so that what is printed is a proof file", () => {
  const declaration = libraryDeclarations.find(({ name }) => name === "log proof")
  const proof = "c2sp.org/tlog-proof@v1\nindex 0\n\ncomity/0\n1\n"
  const lines = declaration?.show((key) => key, { proof })
  assert.equal(`${lines?.map(visible).join("\n")}\n`, proof)
})
