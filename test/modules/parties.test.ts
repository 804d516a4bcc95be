import { together } from "../support/together.ts"

await together("src/parties/**/*.test.ts")
