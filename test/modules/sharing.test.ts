import { together } from "../support/together.ts"

await together("src/sharing/**/*.test.ts")
