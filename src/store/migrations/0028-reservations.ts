/**
 * An agreement governs several collections of a node where reservations narrow its terms for some readers: `part` is the
 * hash of what is narrowed for those of one collection, and empty for that of all others.
 */
export const up = `
alter table in_force rename to in_force_before;
create table in_force (
  agreement text not null,
  part text not null,
  collection text not null unique,
  text text not null,
  articles text not null,
  primary key (agreement, part)
) without rowid;
insert into in_force (agreement, part, collection, text, articles)
  select agreement, '', collection, text, articles from in_force_before;
drop table in_force_before;
`
