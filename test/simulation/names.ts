/** Nodes by their number; also their host names. */
export const NAMES = ["fi", "jp", "br", "de", "ke", "ca"] as const
/** The last node of every history. */
export const HOSTILE = "mallory"
