/** What nodes that read one log tell each other of it, and what they keep where its owner signed two histories. */
export const up = `
-- Logs of others that a peer reads too, as both found out from each other: the size up to which their newest checkpoints
-- were compared. peer_met: up to which feed our logs were named to a peer.
create table common_log (
  peer integer not null references peer (key) on delete cascade,
  log integer not null references log (key),
  compared integer not null,
  primary key (peer, log)
) without rowid;
create index common_log_by_log on common_log (log);
create table peer_met (
  peer integer primary key references peer (key) on delete cascade,
  feed integer not null
);

-- Two checkpoints of one log that cannot both be true, as a file that anybody can check.
create table conflicting_checkpoints (
  key integer primary key,
  log integer not null references log (key),
  hash blob not null unique,
  file blob not null,
  first_size integer not null,
  second_size integer not null,
  -- Where it came to light; told_by: the party that showed the file.
  how text not null check (how in ('checkpoint', 'pull', 'file', 'witnessed', 'told')),
  told_by text,
  found_at integer not null,
  settled_at integer,
  settled_by text
);
create index conflicting_checkpoints_by_log on conflicting_checkpoints (log);
`
