/**
 * Entries of a shared collection whose object an earlier collection, in whose place it goes on, had let out before:
 * since when. What terms let readers keep for some days is counted from then, however often a collection was followed.
 */
export const up = `
create table carried (
  collection integer not null references collection (key),
  since integer not null,
  seq integer not null,
  primary key (collection, since, seq)
) without rowid;
create index carried_by_entry on carried (collection, seq);
`
