import { together } from "../support/together.ts"

await together("src/desk/**/*.test.ts")
