export { type KeyFiles, type KeyName, keyFiles } from "./key-files.ts"
export { type Claims, type Errand, openIdProvider, type Provider, type ProviderSettings } from "./oidc.ts"
export { codeAddress, isCodeSecret, newCodeSecret, stepOfCode } from "./one-time-codes.ts"
export {
  type Assertion,
  checkNewPasskey,
  checkPasskey,
  handleOf,
  type Passkey,
  type PasskeySite,
  passkeyCreation,
  passkeyRequest,
  readAssertion,
} from "./passkeys.ts"
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
export { isTagOf, tagOf } from "./tags.ts"
