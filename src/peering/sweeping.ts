import { type Instant, plusMicroseconds } from "../kernel/time.ts"
import type { Store } from "../store/index.ts"
import { deleteNoncesBefore } from "./queries.ts"

const AT_ONCE = 500
/** Kept longer than its message could be taken: a clock may be set back. */
const KEPT = 3600 * 1_000_000

/** Forgets nonces whose messages have run out, in turns that let others write between them. Called once an hour. */
export async function sweepNonces(store: Store, now: Instant): Promise<void> {
  const old = plusMicroseconds(now, -KEPT)
  while ((await store.write((tx) => deleteNoncesBefore(tx, old, AT_ONCE))) === AT_ONCE);
}
