/**
 * Sealed delivery: public keys of our people and desks (the private halves are nowhere here), and the files that were
 * sealed to partners' people or came for ours, as ciphertext in parts. `remote` is the id by which both sides speak of
 * a file; `note` the sender's signed statement about it, `receipt` the recipient's.
 */
export const up = `
create table sealing_key (
  key integer primary key,
  id text not null unique,
  kind text not null check (kind in ('person', 'desk')),
  owner text,
  name text not null,
  recipient text not null unique,
  registered_by text,
  registered_at integer not null,
  published_at integer,
  retired_at integer
);

create table sealed (
  key integer primary key,
  id text not null unique,
  direction text not null check (direction in ('sent', 'received')),
  peer integer not null references peer (key),
  remote text not null,
  state text not null check (state in
    ('sealing', 'draft', 'queued', 'delivered', 'refused', 'arriving', 'stored')),
  tlp text not null,
  purpose text,
  name text,
  sha256 text,
  size integer,
  note text,
  receipt text,
  reason text,
  restarts integer not null,
  account text,
  created_at integer not null,
  settled_at integer,
  removed_at integer,
  unique (peer, direction, remote)
);
create index sealed_by_direction on sealed (direction, key);

create table sealed_recipient (
  sealed integer not null references sealed (key) on delete cascade,
  seq integer not null,
  kind text not null check (kind in ('person', 'desk')),
  name text not null,
  recipient text not null,
  primary key (sealed, seq)
) without rowid;
create index sealed_recipient_by_key on sealed_recipient (recipient);

create table sealed_part (
  key integer primary key,
  sealed integer not null references sealed (key) on delete cascade,
  seq integer not null,
  bytes blob not null,
  unique (sealed, seq)
);
`
