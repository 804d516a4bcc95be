import { together } from "../support/together.ts"

await together("src/law/**/*.test.ts")
