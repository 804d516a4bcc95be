/**
 * Own logs that may be older than what this node once signed, as after a restored backup, and what those who cosigned
 * them answered. In `log`, guarded: 1 nothing is signed until that is known; 2 nothing is ever signed again. In
 * `collection`, follows: the last checkpoint of the log in whose place it stands, where that one could not go on.
 */
export const up = `
alter table log add column guarded integer not null default 0;
alter table collection add column follows text;

-- began: entries that were here when it began. missing: a checkpoint of ours whose entries are not all here.
create table guard (
  log integer primary key references log (key),
  since integer not null,
  began integer not null,
  missing text
);

-- The newest checkpoint of ours that a reader holds, and how many entries; -1 if it knows nothing of the log.
create table guard_answer (
  log integer not null references guard (log) on delete cascade,
  party text not null,
  size integer not null,
  entries integer not null,
  at integer not null,
  primary key (log, party)
) without rowid;

-- People of the operator who answer for it that nothing newer was ever signed.
create table guard_confirmation (
  log integer not null references guard (log) on delete cascade,
  person text not null,
  at integer not null,
  primary key (log, person)
) without rowid;
`
