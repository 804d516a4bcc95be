import { together } from "../support/together.ts"

await together("src/requests/**/*.test.ts")
