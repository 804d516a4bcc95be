export { assetRoute, framePages } from "./frame-pages.ts"
