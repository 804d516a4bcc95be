/**
 * What this node has of its own in a negotiation: the shared collection into which it tables, and what is written at
 * home and not tabled. What is tabled are objects, found by the index.
 */
export const up = `
create index object_agreement on object (key) where type = 'comity-agreement';

-- negotiation: id of the object that began it. collection: id of the shared collection for its other parties.
create table negotiation (
  negotiation text not null primary key,
  collection text not null
) without rowid;

-- says: what the object would say, JSON.
create table agreement_saying (
  key integer primary key,
  id text not null unique,
  negotiation text not null,
  says text not null,
  account text,
  created_at integer not null,
  changed_at integer not null
);
create index agreement_saying_of on agreement_saying (negotiation, key);
`
