export {
  exportPrivate,
  importPrivate,
  type KeyPair,
  newKeyPair,
  publicKeyObject,
  rawPublicKey,
  type Signer,
  signerOf,
  verifySignature,
} from "./signing.ts"
