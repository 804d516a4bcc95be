/** Selections of the library that people saved to be matched: what to look for, as the library's search takes it. */
export const up = `
create table match_list (
  id text primary key,
  name text not null unique,
  query text not null,
  saved_at integer not null,
  saved_by text
) without rowid;
`
