/** Requests to others: drafts of forms, and the diary of what was sent. `category` and `measure` are codes of `law`. */
export const up = `
create table request_draft (
  key integer primary key,
  id text not null unique,
  form text not null,
  fields text not null,
  account text,
  created_at integer not null,
  changed_at integer not null
);

create table request (
  key integer primary key,
  id text not null unique,
  title text not null,
  measure text not null,
  category text not null,
  place text not null,
  authority text not null,
  channel text not null,
  reference text not null,
  basis text not null,
  sent_at integer not null,
  sent_zone text not null,
  form text,
  document_hash text,
  account text,
  noted_at integer not null,
  closed_at integer
);
create index request_open on request (key) where closed_at is null;

create table request_clock (
  key integer primary key,
  id text not null unique,
  request integer not null references request (key) on delete cascade,
  kind text not null check (kind in ('preservation', 'extension', 'reminder', 'deadline')),
  start_at integer not null,
  days integer,
  set_at integer not null
);
create index request_clock_by_request on request_clock (request);

create table request_event (
  key integer primary key,
  request integer not null references request (key) on delete cascade,
  kind text not null check (kind in
    ('acknowledged', 'answered', 'partly', 'refused', 'information-asked', 'extended', 'note')),
  at integer not null,
  zone text not null,
  text text not null,
  account text,
  noted_at integer not null
);
create index request_event_by_request on request_event (request);
`
