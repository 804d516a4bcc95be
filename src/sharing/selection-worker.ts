import { serveScan } from "../store/index.ts"
import { selectionSteps } from "./selection-writing.ts"

serveScan(selectionSteps)
