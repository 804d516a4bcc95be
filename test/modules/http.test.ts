import { together } from "../support/together.ts"

await together("src/http/**/*.test.ts")
