/**
 * Reports and groupings of our own that came, changed their mark, or became the newest version since what they hold was
 * last looked at: what went out under a looser mark follows. The database keeps it itself, like `contained`.
 */
export const up = `
create table container_due (
  number integer primary key autoincrement,
  container integer not null references object (key) on delete cascade
);
create index container_due_by_container on container_due (container);
create trigger container_due_insert after insert on object
    when new.type in ('report', 'grouping') and new.origin = 'own' begin
  insert into container_due (container) values (new.key);
end;
create trigger container_due_update after update of marking on object
    when new.type in ('report', 'grouping') and new.origin = 'own' and new.marking is not old.marking begin
  insert into container_due (container) values (new.key);
end;
create trigger container_due_delete after delete on object when old.type in ('report', 'grouping') begin
  insert into container_due (container)
    select o.key from object o where o.id_hash = old.id_hash and o.id = old.id and o.origin = 'own';
end;
insert into container_due (container)
  select key from object where type in ('report', 'grouping') and origin = 'own' order by key;
`
