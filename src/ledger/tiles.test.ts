import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  decodeBundle,
  decodeHashTile,
  encodeBundle,
  entryTile,
  formatTilePath,
  hashTile,
  hasTile,
  parseTilePath,
  TILE_WIDTH,
  tilesOf,
} from "./tiles.ts"

test("a tile has the path that tlog-tiles gives it", () => {
  assert.equal(formatTilePath(hashTile(0, 1234067)), "tile/0/x001/x234/067")
  assert.equal(formatTilePath(hashTile(2, 0, 1)), "tile/2/000.p/1")
  assert.equal(formatTilePath(hashTile(63, 999, 255)), "tile/63/999.p/255")
  assert.equal(formatTilePath(entryTile(1000)), "tile/entries/x001/000")
  assert.equal(formatTilePath(entryTile(273, 112)), "tile/entries/273.p/112")
})

test("every tile path reads back as the tile it was made from", () => {
  const index = fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 2 ** 45 - 2 }))
  const width = fc.integer({ min: 1, max: TILE_WIDTH })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 63 }), index, width, (level, i, w) => {
      assert.deepEqual(parseTilePath(formatTilePath(hashTile(level, i, w))), hashTile(level, i, w))
      assert.deepEqual(parseTilePath(formatTilePath(entryTile(i, w))), entryTile(i, w))
    }),
  )
  assert.deepEqual(parseTilePath("tile/1/x001/002.p/7"), {
    of: "hashes",
    level: 1,
    index: 1002,
    width: 7,
    start: 1002 * 256,
    end: 1002 * 256 + 7,
  })
})

test("a path that is not the one spelling of a tile names no tile", () => {
  const wrong = ["", "tile", "tile/0", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/64/000"]
  wrong.push("tile/-1/000", "tile/0/x000/001", "tile/0/x1/000", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0")
  wrong.push("tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000/p/1", "tile/data/000")
  wrong.push("/tile/0/000", "tile/0/000/", "tile/0/000\n", "tile/0/٠٠٠", "tile/0/../000", "tile/entries/x001/x234")
  wrong.push(`tile/0/${"x999/".repeat(6)}999`, "tile/0/000.P/1", "TILE/0/000", "tile/0/000?x", "tile/1e1/000")
  for (const path of wrong) assert.equal(parseTilePath(path), null, path)
})

test("a log of 70,000 entries has exactly the tiles of the standard's example", () => {
  const tiles = [...tilesOf(70_000)]
  const paths = new Set(tiles.map(formatTilePath))
  assert.equal(paths.size, tiles.length)
  const of = (start: string) => [...paths].filter((path) => path.startsWith(start))
  assert.deepEqual(
    [of("tile/entries/"), of("tile/0/"), of("tile/1/"), of("tile/2/")].map((x) => x.length),
    [274, 274, 2, 1],
  )
  for (const path of ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]) {
    assert.ok(paths.has(path), path)
  }
  assert.ok(tiles.every((tile) => hasTile(tile, 70_000)))
  assert.deepEqual([...tilesOf(256)].map(formatTilePath), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"])
  assert.deepEqual([...tilesOf(0)], [])
})

test("a log serves no tile of which a part is still missing", () => {
  assert.equal(hasTile(hashTile(0, 273, 112), 70_000), true)
  assert.equal(hasTile(hashTile(0, 273, 113), 70_000), false)
  assert.equal(hasTile(hashTile(0, 273), 70_000), false)
  assert.equal(hasTile(entryTile(273, 113), 70_000), false)
  assert.equal(hasTile(hashTile(1, 1, 18), 70_000), false)
  assert.equal(hasTile(hashTile(2, 0, 1), 65_535), false)
  assert.equal(hasTile(hashTile(63, 0, 1), 2 ** 53 - 1), false)
})

test("a bundle gives back its entries, and nothing if it is cut, padded or of another width", () => {
  const entry = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
      const bundle = encodeBundle(entries)
      assert.deepEqual(decodeBundle(bundle, entries.length), entries.map(Buffer.from))
      const malformed = { code: "ledger.bundle-malformed" }
      assert.throws(() => decodeBundle(bundle.subarray(0, -1), entries.length), malformed)
      assert.throws(() => decodeBundle(Buffer.concat([bundle, Buffer.of(0)]), entries.length), malformed)
      assert.throws(() => decodeBundle(bundle, entries.length + 1), malformed)
      assert.throws(() => decodeBundle(bundle, entries.length - 1), malformed)
    }),
  )
})

test("an entry may be 65,535 bytes long and not one more", () => {
  assert.equal(encodeBundle([Buffer.alloc(65_535)]).length, 65_537)
  assert.throws(() => encodeBundle([Buffer.alloc(65_536)]), { kind: "too-large", code: "ledger.entry-too-long" })
})

test("a hash tile of a wrong length is refused", () => {
  assert.equal(decodeHashTile(Buffer.alloc(96), 3).length, 3)
  assert.throws(() => decodeHashTile(Buffer.alloc(95), 3), { code: "ledger.tile-malformed" })
})
