/**
 * Under which facts everything that a shared collection serves was last decided on (a hash): where they changed, it is
 * decided anew. `foreign`: it serves what others own, as far as was looked at: up to entry `looked`.
 */
export const up = `
create table decided_under (
  collection integer not null primary key references collection (key),
  facts text not null,
  looked integer not null,
  is_foreign integer not null
) without rowid;
`
