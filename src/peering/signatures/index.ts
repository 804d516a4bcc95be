export { keyidOf } from "./envelope.ts"
export { CLOCK_TOLERANCE, isPartyId } from "./profile.ts"
export {
  readRequest,
  type SignedRequest,
  signRequest,
  type UnverifiedRequest,
  type VerifiedRequest,
  verifyRequest,
} from "./request.ts"
export { readResponse, signResponse, type VerifiedResponse, verifyResponse } from "./response.ts"
