/** What the node refuses by sanctions and export control. `compared` is the value as it is told apart from others. */
export const up = `
create table refusal (
  key integer primary key,
  id text not null unique,
  kind text not null check (kind in ('party', 'place', 'object-kind')),
  value text not null,
  compared text not null,
  reason text,
  source text not null,
  since text not null,
  added_by text,
  added_at integer not null,
  unique (kind, compared)
);
`
