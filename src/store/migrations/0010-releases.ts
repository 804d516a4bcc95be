/**
 * What people let out, what became of each object, and where it goes on after a crash. `unshared` remembers versions
 * that came in while an older one of the same object was shared; whether that still holds is seen when it is read.
 */
export const up = `
create table release (
  key integer primary key,
  id text not null unique,
  -- looking: it is being told what would become of it. decided: a person may start it. running: it goes on by itself.
  state text not null check (state in ('looking', 'decided', 'running', 'done', 'cancelled', 'failed')),
  by text,
  officer integer not null,
  created_at integer not null,
  finished_at integer,
  -- The collections, each with the parties that read it when it was prepared.
  targets text not null,
  -- What goes: object versions listed in release_part, or what this closed collection serves, behind the entry cursor.
  source integer references collection (key),
  cursor integer not null,
  total integer not null,
  unmarked text,
  again integer not null,
  settled integer not null,
  outcome text not null,
  failure text
);
create index release_under_way on release (key) where state in ('looking', 'running');

-- Keys of object versions in the order in which they go.
create table release_part (
  release integer not null references release (key) on delete cascade,
  part integer not null,
  objects text not null,
  primary key (release, part)
) without rowid;

create table unshared (
  collection integer not null references collection (key),
  object integer not null,
  primary key (collection, object)
) without rowid;
`
