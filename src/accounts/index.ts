export { Authenticator } from "./authentication.ts"
export { Brake } from "./brake.ts"
export { accountDeclarations, accountHandlers } from "./commands.ts"
export {
  addFirstAdministrator,
  type Browser,
  checkSetupLink,
  hasAdministrator,
  makeSetupLink,
  useSetupLink,
} from "./links.ts"
export {
  type Account,
  type AccountId,
  type Actor,
  commitmentOf,
  mayAs,
  OWN_USE,
  type Person,
  type Right,
  type Role,
  rightOn,
  roles,
  SERVED,
  type SessionId,
  type SignedIn,
  type Use,
} from "./model.ts"
export { addProgram } from "./operations.ts"
export type { AccountParts } from "./pages/account.ts"
export { attemptOf, faultsOf, sessionCookie } from "./pages/browser.ts"
export { entrancePages } from "./pages/index.ts"
export { Pending } from "./pending.ts"
export { type Colleague, colleagues, isOfficer, Name, officers, personCalled } from "./people.ts"
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
export { countOfficers } from "./queries.ts"
export { Refusals } from "./refusals.ts"
export { type Reviewed, reviewAccess } from "./review.ts"
export { type OpenSession, Sessions } from "./sessions.ts"
export type { Entrance } from "./signing-in.ts"
export {
  errorPage,
  type Instruments,
  localPath,
  type PageRoute,
  type PlaceFor,
  pageRows,
  preferencesCookie,
  type SectionFor,
  type Visit,
  type Visiting,
} from "./visiting.ts"
