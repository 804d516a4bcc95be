export {
  type DataCategory,
  dataCategories,
  type Measure,
  measures,
  parseDataCategory,
  parseMeasure,
  type Urgency,
  type Use,
  urgencies,
  uses,
  type Verdict,
  verdicts,
} from "./codes.ts"
