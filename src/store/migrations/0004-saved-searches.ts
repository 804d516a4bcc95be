/** Views of the library that people keep under a name. They go with their owner. */
export const up = `
create table saved_search (
  key integer primary key,
  id text not null unique,
  account text not null references account (id) on delete cascade,
  name text not null,
  address text not null,
  saved_at integer not null,
  unique (account, name)
);
`
