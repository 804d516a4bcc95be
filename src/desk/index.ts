export { assetRoute, framePages } from "./frame-pages.ts"
export { overviewPages } from "./overview-page.ts"
