export { pathDeclarations, pathHandlers } from "./commands.ts"
export { factPages } from "./facts-pages/index.ts"
export { ownRefusals } from "./refusing.ts"
export { pathRoutes } from "./routes.ts"
