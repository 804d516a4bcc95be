import { serveScan } from "../store/index.ts"
import { folderSteps } from "./log-folder.ts"

serveScan(folderSteps)
