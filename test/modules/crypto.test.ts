import { together } from "../support/together.ts"

await together("src/crypto/**/*.test.ts")
