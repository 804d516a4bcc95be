/**
 * Partners of this node, what goes between them, and what a shared log needs. In `entry`: `kept` is an object version
 * that is held but not served (`withdrawn_by` names the entry that says why), `about` the entry that a `mark` or
 * `recall` speaks of (`about_hash` tells of which object), `note` what entries without an object say, `header` the header where it does not follow from the
 * other columns. A collection with a `party` is the mirror of that
 * party's: its log is signed there.
 */
export const up = `
-- aside: its bytes are kept for a log, never as a version. withdrawn: no collection serves it any more.
alter table object add column aside integer not null default 0;
alter table object add column withdrawn integer not null default 0;
alter table entry add column kept integer references object (key);
alter table entry add column withdrawn_by integer;
alter table entry add column about integer;
alter table entry add column about_hash integer;
alter table entry add column header text;
alter table entry add column note blob;
create index entry_kept on entry (kept) where kept is not null;
create index entry_about on entry (about_hash) where about_hash is not null;
alter table collection add column party text;
alter table collection add column closed_at integer;
alter table collection add column successor text;

create table peer (
  key integer primary key,
  party text not null unique,
  name text not null,
  endpoint text not null,
  state text not null check (state in ('invited', 'compared', 'active', 'suspended', 'left')),
  -- The last states that the other side told of itself: whether its people compared, whether it paused or left.
  theirs text not null check (theirs in ('invited', 'compared', 'active', 'suspended', 'left')),
  -- Of which moment that was: an older message changes nothing.
  theirs_at integer not null default 0,
  card blob,
  card_at integer,
  created_at integer not null,
  changed_at integer not null
);

-- The statements of a peer's key log, from its incept on, each as it was signed.
create table peer_key (
  peer integer not null references peer (key) on delete cascade,
  seq integer not null,
  body blob not null,
  primary key (peer, seq)
) without rowid;

create table peer_invitation (
  key integer primary key,
  id text not null unique,
  token_hash blob not null unique,
  label text not null,
  created_by text,
  created_at integer not null,
  expires_at integer not null,
  used_by text
);

-- A message is taken once; after expires_at its signature has run out anyway.
create table peer_nonce (
  peer integer not null references peer (key) on delete cascade,
  nonce text not null,
  expires_at integer not null,
  primary key (peer, nonce)
) without rowid;
create index peer_nonce_by_time on peer_nonce (expires_at);

create table outbox (
  key integer primary key autoincrement,
  peer integer not null references peer (key) on delete cascade,
  kind text not null,
  body blob not null,
  created_at integer not null,
  next_at integer not null,
  tries integer not null,
  delivered_at integer,
  failure text
);
create index outbox_waiting on outbox (peer, key) where delivered_at is null;

-- Who may read a shared collection of ours: how large it was when they were last told, were last served, last cosigned,
-- and when and at which size they left. A row stays: what was served can be recalled for ever.
create table audience (
  collection integer not null references collection (key),
  party text not null,
  added_at integer not null,
  left_at integer,
  left_size integer,
  told integer not null,
  served integer not null,
  primary key (collection, party)
) without rowid;
create index audience_by_party on audience (party);

-- What each recipient was told of an object that it had got, until it answered for it.
create table receipt_due (
  collection integer not null references collection (key),
  seq integer not null,
  party text not null,
  kind text not null check (kind in ('mark', 'revoke', 'recall', 'erase')),
  told_at integer not null,
  due_at integer not null,
  state text not null check (state in ('due', 'applied', 'refused', 'pending')),
  reason text,
  until integer,
  onward integer,
  answered_at integer,
  receipt text,
  primary key (collection, seq, party)
) without rowid;
create index receipt_due_open on receipt_due (due_at) where state in ('due', 'pending');

-- A peer's shared collection as it is mirrored here; checkpoint is the newest that was verified, target its size.
create table feed (
  key integer primary key,
  peer integer not null references peer (key),
  remote text not null,
  collection integer not null unique references collection (key),
  target integer not null,
  checkpoint text not null,
  state text not null check (state in ('open', 'paused', 'closed', 'broken')),
  pulled_at integer,
  verified_at integer,
  failure text,
  failures integer not null,
  withheld integer not null,
  refused integer not null,
  unique (peer, remote)
);

insert into sqlite_stat1 (tbl, idx, stat) values ('entry', 'entry_kept', '1000 1'), ('entry', 'entry_about', '1000 1');
analyze sqlite_schema;
`
