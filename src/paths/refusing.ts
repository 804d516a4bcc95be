import type { OwnRefusals } from "../law/index.ts"
import { refusedPlaces } from "../policy/index.ts"
import type { Reader } from "../store/index.ts"

/** The places that this node's own refusal list names; it is applied to every answer and never sent out. */
export async function ownRefusals(reader: Reader): Promise<OwnRefusals> {
  const places = await refusedPlaces(reader)
  return new Map([...places].map(([place, { source, since }]) => [place, { source, since }]))
}
