import { serveScan } from "../store/index.ts"
import { exportSteps } from "./exporting.ts"

serveScan(exportSteps)
