export { type Claim, claim, type Folder, folderAt } from "./folder.ts"
export { openReader, type SyncReader } from "./reader.ts"
export { scan, serveScan } from "./scan.ts"
export { type Reader, Store, type StoreOptions, type Tx } from "./store.ts"
