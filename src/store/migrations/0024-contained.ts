/**
 * Which reports and groupings hold which object: their marks join when the object is to leave. The database keeps it
 * itself, in the transaction of each object.
 */
export const up = `
create table contained (
  member text not null,
  container integer not null references object (key) on delete cascade,
  primary key (member, container)
) without rowid;
create index contained_by_container on contained (container);
create trigger contained_insert after insert on object when new.type in ('report', 'grouping') begin
  insert or ignore into contained (member, container)
    select r.value, new.key from json_each(cast(new.bytes as text), '$.object_refs') r where r.type = 'text';
end;
insert or ignore into contained (member, container)
  select r.value, o.key from object o, json_each(cast(o.bytes as text), '$.object_refs') r
  where o.type in ('report', 'grouping') and r.type = 'text';
`
