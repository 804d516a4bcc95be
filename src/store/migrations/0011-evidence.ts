/**
 * What shows that a log has one history. Of an own log: the size of the newest checkpoint that each reader cosigned,
 * the newest that it is known to have verified, and whether it waits to be told again, since it did not know the log.
 */
export const up = `
alter table audience add column cosigned integer not null default 0;
alter table audience add column seen integer not null default 0;
alter table audience add column unmet integer not null default 0;
-- Why a reader did not cosign; null once it did.
alter table audience add column cosign_failure text;

-- The newest cosignature of each party over a log of ours. The size is of one tree: a log signs no other of that size.
create table cosignature (
  log integer not null references log (key),
  party text not null,
  name text not null,
  size integer not null,
  time integer not null,
  line text not null,
  primary key (log, party)
) without rowid;
`
