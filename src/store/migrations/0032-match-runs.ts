/**
 * Matches of two lists: one row a run, what both sides signed in it, and what came out. Keys and lists of a run are not
 * here: they lie in its folder until it ends. `number` is null where fewer than the smallest number that is told were
 * found; the true number is nowhere. `outbox`: by which a
 * word that was not heard yet is taken back. `reserved`: places of the partner's list that count against its quota.
 */
export const up = `
create table match_run (
  key integer primary key,
  id text not null unique,
  peer integer not null references peer (key),
  role text not null check (role in ('proposer', 'acceptor')),
  state text not null check (state in ('drafted', 'proposed', 'running', 'counted', 'opening', 'done',
    'refused', 'declined', 'cancelled', 'expired', 'broken')),
  phase text not null,
  paused text,
  seen_dense integer not null default 0,
  reason text,
  ended_by text check (ended_by in ('us', 'them')),
  list text,
  purpose text not null,
  basis text not null,
  agreement text,
  learners text not null,
  own_set text,
  their_set text,
  created_at integer not null,
  expires_at integer not null,
  accepted_at integer,
  counted_at integer,
  ended_at integer,
  erased_at integer
);
create index match_run_by_peer on match_run (peer, accepted_at);
create index match_run_unerased on match_run (key) where erased_at is null;

create table match_type (
  run integer not null references match_run (key) on delete cascade,
  seq integer not null,
  type text not null,
  most integer not null,
  smallest integer not null,
  reserved integer not null,
  used integer,
  warned integer,
  own_size integer,
  their_size integer,
  counted integer not null default 0,
  number integer,
  ours integer,
  partners integer,
  primary key (run, seq)
) without rowid;

create table match_message (
  run integer not null references match_run (key) on delete cascade,
  side text not null check (side in ('own', 'theirs')),
  step text not null,
  note text not null,
  outbox integer,
  at integer not null,
  primary key (run, side, step)
) without rowid;

create table match_item (
  run integer not null references match_run (key) on delete cascade,
  seq integer not null,
  type text not null,
  item blob not null,
  ours text,
  theirs text,
  primary key (run, seq)
) without rowid;
`
