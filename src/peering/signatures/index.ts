export { keyidOf } from "./envelope.ts"
export { CLOCK_TOLERANCE, type RequestHeaders, type ResponseHeaders } from "./profile.ts"
export {
  type RawRequest,
  type RequestExpected,
  type RequestToSign,
  readRequest,
  type SignedRequest,
  signRequest,
  type UnverifiedRequest,
  type VerifiedRequest,
  verifyRequest,
} from "./request.ts"
export {
  type RawResponse,
  type ResponseToSign,
  readResponse,
  signResponse,
  type UnverifiedResponse,
  type VerifiedResponse,
  verifyResponse,
} from "./response.ts"
