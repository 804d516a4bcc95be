import { together } from "../support/together.ts"

await together("src/accounts/**/*.test.ts")
