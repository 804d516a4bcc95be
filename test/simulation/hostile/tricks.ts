/** What a hostile node tries. */
export const TRICKS = [
  ...(["split", "swap", "forge", "distort", "claim", "stale"] as const),
  ...(["misname", "overhear", "receipts", "flood", "huge", "garbage", "checkpoints"] as const),
] as const
export type Trick = (typeof TRICKS)[number]
