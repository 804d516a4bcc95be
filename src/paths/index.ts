export { pathDeclarations, pathHandlers } from "./commands.ts"
export { type PathPageParts, pathPages } from "./pages/index.ts"
export { ownRefusals } from "./refusing.ts"
export { pathRoutes } from "./routes.ts"
