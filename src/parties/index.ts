export { type OwnParty, type Party, type PartyId, type PartyKind, partyKinds } from "./model.ts"
export { addOwnParty } from "./operations.ts"
export { ownParty } from "./queries.ts"
