/**
 * Agreements in force at this node: the shared collection in which each governs, the hash of the text that does, and
 * where that text settles each term (JSON).
 */
export const up = `
create table in_force (
  agreement text not null primary key,
  collection text not null unique,
  text text not null,
  articles text not null
) without rowid;
`
