import { serveScan } from "../../store/index.ts"
import { gatherSteps } from "./gathering.ts"

serveScan(gatherSteps)
