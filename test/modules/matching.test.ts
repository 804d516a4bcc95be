import { together } from "../support/together.ts"

await together("src/matching/**/*.test.ts")
