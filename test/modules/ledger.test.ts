import { together } from "../support/together.ts"

await together("src/ledger/**/*.test.ts")
