/**
 * Agreements that are drafted at home. `text` is the whole draft, JSON; `agreement` the negotiation for which it is
 * meant, `base` the hash of the tabled version from which it goes on, both null before anything was tabled.
 */
export const up = `
create table agreement_draft (
  key integer primary key,
  id text not null unique,
  agreement text,
  base text,
  text text not null,
  account text,
  created_at integer not null,
  changed_at integer not null
);
`
