/**
 * Under which terms a collection stood, in their order: one of ours, or what the owner of a mirror said; `held`: whether
 * they were followed. Why an entry of a mirror was not taken, and answers for versions that a recipient could not take.
 */
export const up = `
create table stood_under (
  key integer primary key,
  collection integer not null references collection (key),
  terms integer not null references terms (key),
  held integer not null,
  unique (collection, terms)
);
insert into stood_under (collection, terms, held) select collection, terms, 1 from
  (select e.collection, e.terms, min(e.seq) as first from entry e join collection c on c.key = e.collection
    where c.party is null and e.terms is not null group by e.collection, e.terms) order by collection, first;
insert or ignore into stood_under (collection, terms, held) select key, terms, 1 from collection where terms is not null;
alter table entry add column refused text;
alter table receipt_due rename to receipt_due_before;
create table receipt_due (
  collection integer not null references collection (key),
  seq integer not null,
  party text not null,
  kind text not null check (kind in ('put', 'mark', 'revoke', 'recall', 'erase')),
  told_at integer not null,
  due_at integer not null,
  state text not null check (state in ('due', 'applied', 'refused', 'pending')),
  reason text,
  until integer,
  onward integer,
  answered_at integer,
  receipt text,
  primary key (collection, seq, party)
) without rowid;
insert into receipt_due (collection, seq, party, kind, told_at, due_at, state, reason, until, onward, answered_at, receipt)
  select collection, seq, party, kind, told_at, due_at, state, reason, until, onward, answered_at, receipt
  from receipt_due_before;
drop table receipt_due_before;
create index receipt_due_open on receipt_due (due_at) where state in ('due', 'pending');
create index receipt_due_by_party on receipt_due (party, told_at);
`
