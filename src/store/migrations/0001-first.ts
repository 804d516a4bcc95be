/** Logs, the library, the node's own journals, accounts. Times are microseconds since 1970, hashes 32 bytes. */
export const up = `
create table log (
  key integer primary key,
  kind text not null check (kind in ('collection', 'ledger', 'keys')),
  origin text not null unique,
  size integer not null,
  edge blob not null,
  checkpoint text not null,
  last_at integer not null
);

create table log_node (
  log integer not null references log (key),
  level integer not null,
  position integer not null,
  hash blob not null,
  primary key (log, level, position)
) without rowid;

create table journal_entry (
  log integer not null references log (key),
  seq integer not null,
  salt blob not null,
  h blob not null,
  header text not null,
  body blob not null,
  primary key (log, seq)
) without rowid;

create table collection (
  key integer primary key,
  id text not null unique,
  alias text unique,
  title text not null,
  kind text not null check (kind in ('inbox', 'shared')),
  log integer not null unique references log (key),
  created_at integer not null
);

-- The key of an erased object is never given to another: statuses and pages under way name objects by key.
create table object (
  key integer primary key autoincrement,
  id_hash integer not null,
  id text not null,
  type text not null,
  spec text not null,
  version text not null,
  stamp text,
  created text,
  revoked integer not null,
  created_by text,
  origin text not null,
  marking text,
  canonical blob not null,
  bytes blob not null,
  lifted_from blob
);
create index object_by_id on object (id_hash);

create table entry (
  collection integer not null references collection (key),
  seq integer not null,
  kind text not null check (kind in ('put', 'mark', 'revoke', 'recall', 'erase', 'closed')),
  object integer references object (key),
  type text,
  marking text,
  date_added integer not null,
  size integer not null,
  salt blob,
  h blob not null,
  previous integer,
  erases integer,
  erased_by integer,
  is_newest integer not null,
  is_first integer not null,
  is_last integer not null,
  primary key (collection, seq)
) without rowid;
create index entry_last on entry (collection, seq) where is_last = 1;
create index entry_type on entry (collection, type, seq) where is_newest = 1;
create index entry_object on entry (object) where object is not null;

create table conflict (
  key integer primary key,
  collection integer not null references collection (key),
  id text not null,
  version text not null,
  reason text not null,
  canonical blob not null,
  bytes blob not null,
  received_at integer not null,
  unique (collection, id, version, canonical)
);

create table status (
  id text primary key,
  account text not null,
  collection integer not null references collection (key),
  requested_at integer not null,
  total integer not null,
  successes text not null,
  failures text not null
);
create index status_by_time on status (requested_at);

create table account (
  key integer primary key,
  id text not null unique,
  name text not null unique,
  kind text not null check (kind in ('person', 'program')),
  admin integer not null,
  secret text not null,
  salt blob not null,
  created_at integer not null
);

create table account_grant (
  account integer not null references account (key) on delete cascade,
  collection text not null,
  can_read integer not null,
  can_write integer not null,
  primary key (account, collection)
) without rowid;

-- What the planner must know of a full store, fixed: which index is narrow. Without it SQLite reads a whole
-- collection where one object is asked for. ANALYZE is never run, so plans do not change under way.
analyze;
insert into sqlite_stat1 (tbl, idx, stat) values
  ('entry', 'entry', '1000000 500000 1'),
  ('entry', 'entry_last', '900000 450000 1'),
  ('entry', 'entry_type', '900000 450000 5000 1'),
  ('entry', 'entry_object', '1000000 1 1 1'),
  ('object', 'object_by_id', '1000000 1');
analyze sqlite_schema;
`
