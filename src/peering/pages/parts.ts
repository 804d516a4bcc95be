import type { Visit } from "../../accounts/index.ts"
import type { Form, Html } from "../../http/index.ts"
import type { Peer } from "../../parties/index.ts"
import type { Store } from "../../store/index.ts"
import type { PeeringParts } from "../model.ts"
import type { Couriers } from "../outbox.ts"

export type PartnerParts = {
  store: Store
  peering: PeeringParts
  couriers: Couriers
  /** What other modules say of a partner on its page. */
  more(visit: Visit, peer: Peer): Promise<Html>
}

/** Who decides on partners. */
export const OFFICER = "role:officer"

export type Shown = { given: Form<never>["given"]; faults: (Form<never> & { ok: false })["faults"] }

/** The status of a page with a form: 400 while what was sent is at fault. */
export function statusOf({ faults }: Shown): number {
  return Object.keys(faults).length === 0 ? 200 : 400
}
