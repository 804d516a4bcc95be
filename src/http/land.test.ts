import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { landPicture } from "../../test/support/land.ts"
import { findPlace, PLACE_CODES } from "../kernel/places.ts"
import { HEIGHT, project, WIDTH } from "./land.ts"

test("the outline of land is what the atlas gives, drawn with the projection of the dots", () => {
  const file = readFileSync(new URL("../../web/land.svg", import.meta.url), "utf8")
  assert.equal(file, landPicture())
  assert.ok(file.length > 50_000, "the outline is empty")
})

test("every country and territory but the far south has a dot inside the picture", () => {
  const outside = PLACE_CODES.filter((code) => {
    const place = findPlace(code)
    const at = place === null ? null : project(place.longitude, place.latitude)
    return at === null || at.x < 0 || at.x > WIDTH || at.y < 0 || at.y > HEIGHT
  })
  assert.deepEqual(outside, ["AQ"])
})

test("dots stand where places are: Tokyo's country right of India's, Chile's below Mexico's", () => {
  const dot = (code: string) => {
    const place = findPlace(code)
    assert.ok(place)
    const at = project(place.longitude, place.latitude)
    assert.ok(at)
    return at
  }
  assert.ok(dot("JP").x > dot("IN").x)
  assert.ok(dot("CL").y > dot("MX").y)
})
