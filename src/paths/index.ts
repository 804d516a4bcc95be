export { pathDeclarations, pathHandlers } from "./commands.ts"
