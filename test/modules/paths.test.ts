import { together } from "../support/together.ts"

await together("src/paths/**/*.test.ts")
