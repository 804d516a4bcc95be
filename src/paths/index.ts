export { pathDeclarations, pathHandlers } from "./commands.ts"
export { ownRefusals } from "./refusing.ts"
export { pathRoutes } from "./routes.ts"
