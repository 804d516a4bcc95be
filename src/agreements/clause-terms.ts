import { z } from "zod"

/** What nodes enforce of one clause. No vocabulary of terms is in force yet, so every clause is kept by people. */
export const ClauseTerms = z.never()
export type ClauseTerms = z.output<typeof ClauseTerms>
