/** A door of its own: worker threads that need these load nothing else. */
export { derived, keystream, openBox, scattered, sealBox } from "./ciphers.ts"
