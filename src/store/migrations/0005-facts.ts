/** Facts of law that were imported, the node's own corrections of them, and which path somebody chose. */
export const up = `
-- A set of facts as its files, kept as they came in; the newest one counts where it is not older than what is shipped.
create table fact_set (
  key integer primary key,
  version text not null,
  digest text not null,
  files text not null,
  imported_at integer not null,
  imported_by text
);

-- One row over the others: in place of the row that it replaces, or beside them; cells null: that row does not count.
create table fact_overlay (
  key integer primary key,
  id text not null unique,
  table_name text not null,
  replaces text unique,
  cells text,
  reason text not null,
  added_at integer not null,
  added_by text
);

create table path_choice (
  key integer primary key,
  id text not null unique,
  asked_at integer not null,
  account text,
  query text not null,
  advice text not null,
  channel text not null,
  verdict text not null,
  safeguards text not null,
  note text not null,
  facts_version text not null,
  facts_digest text not null
);
create index path_choice_by_time on path_choice (asked_at);
`
