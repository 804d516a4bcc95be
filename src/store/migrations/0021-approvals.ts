/**
 * Releases that wait for a second person's yes, those that one person let out in need and another one reviews, and rules
 * by which the daily flow goes out. An item is one object version as it would leave, named by a tag over its exact bytes,
 * the collection, its terms and its readers: where any of these changes, the tag is another one and nobody agreed to it.
 */
export const up = `
create table approval (
  key integer primary key,
  id text not null unique,
  kind text not null check (kind in ('ask', 'urgent')),
  -- open: a release is still adding to it.
  state text not null check (state in ('open', 'waiting', 'approved', 'declined', 'withdrawn', 'expired', 'void')),
  -- The release that asks, and the one by which it went.
  release text not null,
  went text,
  collection text not null,
  terms text,
  audience text not null,
  unmarked text,
  again integer not null,
  objects integer not null,
  digest text,
  grounds text not null,
  -- Commitments of people; asked_by is null where a command or a standing rule asks.
  asked_by text,
  asked_at integer not null,
  expires_at integer not null,
  -- Of an urgent one: why it could not wait, and who was told at once.
  reason text,
  told text,
  decided_by text,
  decided_at integer,
  note text
);
create index approval_waiting on approval (key) where state in ('open', 'waiting');
create index approval_by_release on approval (release);

create table approval_item (
  approval integer not null references approval (key) on delete cascade,
  object integer not null,
  tag blob not null,
  used integer not null,
  primary key (approval, object)
) without rowid;
create index approval_item_by_tag on approval_item (tag);

alter table release add column urgent text;
-- For which purpose it is; null: for the first that the terms of each collection name.
alter table release add column purpose text;

-- What goes by itself: new versions in these inboxes that fit, each decided on like any other release. Null: any.
create table release_rule (
  key integer primary key,
  id text not null unique,
  title text not null,
  active integer not null,
  collection text not null,
  types text,
  markings text,
  sectors text,
  inboxes text,
  -- Commitment of the officer by whose decision it goes; null where a command made it.
  made_by text,
  made_at integer not null,
  last_run_at integer,
  last_release text
);

-- How far a rule has looked in each inbox.
create table release_rule_cursor (
  rule integer not null references release_rule (key) on delete cascade,
  collection integer not null references collection (key),
  seq integer not null,
  primary key (rule, collection)
) without rowid;
`
