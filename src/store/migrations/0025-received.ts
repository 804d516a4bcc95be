/**
 * What was received is kept as its owner lets it be: the terms of a mirror, the agreement under which its owner shares,
 * when the owner wrote an entry (or when it came, if that was earlier), and which entries were erased since their time
 * was over: no log says so, since the log is the owner's.
 */
export const up = `
alter table feed add column agreement text;
alter table entry add column said_at integer;
create index entry_said on entry (collection, said_at) where said_at is not null;
update entry set said_at = date_added
  where kind in ('put', 'revoke') and salt is not null and collection in (select key from collection where party is not null);
-- Numbers rise, so that the search index follows.
create table expired (
  number integer primary key autoincrement,
  collection integer not null references collection (key),
  seq integer not null,
  at integer not null,
  unique (collection, seq)
);
`
