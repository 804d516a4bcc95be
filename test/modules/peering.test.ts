import { together } from "../support/together.ts"

await together("src/peering/**/*.test.ts")
