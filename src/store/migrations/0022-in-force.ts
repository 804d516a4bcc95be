/**
 * Agreements in force at this node: the shared collections in which each governs, the hash of the text that does, and
 * where that text settles each term (JSON). There are several where reservations narrow its terms for some readers: `part`
 * is the hash of what is narrowed for those of one collection, and empty for that of all others.
 */
export const up = `
create table in_force (
  agreement text not null,
  part text not null,
  collection text not null unique,
  text text not null,
  articles text not null,
  primary key (agreement, part)
) without rowid;
`
