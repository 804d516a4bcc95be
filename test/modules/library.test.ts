import { together } from "../support/together.ts"

await together("src/library/**/*.test.ts")
