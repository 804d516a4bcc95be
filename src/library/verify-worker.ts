import { serveScan } from "../store/index.ts"
import { verifySteps } from "./verifying.ts"

serveScan(verifySteps)
