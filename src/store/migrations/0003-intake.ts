/** Imports by people, how they read tables, and warning lists. */
export const up = `
create table import (
  key integer primary key,
  id text not null unique,
  state text not null check (state in
    ('previewing', 'mapping', 'previewed', 'waiting', 'running', 'done', 'cancelled', 'failed', 'interrupted')),
  collection text not null,
  format text not null check (format in ('stix', 'csv', 'text')),
  name text not null,
  size integer not null,
  account text not null,
  created_at integer not null,
  finished_at integer,
  choices text not null,
  preview text not null,
  result text not null,
  failure text
);
create index import_by_time on import (created_at);
create index import_unfinished on import (state) where finished_at is null;

create table csv_mapping (
  signature text primary key,
  mapping text not null,
  used_at integer not null
) without rowid;

create table warning_list (
  key integer primary key,
  name text not null unique,
  version text not null,
  description text not null,
  type text not null check (type in ('cidr', 'hostname', 'string', 'substring', 'regex')),
  kinds text,
  size integer not null,
  entries text not null,
  added_at integer not null
);
`
