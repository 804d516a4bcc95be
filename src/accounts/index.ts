export { Authenticator } from "./authentication.ts"
export { accountDeclarations, accountHandlers } from "./commands.ts"
export { type Account, type AccountId, type Actor, commitmentOf, type Right, rightOn } from "./model.ts"
