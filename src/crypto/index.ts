export { type KeyFiles, type KeyName, keyFiles, type OfflineKeys, readOfflineKeys } from "./key-files.ts"
export { KeyRing } from "./key-ring.ts"
export { ITEM_LONGEST, type Packed, pack } from "./matching/packed.ts"
export { BATCH_MOST, openVoprf, VOPRF_SUITE, type Voprf, type VoprfKeys } from "./matching/voprf.ts"
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
export { newSealKey, parseRecipient, type Recipient, type SealKind, sealKindOf, sealKinds } from "./recipients.ts"
export { openWithPassphrase, sealWithPassphrase, WORK_FACTOR } from "./seal.ts"
export { CONTENT_MOST, Label, PADDED_LEAST, PADDED_MOST, tlpLevels } from "./sealed-format.ts"
export { HEAD_BYTES, type Outside, outsideOf, RECIPIENTS_MOST, SEALED_MOST } from "./sealed-outside.ts"
export { checkRecipients, sealTo } from "./sealing.ts"
export {
  derivedSigner,
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
export { openSealed, readIdentities, readIdentityFile, type Shelf, withoutArmor } from "./unsealing.ts"
export { type Chain, readWallet, type Wallet, type WalletFault, walletText } from "./wallets.ts"
