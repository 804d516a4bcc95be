import { together } from "../support/together.ts"

await together("src/store/**/*.test.ts")
