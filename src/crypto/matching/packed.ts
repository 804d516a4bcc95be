/** Many items of different lengths without an object for each: item i is `bytes[ends[i - 1] ?? 0 .. ends[i])`. */
export type Packed = { readonly bytes: Uint8Array; readonly ends: Uint32Array }

/** The longest item, all of it: RFC 9497 writes the length of an input in two bytes. */
export const ITEM_LONGEST = 65_535

export function pack(items: readonly Uint8Array[]): Packed {
  const ends = new Uint32Array(items.length)
  let end = 0
  for (const [index, item] of items.entries()) {
    end += item.length
    ends[index] = end
  }
  const bytes = new Uint8Array(end)
  for (const [index, item] of items.entries()) bytes.set(item, (ends[index] ?? 0) - item.length)
  return { bytes, ends }
}

export function startOf(items: Packed, index: number): number {
  return index === 0 ? 0 : (items.ends[index - 1] ?? 0)
}

export function endOf(items: Packed, index: number): number {
  const start = startOf(items, index)
  const end = items.ends[index] ?? 0
  if (end < start || end > items.bytes.length || end - start > ITEM_LONGEST)
    throw new RangeError("packed items are damaged")
  return end
}
