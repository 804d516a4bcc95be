export { type KeyFiles, type KeyName, keyFiles } from "./key-files.ts"
export { decoyHash, hashPassword, MAX_PASSWORD_BYTES, verifyPassword } from "./password.ts"
export { openWithPassphrase, sealWithPassphrase, WORK_FACTOR } from "./seal.ts"
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
