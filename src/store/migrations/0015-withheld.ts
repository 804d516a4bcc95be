/**
 * Whether the peer says that we left a collection of its: only then may entries come without content and without a
 * reason. The index finds what an entry is said to be the reason for.
 */
export const up = `
alter table feed add column has_left integer not null default 0;
create index entry_by_reason on entry (collection, erased_by) where erased_by is not null;

insert into sqlite_stat1 (tbl, idx, stat) values ('entry', 'entry_by_reason', '1000 100 1');
analyze sqlite_schema;
`
