import { together } from "../support/together.ts"

await together("src/agreements/**/*.test.ts")
