/** Which peers were shown a conflict, or showed it: those who come to read the log later are shown it then. */
export const up = `
create table conflict_told (
  conflict integer not null references conflicting_checkpoints (key) on delete cascade,
  peer integer not null references peer (key) on delete cascade,
  primary key (conflict, peer)
) without rowid;
insert into conflict_told (conflict, peer)
  select x.key, m.peer from conflicting_checkpoints x join common_log m on m.log = x.log;
`
