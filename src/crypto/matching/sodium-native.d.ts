/** What matching uses of sodium-native, which brings no types. Each call throws where libsodium returns other than 0. */
declare module "sodium-native" {
  const sodium: {
    crypto_hash_sha512(hash: Uint8Array, message: Uint8Array): void
    crypto_core_ed25519_from_uniform(point: Uint8Array, uniform: Uint8Array): void
    crypto_scalarmult(product: Uint8Array, scalar: Uint8Array, point: Uint8Array): void
    crypto_sign_ed25519_pk_to_curve25519(point: Uint8Array, edwards: Uint8Array): void
  }
  export default sodium
}
