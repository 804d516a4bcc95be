/**
 * Redacted copies: which object of this node's library stands in which collection under an id of its own. The mapping
 * stays home. `party`: whose the original is, null for this node's own; what its owner takes back is taken back of the
 * copy, too, also when nothing else is left of the original here. `node_secret`: from what such ids are
 * made, so that nobody finds the original by trying.
 */
export const up = `
create table node_secret (
  name text primary key,
  value blob not null
) without rowid;
create table object_copy (
  collection integer not null references collection (key),
  original_hash integer not null,
  original text not null,
  copy_hash integer not null,
  copy text not null,
  party text,
  primary key (collection, original_hash, original)
) without rowid;
create index object_copy_by_original on object_copy (original_hash, original);
create index object_copy_by_copy on object_copy (copy_hash, copy);
`
