/**
 * What left for whom and when, when what was asked of this node was answered, and what partners tell each other of it.
 */
export const up = `
-- Entries first ≤ seq < next left for this party at that time, each counted at the first time; without_content lists
-- those among them of which only the commitment left.
create table served (
  party text not null,
  collection integer not null references collection (key),
  first integer not null,
  next integer not null,
  at integer not null,
  primary key (party, collection, first)
) without rowid;
create table served_without_content (
  party text not null,
  collection integer not null references collection (key),
  seq integer not null,
  primary key (party, collection, seq)
) without rowid;

-- Entries of partners for which this node owed a receipt: when their owner told them by its own clock, and when its
-- node took the receipt. message: the key in outbox by which it was sent.
create table receipt_owed (
  collection integer not null references collection (key),
  seq integer not null,
  told_at integer not null,
  message integer not null,
  answered_at integer,
  primary key (collection, seq)
) without rowid;
create index receipt_owed_by_message on receipt_owed (message) where answered_at is null;
create index receipt_due_by_party on receipt_due (party, told_at);

-- Whether counts are exchanged with a partner: our switch, and theirs as they said it last. said_at and heard_at order
-- what was said; told_at: when our counts were last put into words.
create table counts_exchange (
  peer integer primary key references peer (key) on delete cascade,
  ours integer not null,
  theirs integer not null,
  changed_at integer not null,
  changed_by text,
  said_at integer,
  heard_at integer,
  told_at integer,
  counts text,
  counts_at integer
);
`
