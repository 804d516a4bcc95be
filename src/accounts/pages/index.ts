import type { PageRoute } from "../visiting.ts"
import { type AccountParts, accountPages } from "./account.ts"
import { enrolPages } from "./enrol.ts"
import { invitationPages } from "./invitation.ts"
import { peoplePages } from "./people.ts"
import { personPages } from "./person.ts"
import { reviewPages } from "./review.ts"
import { signInPages } from "./sign-in.ts"
import { stepUpPages } from "./step-up.ts"

/** Every page about who comes in. Addresses with a name of their own stand before those with a blank. */
export function entrancePages(parts: AccountParts): PageRoute[] {
  return [
    ...signInPages(parts),
    ...stepUpPages(parts),
    ...enrolPages(parts),
    ...accountPages(parts),
    ...invitationPages(parts),
    ...peoplePages(parts),
    ...reviewPages(parts),
    ...personPages(parts),
  ]
}
