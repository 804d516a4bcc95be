export { FactBook, factsNow, newestSet } from "./book.ts"
export { type Bound, boundBy, boundStates } from "./bound.ts"
export { type Check, type Coverage, checkFacts } from "./checking.ts"
export {
  type DataCategory,
  dataCategories,
  type Measure,
  measures,
  oneOf,
  parseDataCategory,
  parseMeasure,
  type Urgency,
  type Use,
  urgencies,
  uses,
  type Verdict,
  verdicts,
} from "./codes.ts"
export { factDeclarations, factHandlers } from "./commands.ts"
export { type Change, compareFiles } from "./comparing.ts"
export { ageOf, type Day, dayAt, hoursOf, parseDay } from "./dates.ts"
export { type Facts, factsFrom, instrumentNames, shortName, worded } from "./facts.ts"
export { findPaths } from "./finder.ts"
export {
  type Answer,
  type Finding,
  factsOf,
  type Missing,
  type Opening,
  type Reason,
  type Safeguard,
  type Values,
} from "./findings.ts"
export { type Gain, gainsOf } from "./gains.ts"
export {
  type Article,
  type Channel,
  type ChannelText,
  type Condition,
  channelTexts,
  conditions,
  type FactRef,
  type FormField,
  type Instrument,
  instrumentFields,
  instrumentKinds,
  type Participation,
  participationStatuses,
  type Question,
  questionFields,
  type Reservation,
  type RuleAnswer,
  reservationEffects,
  type SafeguardCode,
  type SafeguardFact,
  type Sourced,
  type Step,
  safeguardCodes,
} from "./model.ts"
export { correct, corrections, importFacts, withdrawCorrection } from "./operations.ts"
export { type Correction, type FactSet, factFiles, listFactSets } from "./queries.ts"
export { NO_REFUSALS, type OwnRefusals, type Query } from "./query.ts"
export { type Best, type MatrixCell, matrixRows, reachOf } from "./reach.ts"
export { type FactFiles, type Problem, parseRows, type RawRow, readFiles } from "./reading.ts"
export { compareRules, type Divergence, jurisdictionsOf } from "./rules.ts"
export { shippedFacts, shippedFiles } from "./shipped.ts"
export { confirmations, type Source, sourceOf } from "./sources.ts"
export { countsFrom, type Lookup, lookup, type Standing } from "./standing.ts"
export { type TableName, tableNames, tables } from "./tables.ts"
