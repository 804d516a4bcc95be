import { together } from "../support/together.ts"

await together("src/policy/**/*.test.ts")
