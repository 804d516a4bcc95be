/**
 * What one officer wants in a match that names people, until another one agrees to exactly that: `text` is all that both
 * agree to, `digest` its hash. Of each act of a run one at most waits.
 */
export const up = `
create table match_approval (
  key integer primary key,
  id text not null unique,
  run integer not null references match_run (key) on delete cascade,
  act text not null check (act in ('propose', 'accept', 'consent')),
  state text not null check (state in ('waiting', 'approved', 'declined', 'withdrawn', 'expired', 'void')),
  text text not null,
  digest text not null,
  asked_by text not null,
  asked_at integer not null,
  expires_at integer not null,
  decided_by text,
  decided_at integer,
  note text
);
create unique index match_approval_waiting on match_approval (run, act) where state = 'waiting';
create index match_approval_by_run on match_approval (run, key);
`
