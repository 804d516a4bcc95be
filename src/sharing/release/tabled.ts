import { ComityError } from "../../kernel/errors.ts"

const TABLED = "comity-agreement--"

/** Whether an object was tabled in the negotiation of an agreement. */
export function isTabled({ id }: { id: string }): boolean {
  return id.startsWith(TABLED)
}

/**
 * What was tabled all parties of the negotiation go on from, and some signed: if one of them took it away, what each of
 * them holds would come to something else. Throws `refused object.tabled`.
 */
export function requireNotTabled(id: string): void {
  if (isTabled({ id })) throw new ComityError("refused", "object.tabled")
}
