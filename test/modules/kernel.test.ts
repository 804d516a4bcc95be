import { together } from "../support/together.ts"

await together("src/kernel/**/*.test.ts")
