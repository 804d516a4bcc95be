import { together } from "../support/together.ts"

await together("src/stix/**/*.test.ts")
