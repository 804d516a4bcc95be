import type { DerivedOptions } from "../../store/index.ts"

/** Rises with every change of the schema or of what is taken from an object: older files are then made again. */
export const VERSION = 4

/**
 * `doc` holds one row for each object id, for its newest version, under that version's key: a higher key was added
 * later; `source` and `target` are what a relationship joins. `search` has the same keys and keeps no text, only which
 * tokens stand where; what an object names is a token too, which is much cheaper to add than a row. `held` remembers which object an
 * entry held, since an erased entry no longer says it. `place` is how far each collection was read, with the commitment
 * of the entry there: another database is noticed by it. `expiry` is how far the list of what expired was read. Hashes are 48 bits of an id's SHA-256, as in the database.
 */
const schema = `
create table doc (
  key integer primary key,
  hash integer not null,
  id text not null,
  type text not null,
  name text,
  detail text,
  added integer not null,
  modified integer,
  marking text,
  origin text not null,
  revoked integer not null,
  collections text not null,
  source integer,
  target integer
);
create index doc_by_hash on doc (hash);

create virtual table search using fts5 (
  text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
insert into search (search, rank) values ('usermerge', 2);

create virtual table term using fts5vocab(search, row);

create table held (
  collection integer not null,
  seq integer not null,
  hash integer not null,
  primary key (collection, seq)
) without rowid;

create table place (collection integer primary key, seq integer not null, h blob not null);
create table expiry (number integer not null);
insert into expiry (number) values (0);
create table owed (times integer not null);
insert into owed (times) values (0);

create table tally (
  kind text not null,
  value text not null,
  objects integer not null,
  primary key (kind, value)
) without rowid;

create table minute (
  minute integer primary key,
  least integer not null,
  most integer not null,
  objects integer not null
);
`

/** The index of the library at `path`, made from `database`. */
export function searchFile(path: string, database: string): DerivedOptions {
  return { path, database, version: VERSION, schema }
}
