/** The functions of libsodium as WebAssembly offers them: numbers are places in `HEAPU8`, and 0 means that it went well. */
export type RawSodium = {
  /** Another array after each growth of the memory: never keep it. */
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _crypto_hash_sha512(hash: number, message: number, length: number, lengthHigh: number): number
  _crypto_core_ed25519_from_uniform(point: number, uniform: number): number
  _crypto_scalarmult_curve25519(product: number, scalar: number, point: number): number
  _crypto_sign_ed25519_pk_to_curve25519(point: number, edwards: number): number
  _crypto_core_ristretto255_from_hash(point: number, uniform: number): number
  _crypto_core_ristretto255_add(sum: number, one: number, other: number): number
  _crypto_core_ristretto255_scalar_reduce(scalar: number, wide: number): void
  _crypto_core_ristretto255_scalar_invert(inverse: number, scalar: number): number
  _crypto_core_ristretto255_scalar_mul(product: number, one: number, other: number): void
  _crypto_core_ristretto255_scalar_sub(difference: number, one: number, other: number): void
  _crypto_scalarmult_ristretto255(product: number, scalar: number, point: number): number
  _crypto_scalarmult_ristretto255_base(product: number, scalar: number): number
}

/** Loaded when first called, by whoever matches: more than a megabyte that no other command needs. */
export async function rawSodium(): Promise<RawSodium> {
  const { default: sodium } = await import("libsodium-wrappers-sumo")
  await sodium.ready
  // The wrappers copy each argument into the heap and allocate each answer; the library below them is not in their types.
  return (sodium as unknown as { libsodium: RawSodium }).libsodium
}

/** A piece of the heap that is kept as long as the thread lives. Whoever puts secrets there wipes them. */
export function reserve(raw: RawSodium, bytes: number): number {
  const place = raw._malloc(bytes)
  if (place === 0) throw new Error("WebAssembly has no memory left")
  return place
}
