import { promisify } from "node:util"
import { gzip } from "node:zlib"
import { piecesOf, type Reply, sizeOf } from "./reply.ts"

const zip = promisify(gzip)
const WORTH_ZIPPING = 1024
const TEXT = /^(?:text\/html|text\/csv|application\/json)/

/**
 * Packs a page for a browser that takes gzip. Pages carry no secret that an attacker could learn from their length by
 * reflecting guesses: no token against foreign requests stands in them (their origin is checked instead), and what is
 * shown once, such as a token of a program, stands on pages that reflect nothing.
 */
export async function packed(answer: Reply, accepted: string | undefined): Promise<Reply> {
  const { headers, body } = answer
  const fits = TEXT.test(headers["content-type"] ?? "") && answer.stream === undefined && sizeOf(body) > WORTH_ZIPPING
  if (!fits || headers["content-encoding"] !== undefined || !/\bgzip\b/.test(accepted ?? "")) return answer
  const vary = [headers.vary, "accept-encoding"].filter((one) => one !== undefined).join(", ")
  const small = await zip(Buffer.concat(piecesOf(body)), { level: 5 })
  return { ...answer, headers: { ...headers, vary, "content-encoding": "gzip" }, body: small }
}
