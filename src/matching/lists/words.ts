import type { Translate } from "../../http/index.ts"
import { type ReasonNames, type ReleaseReason, reasonText } from "../../policy/index.ts"
import { type Exclusion, isOwnCode } from "./model.ts"

/** Why something of a list is not used, in words. */
export function exclusionText(t: Translate, { code, values }: Exclusion, names: ReasonNames): string {
  return isOwnCode(code) ? t(code, values) : reasonText(t, { code, values } satisfies ReleaseReason, names)
}
