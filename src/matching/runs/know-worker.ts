import { serveScan } from "../../store/index.ts"
import { knowSteps } from "./knowing.ts"

serveScan(knowSteps)
