export { Governor } from "./acts/governor.ts"
export { agreementDeclarations, agreementHandlers } from "./commands.ts"
export { agreementPages } from "./pages/routes.ts"
export { agreementsWaiting } from "./waiting.ts"
