export { Authenticator } from "./authentication.ts"
export { accountDeclarations, accountHandlers } from "./commands.ts"
export {
  type Account,
  type AccountId,
  type Actor,
  commitmentOf,
  mayAs,
  type Person,
  type Right,
  type Role,
  rightOn,
  type SessionId,
  type SignedIn,
} from "./model.ts"
export { addProgram } from "./operations.ts"
export { setPreferences } from "./preferences.ts"
export {
  changeRights,
  listPrograms,
  loadProgram,
  namesByCommitment,
  type Program,
  removeProgram,
  renewToken,
} from "./programs.ts"
export { Refusals } from "./refusals.ts"
export { type OpenSession, Sessions } from "./sessions.ts"
export {
  errorPage,
  localPath,
  type PageRoute,
  type PlaceFor,
  pageRows,
  preferencesCookie,
  type SectionFor,
  type Visit,
  type Visiting,
} from "./visiting.ts"
